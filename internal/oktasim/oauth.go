// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"net/url"
	"slices"
	"strings"
)

// introspect is POST /oauth2/v1/introspect (RFC 7662): 200 to a client whose authentication is good, no matter what
// the token. It leaves nothing in the System Log [D].
func (o *Org) introspect(c *call) (response, error) {
	form, err := c.form()
	if err != nil {
		return response{}, err
	}
	if _, _, err := o.authenticate(c, form); err != nil {
		return response{}, err
	}
	held, _, valid := o.validToken(form.Get("token"), c.now)
	if !valid {
		return ok(map[string]any{"active": false})
	}
	return ok(map[string]any{
		"active": true, "client_id": held.clientID, "sub": held.clientID, "scope": strings.Join(held.scopes, " "),
		"token_type": held.kind(), "iat": held.issued.Unix(), "exp": held.expires().Unix(),
	})
}

func (c *call) form() (url.Values, error) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, badRequest("invalid_request", "The request body is not form-encoded.")
	}
	return form, nil
}

// grantedScopes are the scopes that a token gets. Scopes other than Okta's own are for the app's own logins and
// are not looked at.
func (app *app) grantedScopes(wanted string) ([]string, error) {
	scopes := strings.Fields(wanted)
	var granted []string
	for _, scope := range scopes {
		family, isOkta := strings.CutPrefix(scope, "okta.")
		if isOkta && !strings.HasSuffix(family, ".read") && !strings.HasSuffix(family, ".manage") {
			return nil, badRequest("invalid_scope", "One or more scopes are not configured for the authorization server resource.") // [C]
		}
		// A scope that was not granted to the app is left out of the token [C].
		if !isOkta || slices.Contains(app.scopes, scope) {
			granted = append(granted, scope)
		}
	}
	if len(scopes) > 0 && len(granted) == 0 {
		return nil, badRequest("consent_required", "You are not allowed any of the requested scopes.") // [C]
	}
	return granted, nil
}
