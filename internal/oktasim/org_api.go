// SPDX-License-Identifier: MPL-2.0

package oktasim

import "time"

// What Okta's own provider asks about the org and an app's ID tokens.

func (o *Org) getMe(*call) (response, error) {
	return ok(map[string]any{
		"id": o.adminID, "status": StatusActive,
		"profile": map[string]any{
			"login": "admin@example.com", "email": "admin@example.com", "firstName": "Org", "lastName": "Admin",
		},
	})
}

// getOrganization says that the org is of the Identity Engine ("idx") [R].
func (o *Org) getOrganization(c *call) (response, error) {
	return ok(map[string]any{
		"id": o.id, "cell": "op1", "pipeline": "idx",
		"_links":   map[string]any{"organization": map[string]any{"href": c.base}},
		"settings": map[string]any{"analyticsCollectionEnabled": false, "bugReportingEnabled": true, "omEnabled": false},
	})
}

// listPolicies knows one policy, the default one of each type.
func (o *Org) listPolicies(c *call) (response, error) {
	return ok([]any{map[string]any{
		"id": o.policyID, "type": c.URL.Query().Get("type"), "name": "Default Policy", "status": StatusActive,
		"system": true, "priority": 1, "description": "The default policy",
		"_links": map[string]any{"self": map[string]any{"href": c.base + "/api/v1/policies/" + o.policyID}},
	}})
}

// idTokenApp is the app whose idToken settings a call is about. An app of the catalog has none [R].
func (o *Org) idTokenApp(c *call) (*app, error) {
	app, err := o.credentialApp(c)
	if err == nil && app.catalog {
		return nil, notFound(app.id, appKind)
	}
	return app, err
}

// getIDTokenSettings answers {issuer, orgUrl, customUrl, audience, issuerMode} and what of the groups claim was set [R].
func (o *Org) getIDTokenSettings(c *call) (response, error) {
	app, err := o.idTokenApp(c)
	if err != nil {
		return response{}, err
	}
	return ok(app.idTokenBody(c.base, app.clientID))
}

// idTokenMembers are the members that are repeated as they were set: the mode, and the groups claim [R].
var idTokenMembers = []string{"issuerMode", "name", "value", "valueType", "groupFilterType"}

func (app *app) idTokenBody(issuer, audience any) map[string]any {
	body := map[string]any{"issuer": issuer, "orgUrl": nil, "customUrl": nil, "audience": audience}
	for _, name := range idTokenMembers {
		if value, set := app.idToken[name]; set {
			body[name] = value
		}
	}
	return body
}

// setIDTokenSettings repeats what was sent, and moves the app's lastUpdated [R].
func (o *Org) setIDTokenSettings(c *call) (response, error) {
	app, err := o.idTokenApp(c)
	if err != nil {
		return response{}, err
	}
	wanted := document{}
	if err := c.decode(&wanted); err != nil {
		return response{}, err
	}
	app.idToken, app.lastUpdated = wanted, c.now.Truncate(time.Second)
	return ok(app.idTokenBody(nil, nil))
}
