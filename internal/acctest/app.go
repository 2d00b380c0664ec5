// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"testing"
)

// App is an OIDC app made for one test, and deleted after it.
type App struct {
	ID       string
	ClientID string
	org      *Org
}

// NewApp creates a confidential web app that authenticates with the method; a
// client_secret method brings one generated secret with it, as Okta does.
func (o *Org) NewApp(t testing.TB, method string) *App {
	t.Helper()
	body := map[string]any{
		"name": "oidc_client", "label": "oktacreds " + t.Name(), "signOnMode": "OPENID_CONNECT",
		"credentials": map[string]any{"oauthClient": map[string]any{"token_endpoint_auth_method": method}},
		"settings": map[string]any{"oauthClient": map[string]any{
			"application_type": "web", "grant_types": []string{"authorization_code"}, "response_types": []string{"code"},
			"redirect_uris": []string{"https://example.com/callback"},
		}},
	}
	if method == "private_key_jwt" {
		settings := body["settings"].(map[string]any)["oauthClient"].(map[string]any)
		settings["jwks"] = map[string]any{"keys": []any{FirstKey()}}
	}
	var created struct {
		ID          string `json:"id"`
		Credentials struct {
			OAuthClient struct {
				ClientID string `json:"client_id"`
			} `json:"oauthClient"`
		} `json:"credentials"`
	}
	o.must(t, "POST", "/api/v1/apps?activate=true", body, &created)
	app := &App{ID: created.ID, ClientID: created.Credentials.OAuthClient.ClientID, org: o}
	t.Cleanup(func() { app.Remove(t) })
	return app
}

// App is an app that someone else made, with its id as client id.
func (o *Org) App(id string) *App { return &App{ID: id, ClientID: id, org: o} }

// Remove deletes the app, as an administrator in the console would; that it is
// deleted already is fine.
func (a *App) Remove(t testing.TB) {
	t.Helper()
	a.org.call(t, "POST", "/api/v1/apps/"+a.ID+"/lifecycle/deactivate", nil, nil)
	a.org.call(t, "DELETE", "/api/v1/apps/"+a.ID, nil, nil)
}

// Credential is what the console shows of a secret or a key.
type Credential struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Value  string `json:"client_secret"`
	Hash   string `json:"secret_hash"`
	Kid    string `json:"kid"`
	Use    string `json:"use"`
	Alg    string `json:"alg"`
	N      string `json:"n"`
}

// Secrets lists the app's client secrets.
func (a *App) Secrets(t testing.TB) (secrets []Credential) {
	t.Helper()
	a.org.must(t, "GET", a.path("secrets"), nil, &secrets)
	return secrets
}

// Secret returns the secret with the id; ok is false if there is none.
func (a *App) Secret(t testing.TB, id string) (Credential, bool) {
	t.Helper()
	for _, secret := range a.Secrets(t) {
		if secret.ID == id {
			return secret, true
		}
	}
	return Credential{}, false
}

// AddSecret creates a client secret with a value of the administrator's own.
func (a *App) AddSecret(t testing.TB, value string) (secret Credential) {
	t.Helper()
	a.org.must(t, "POST", a.path("secrets"), map[string]string{"client_secret": value}, &secret)
	return secret
}

// Keys lists the app's saved keys.
func (a *App) Keys(t testing.TB) []Credential {
	t.Helper()
	var app struct {
		Settings struct {
			OAuthClient struct {
				JWKS struct {
					Keys []Credential `json:"keys"`
				} `json:"jwks"`
			} `json:"oauthClient"`
		} `json:"settings"`
	}
	a.org.must(t, "GET", "/api/v1/apps/"+a.ID, nil, &app)
	return app.Settings.OAuthClient.JWKS.Keys
}

// AddKey saves a public key.
func (a *App) AddKey(t testing.TB, key any) (added Credential) {
	t.Helper()
	a.org.must(t, "POST", a.path("jwks"), key, &added)
	return added
}

// Activate turns a credential of the kind ("secrets" or "jwks") on.
func (a *App) Activate(t testing.TB, kind, id string) {
	t.Helper()
	a.org.must(t, "POST", a.path(kind)+"/"+id+"/lifecycle/activate", nil, nil)
}

// Deactivate turns a credential of the kind off.
func (a *App) Deactivate(t testing.TB, kind, id string) {
	t.Helper()
	a.org.must(t, "POST", a.path(kind)+"/"+id+"/lifecycle/deactivate", nil, nil)
}

// Delete deletes a credential of the kind, deactivating it first.
func (a *App) Delete(t testing.TB, kind, id string) {
	t.Helper()
	a.Deactivate(t, kind, id)
	a.org.must(t, "DELETE", a.path(kind)+"/"+id, nil, nil)
}

// Update puts the app's document back as edit leaves it.
func (a *App) Update(t testing.TB, edit func(document map[string]any)) {
	t.Helper()
	var document map[string]any
	a.org.must(t, "GET", "/api/v1/apps/"+a.ID, nil, &document)
	edit(document)
	a.org.must(t, "PUT", "/api/v1/apps/"+a.ID, document, nil)
}

// SetAuthMethod switches the client authentication method.
func (a *App) SetAuthMethod(t testing.TB, method string) {
	t.Helper()
	a.Update(t, func(document map[string]any) {
		client := document["credentials"].(map[string]any)["oauthClient"].(map[string]any)
		client["token_endpoint_auth_method"] = method
	})
}

// SetJWKSURI points the app at a JWKS document, or away from one.
func (a *App) SetJWKSURI(t testing.TB, uri string) {
	t.Helper()
	a.Update(t, func(document map[string]any) {
		client := document["settings"].(map[string]any)["oauthClient"].(map[string]any)
		delete(client, "jwks")
		delete(client, "jwks_uri")
		if uri != "" {
			client["jwks_uri"] = uri
		}
	})
}

// Document is the app as Okta shows it.
func (a *App) Document(t testing.TB) (document map[string]any) {
	t.Helper()
	a.org.must(t, "GET", "/api/v1/apps/"+a.ID, nil, &document)
	return document
}

func (a *App) path(kind string) string { return "/api/v1/apps/" + a.ID + "/credentials/" + kind }

// DropKid takes the kid off a key that is the app's only one, as an update of the app does that doesn't know it.
func (a *App) DropKid(t testing.TB, id string) {
	t.Helper()
	a.Update(t, func(document map[string]any) {
		client := document["settings"].(map[string]any)["oauthClient"].(map[string]any)
		for _, key := range client["jwks"].(map[string]any)["keys"].([]any) {
			if member := key.(map[string]any); member["id"] == id {
				delete(member, "kid")
			}
		}
	})
}
