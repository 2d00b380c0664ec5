package oktasim

// What Okta's own provider asks about the org and an app's ID tokens.

func (o *Org) getMe(*call) (response, error) {
	return ok(map[string]any{
		"id": "00u" + o.id[3:], "status": StatusActive,
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

// getIDTokenSettings answers {issuer, orgUrl, customUrl, audience, issuerMode} [R].
func (o *Org) getIDTokenSettings(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	return ok(map[string]any{
		"issuer": c.base, "orgUrl": nil, "customUrl": nil, "audience": app.clientID, "issuerMode": app.idTokenMode,
	})
}

// setIDTokenSettings repeats the mode and knows nothing else [R].
func (o *Org) setIDTokenSettings(c *call) (response, error) {
	app, err := o.credentialApp(c)
	if err != nil {
		return response{}, err
	}
	var wanted struct {
		IssuerMode string `json:"issuerMode"`
	}
	if err := c.decode(&wanted); err != nil {
		return response{}, err
	}
	app.idTokenMode = wanted.IssuerMode
	return ok(map[string]any{
		"issuer": nil, "orgUrl": nil, "customUrl": nil, "audience": nil, "issuerMode": app.idTokenMode,
	})
}
