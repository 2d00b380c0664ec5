package oktasim

import (
	"net/http"
	"net/url"
	"strings"
)

// noStore is what the token endpoint's answers carry (RFC 6749 §5.1).
var noStore = http.Header{"Cache-Control": {"no-store"}}

// issueToken is POST /oauth2/v1/token and /oauth2/{server}/v1/token, with grant_type=client_credentials.
func (o *Org) issueToken(c *call) (response, error) {
	form, err := c.form()
	if err != nil {
		return response{}, err
	}
	client, err := o.authenticate(c, form)
	if err != nil {
		return response{}, err
	}
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		return response{}, badRequest("invalid_request", "The token request must specify a 'grant_type'.")
	default:
		return response{}, badRequest("unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
	}
	scopes, err := client.grantedScopes(form.Get("scope"))
	if err != nil {
		return response{}, err
	}
	return response{status: http.StatusOK, header: noStore, body: map[string]any{
		"token_type": "Bearer", "expires_in": int(tokenLifetime.Seconds()),
		"access_token": o.newToken(client.clientID, scopes, c.now), "scope": strings.Join(scopes, " "),
	}}, nil
}

// introspect is POST /oauth2/v1/introspect (RFC 7662): 200 to a client whose authentication is good, whatever
// the token.
func (o *Org) introspect(c *call) (response, error) {
	form, err := c.form()
	if err != nil {
		return response{}, err
	}
	if _, err := o.authenticate(c, form); err != nil {
		return response{}, err
	}
	held, valid := o.validToken(form.Get("token"), c.now)
	if !valid {
		return ok(map[string]any{"active": false})
	}
	return ok(map[string]any{
		"active": true, "client_id": held.clientID, "sub": held.clientID, "scope": strings.Join(held.scopes, " "),
		"token_type": "Bearer", "iat": held.issued.Unix(), "exp": held.expires().Unix(),
	})
}

func (c *call) form() (url.Values, error) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, badRequest("invalid_request", "The request body is not form-encoded.")
	}
	return form, nil
}

// grantedScopes are the scopes that a token gets. Okta API scopes must have been granted to the app; others are
// for the app's own logins and are not looked at.
func (app *app) grantedScopes(wanted string) ([]string, error) {
	scopes := strings.Fields(wanted)
	for _, scope := range scopes {
		if !strings.HasPrefix(scope, "okta.") {
			continue
		}
		granted := false
		for _, held := range app.scopes {
			granted = granted || held == scope
		}
		if !granted {
			return nil, badRequest("invalid_scope", "One or more scopes are not configured for the authorization server resource.")
		}
	}
	return scopes, nil
}
