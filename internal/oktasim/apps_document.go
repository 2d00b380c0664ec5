// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"cmp"
	"maps"
)

const (
	openIDConnect = "OPENID_CONNECT" // signOnMode of an OAuth client
	oidcClient    = "oidc_client"    // name of an OIDC app that is not from the catalog
)

// applicationType is the type of an OIDC app. Default: web [S].
func (d document) applicationType() string {
	return cmp.Or(d.text("settings", "oauthClient", "application_type"), "web")
}

// public says whether the app runs where it can't keep a secret.
func (d document) public() bool {
	return d.applicationType() == "browser" || d.applicationType() == "native"
}

// dropOAuthClient removes what a document says about the OAuth client.
func dropOAuthClient(doc document) {
	doc.take("credentials", "oauthClient")
	doc.take("settings", "oauthClient")
}

// defaultDocument is what Okta adds to an app document that leaves it out [R].
func defaultDocument(app *app) map[string]any {
	doc := app.doc
	defaults := map[string]any{
		"name":          oidcClient,
		"accessibility": map[string]any{"selfService": false, "errorRedirectUrl": nil, "loginRedirectUrl": nil},
		"visibility": map[string]any{
			"autoLaunch": false, "autoSubmitToolbar": false,
			"hide":     map[string]any{"iOS": true, "web": true},
			"appLinks": map[string]any{"oidc_client_link": true},
		},
		"features": []any{},
		"credentials": map[string]any{
			"userNameTemplate": map[string]any{"template": "${source.login}", "type": "BUILT_IN"},
			"signing":          map[string]any{"kid": signingKid},
		},
		"settings": map[string]any{
			"app": map[string]any{},
			"notifications": map[string]any{"vpn": map[string]any{
				"network": map[string]any{"connection": "DISABLED"}, "message": nil, "helpUrl": nil,
			}},
			"manualProvisioning": false, "implicitAssignment": false, "emOptInStatus": "NONE",
			"notes": map[string]any{"admin": nil, "enduser": nil},
		},
	}
	if doc.text("signOnMode") != openIDConnect {
		defaults["name"] = "bookmark"
		defaults["settings"].(map[string]any)["app"] = map[string]any{"url": "https://example.com/", "requestIntegration": false} // [S]
		return defaults
	}
	if app.catalog {
		return defaults
	}
	defaults["credentials"].(map[string]any)["oauthClient"] = map[string]any{"autoKeyRotation": true, "pkce_required": doc.public()} // [S][T]
	defaults["settings"].(map[string]any)["oauthClient"] = map[string]any{
		"client_uri": nil, "logo_uri": nil, "redirect_uris": []any{},
		"response_types": []any{"code"}, "grant_types": []any{"authorization_code"},
		"application_type": "web", "consent_method": "TRUSTED", "issuer_mode": "DYNAMIC", // [R]
		"idp_initiated_login":      map[string]any{"mode": "DISABLED", "default_scope": []any{}},
		"wildcard_redirect":        "DISABLED",
		"dpop_bound_access_tokens": false, "participate_slo": false,
	}
	return defaults
}

// signingKid is the kid of the org's own signing key, which every app document names.
var signingKid = randomText(43, alphanumerics+"-_")

// body writes the app's document. GET never shows client_secret; POST and PUT do [R].
func (app *app) body(base string, withSecret bool) map[string]any {
	body := clone(app.doc)
	maps.Copy(body, map[string]any{
		"id": app.id, "status": app.status, "created": timestamp(app.created), "lastUpdated": timestamp(app.lastUpdated),
		"orn": "orn:okta:idp:" + app.orgID + ":apps:" + app.doc.text("name") + ":" + app.id, "universalLogout": app.universalLogout(),
		"_links": app.links(base),
	})
	if !app.oauthClient() || app.catalog {
		return body
	}
	client := body.object("credentials", "oauthClient")
	client["client_id"], client["token_endpoint_auth_method"] = app.clientID, app.authMethod
	if newest := app.secrets.newestActive(); withSecret && newest >= 0 {
		client["client_secret"] = app.secrets[newest].Value
	}
	settings := body.object("settings", "oauthClient")
	if len(app.keys) > 0 {
		keys := []any{}
		for _, key := range app.keys {
			keys = append(keys, key.member())
		}
		settings["jwks"] = map[string]any{"keys": keys}
	}
	if app.jwksURI != "" {
		settings["jwks_uri"] = app.jwksURI
	}
	return body
}

// universalLogout is null for a third of recorded apps, and an object for the others [R]; which is which, is [?].
func (app *app) universalLogout() any {
	if !app.oauthClient() || app.catalog {
		return nil
	}
	return map[string]any{
		"status": "DISABLED", "supportType": "FULL", "identityStack": "NOT_SHARED", "protocol": "GLOBAL_TOKEN_REVOCATION",
	}
}

// links are an app's _links [R].
func (app *app) links(base string) map[string]any {
	self := base + "/api/v1/apps/" + app.id
	allow := func(href, method string) map[string]any {
		return map[string]any{"href": href, "hints": map[string]any{"allow": []any{method}}}
	}
	links := map[string]any{
		"uploadLogo":   allow(self+"/logo", "POST"),
		"policies":     allow(self+"/policies", "PUT"),
		"groups":       map[string]any{"href": self + "/groups"},
		"users":        map[string]any{"href": self + "/users"},
		"accessPolicy": map[string]any{"href": base + "/api/v1/policies/" + app.accessPolicy},
	}
	if app.status == StatusActive {
		links["deactivate"] = map[string]any{"href": self + "/lifecycle/deactivate"}
	} else {
		links["activate"] = map[string]any{"href": self + "/lifecycle/activate"} // and no delete [R]
	}
	// jwks under private_key_jwt, secrets under client_secret_*: so in every recording [R].
	switch {
	case app.authMethod == PrivateKeyJWT:
		links["clientCredentials"] = []any{map[string]any{"name": "jwks", "href": self + "/credentials/jwks"}}
	case usesSecret(app.authMethod):
		links["clientCredentials"] = []any{map[string]any{"name": "secrets", "href": self + "/credentials/secrets"}}
	}
	return links
}
