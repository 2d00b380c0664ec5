// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The token endpoint: /oauth2/v1/token of the org, and /oauth2/{server}/v1/token of a custom authorization server.

// refreshLifetime is how long a refresh token lives without use [?].
const refreshLifetime = 7 * 24 * time.Hour

// grant is a request for tokens, as far as it came.
type grant struct {
	form    url.Values
	login   login
	client  *app // nil where the org knows none by that id
	scopes  []string
	refresh string   // the refresh token that was sent
	granted []string // access_token, refresh_token, id_token
}

// refreshToken is what a refresh token stands for.
type refreshToken struct {
	clientID string
	scopes   []string
}

// issueToken answers a request for tokens, and writes what it leaves in the System Log.
func (o *Org) issueToken(c *call) (response, error) {
	wanted := &grant{}
	answer, err := o.grantTokens(c, wanted)
	o.logGrant(c, wanted, err)
	return answer, err
}

func (o *Org) grantTokens(c *call, wanted *grant) (response, error) {
	var err error
	if wanted.form, err = c.form(); err != nil {
		return response{}, err
	}
	if wanted.login, wanted.client, err = o.authenticate(c, wanted.form); err != nil {
		return response{}, err
	}
	if err := o.checkGrant(wanted, c.now); err != nil {
		return response{}, err
	}
	issued := token{clientID: wanted.client.clientID, issued: c.now}
	header := http.Header{"Cache-Control": {"no-store"}} // RFC 6749 §5.1
	if wanted.client.dpop() || c.Header.Get("DPoP") != "" {
		thumbprint, failed := o.checkProof(c, "")
		if failed != nil {
			return response{}, failed.atTokenEndpoint()
		}
		issued.thumbprint = thumbprint
		header.Set("Dpop-Nonce", o.nonce(c.now)) // on 200 as well [R]
	}
	if issued.scopes, err = wanted.client.grantedScopes(strings.Join(wanted.scopes, " ")); err != nil {
		return response{}, err
	}
	wanted.scopes, wanted.granted = issued.scopes, []string{"access_token"}
	body := map[string]any{
		"token_type": issued.kind(), "expires_in": int(tokenLifetime.Seconds()),
		"access_token": o.keep(issued), "scope": strings.Join(issued.scopes, " "),
	}
	if wanted.refresh != "" {
		if err := o.addRefreshed(wanted, body, c); err != nil {
			return response{}, err
		}
	}
	return response{status: http.StatusOK, header: header, body: body}, nil
}

// checkGrant reads the grant_type and what comes with it.
func (o *Org) checkGrant(wanted *grant, now time.Time) error {
	wanted.scopes = strings.Fields(wanted.form.Get("scope"))
	switch wanted.form.Get("grant_type") {
	case "client_credentials":
		if wanted.client.authMethod == NoAuthentication {
			return badRequest("unauthorized_client", "The client is not authorized to use the provided grant type.") // [?]
		}
		return nil
	case "refresh_token":
		sent := wanted.form.Get("refresh_token")
		held, live := o.refreshTokens.get(sent, now)
		if !live || held.clientID != wanted.client.clientID {
			return badRequest("invalid_grant", "The refresh token is invalid or expired.") // [D]
		}
		outside := func(scope string) bool { return !slices.Contains(held.scopes, scope) }
		if slices.ContainsFunc(wanted.scopes, outside) { // RFC 6749 §6
			return badRequest("invalid_scope", "One or more scopes are not configured for the authorization server resource.")
		}
		if len(wanted.scopes) == 0 {
			wanted.scopes = held.scopes
		}
		wanted.refresh = sent
		o.refreshTokens.put(sent, held, now.Add(refreshLifetime), now)
		return nil
	case "":
		return badRequest("invalid_request", "The token request must specify a 'grant_type'.")
	}
	return badRequest("unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
}

// addRefreshed adds what a grant by refresh token brings besides the access token: the refresh token, which remains the
// same, and with openid an ID token.
func (o *Org) addRefreshed(wanted *grant, body map[string]any, c *call) error {
	body["refresh_token"], wanted.granted = wanted.refresh, append(wanted.granted, "refresh_token")
	if !slices.Contains(wanted.scopes, "openid") {
		return nil
	}
	idToken, err := o.newIDToken(wanted.client, c)
	if err != nil {
		return err
	}
	body["id_token"], wanted.granted = idToken, append(wanted.granted, "id_token")
	return nil
}

// AddRefreshToken makes a refresh token of an app, as if a user had signed in: there are no users here to do it. It
// returns "" when there is no such app.
func (o *Org) AddRefreshToken(appID string, scopes ...string) string {
	value := ""
	_ = o.change(appID, func(app *app) error { // an unknown app has no tokens
		value = randomText(43, alphanumerics+"-_")
		now := o.now()
		o.minted[value] = true
		o.refreshTokens.put(value, refreshToken{app.clientID, scopes}, now.Add(refreshLifetime), now)
		return nil
	})
	return value
}

// debug is what the System Log keeps of the request.
func (g *grant) debug(c *call) DebugData {
	debug := DebugData{
		ClientAuthType: g.login.authType(g.client), GrantType: g.form.Get("grant_type"),
		RequestedScopes: g.form.Get("scope"), AuthorizationServer: c.ids["server"],
	}
	if len(g.granted) > 0 {
		debug.GrantedScopes = strings.Join(g.scopes, " ")
	}
	if g.client != nil && len(g.login.secrets) > 0 {
		debug.ClientSecret = secretHash(g.login.secret(g.client)) // of a secret that was refused as well [?]
	}
	return debug
}

// reason is the outcome.reason of a request that was refused [?].
func (g *grant) reason(err error) string {
	var refused *oauthError
	if !errors.As(err, &refused) {
		return "server_error"
	}
	switch {
	case refused.code == "invalid_client" && g.login.assertion != "":
		return "client_assertion_invalid"
	case refused.code == "invalid_client" && g.client != nil && g.client.status == StatusActive && len(g.login.secrets) > 0:
		return "invalid_client_secret"
	case refused.code == "consent_required" || refused.code == "invalid_scope":
		return "no_matching_scope" // [C]
	}
	return refused.code
}
