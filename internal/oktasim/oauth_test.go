// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const tokenPath = "/oauth2/v1/token"

func credentials(scope string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
}

func basic(clientID, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(clientID, secret) }
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// wantOAuth requires a status and, where it is not 200, an error.
func wantOAuth(t *testing.T, got answer, status int, code, fragment string) object {
	t.Helper()
	body := got.object(t)
	description, _ := body["error_description"].(string)
	if got.status != status || status != 200 && body["error"] != code || !strings.Contains(description, fragment) {
		t.Fatalf("%d %s, want %d %s %s", got.status, got.text, status, code, fragment)
	}
	return body
}

func TestToken_ClientSecret(t *testing.T) {
	for _, method := range []string{oktasim.ClientSecretBasic, oktasim.ClientSecretPost} {
		w := newWorld(t)
		app := w.AddApp(oktasim.AppOptions{AuthMethod: method})
		const odd = "per%cent + plus: colon ~ tilde"
		if _, err := w.AddSecret(app.ID, odd, ""); err != nil {
			t.Fatal(err)
		}
		generated := w.Secrets(app.ID)[0].Value
		withPost := func(secret string) url.Values {
			form := credentials("")
			form.Set("client_id", app.ClientID)
			form.Set("client_secret", secret)
			return form
		}
		for _, path := range []string{tokenPath, "/oauth2/default/v1/token"} {
			wantOAuth(t, w.post(path, credentials("any"), basic(app.ClientID, generated)), 200, "", "")
			wantOAuth(t, w.post(path, withPost(generated)), 200, "", "")
		}
		wantOAuth(t, w.post(tokenPath, withPost(odd)), 200, "", "")
		wantOAuth(t, w.post(tokenPath, credentials(""), basic(app.ClientID, url.QueryEscape(odd))), 200, "", "")
		wantOAuth(t, w.post(tokenPath, credentials(""), basic(app.ClientID, odd)), 200, "", "")
		wantOAuth(t, w.post(tokenPath, withPost("wrong"), func(*http.Request) {}), 401, "invalid_client", "client secret supplied")
		wantOAuth(t, w.post(tokenPath, credentials(""), basic(app.ClientID, "wrong")), 401, "invalid_client", "client secret supplied")
		wantOAuth(t, w.post(tokenPath, credentials(""), basic("0oanobody", "wrong")), 401, "invalid_client", "client_id")
		wantOAuth(t, w.post(tokenPath, credentials("")), 401, "invalid_client", "Client authentication failed")
		wantOAuth(t, w.post(tokenPath, withPost(generated), basic(app.ClientID, generated)), 400, "invalid_request", "multiple client credentials")
		wantOAuth(t, w.post(tokenPath, url.Values{}, basic(app.ClientID, generated)), 400, "invalid_request", "grant_type")
		wantOAuth(t, w.post(tokenPath, url.Values{"grant_type": {"password"}}, basic(app.ClientID, generated)), 400, "unsupported_grant_type", "")
	}
}

func TestToken_SecretWhereTheMethodIsAnother(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.ClientSecretJWT})
	wantOAuth(t, w.post(tokenPath, credentials(""), basic(app.ClientID, w.Secrets(app.ID)[0].Value)), 401, "invalid_client", "method")
}

func TestIntrospect(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	login := basic(app.ClientID, w.Secrets(app.ID)[0].Value)
	token := wantOAuth(t, w.post(tokenPath, credentials("orders"), login), 200, "", "")["access_token"].(string)
	active := func(token string) any {
		t.Helper()
		return wantOAuth(t, w.post("/oauth2/v1/introspect", url.Values{"token": {token}}, login), 200, "", "")["active"]
	}
	if active("nonsense") != false {
		t.Error("an unknown token is active")
	}
	body := wantOAuth(t, w.post("/oauth2/default/v1/introspect", url.Values{"token": {token}}, login), 200, "", "")
	if body["active"] != true || body["scope"] != "orders" || body["client_id"] != app.ClientID {
		t.Errorf("introspection = %v", body)
	}
	w.Advance(59*time.Minute + 59*time.Second)
	if active(token) != true {
		t.Error("a token lives 3600 s")
	}
	w.Advance(time.Second)
	if active(token) != false {
		t.Error("a token lives no longer than 3600 s")
	}
}

// serviceApp is a service app with a key and Okta API scopes.
func (w *world) serviceApp(options oktasim.AppOptions) oktasim.App {
	w.t.Helper()
	options.Type, options.AuthMethod = "service", oktasim.PrivateKeyJWT
	app := w.AddApp(options)
	if _, err := w.AddKey(app.ID, []byte(asJSON(w.t, with(members(ecKey), object{"kid": "service"})))); err != nil {
		w.t.Fatal(err)
	}
	return app
}

func (w *world) token(app oktasim.App, scope string) string {
	w.t.Helper()
	form := assertionForm(sign(w.t, jwa.ES256, ecKey, nil, w.claims(app.ClientID)), scope)
	return wantOAuth(w.t, w.post(tokenPath, form), 200, "", "")["access_token"].(string)
}

func TestScopes_Granting(t *testing.T) {
	w := newWorld(t)
	app := w.serviceApp(oktasim.AppOptions{Scopes: []string{"okta.apps.read", "okta.apps.manage"}})
	for _, test := range []struct {
		scope, granted, failure string
	}{
		{"okta.apps.read okta.apps.manage", "okta.apps.read okta.apps.manage", ""},
		{"okta.apps.read okta.users.read", "okta.apps.read", ""},
		{"okta.users.read", "", "consent_required"},
		{"okta.nonsense", "", "invalid_scope"},
	} {
		status := 200
		if test.failure != "" {
			status = 400
		}
		form := assertionForm(sign(t, jwa.ES256, ecKey, nil, w.claims(app.ClientID)), test.scope)
		body := wantOAuth(t, w.post(tokenPath, form), status, test.failure, "")
		if granted, _ := body["scope"].(string); granted != test.granted {
			t.Errorf("%s: granted %q, want %q", test.scope, granted, test.granted)
		}
	}
}

func TestScopes_AreEnforcedByMethod(t *testing.T) {
	all := []string{"okta.apps.read", "okta.apps.manage", "okta.oauthIntegrations.read", "okta.oauthIntegrations.manage"}
	w := newWorld(t)
	app := w.serviceApp(oktasim.AppOptions{Scopes: all})
	target := w.AddApp(oktasim.AppOptions{})
	services := "/integrations/api/v1/api-services/" + w.AddAPIService().ID + "/credentials/secrets"
	for _, test := range []struct {
		method, path, needed string
		status               int
	}{
		{"GET", secretsPath(target), "okta.apps.read", 200},
		{"POST", secretsPath(target), "okta.apps.manage", 201},
		{"GET", "/api/v1/apps/" + target.ID, "okta.apps.read", 200},
		{"GET", services, "okta.oauthIntegrations.read", 200},
		{"POST", services, "okta.oauthIntegrations.manage", 201},
	} {
		for _, scope := range all {
			got := w.send(func() *http.Request {
				request := w.request(test.method, test.path, "")
				bearer(w.token(app, scope))(request)
				return request
			}())
			if scope == test.needed {
				if got.status != test.status {
					t.Errorf("%s %s with %s: %d %s", test.method, test.path, scope, got.status, got.text)
				}
				continue
			}
			want := `Bearer error="insufficient_scope", error_description="The access token provided does not contain the required scopes."`
			if got.status != 403 || got.object(t)["errorCode"] != "E0000006" || got.header.Get("WWW-Authenticate") != want {
				t.Errorf("%s %s with %s: %d %s, %s", test.method, test.path, scope, got.status, got.text, got.header.Get("WWW-Authenticate"))
			}
		}
	}
}

func TestToken_ExpiresAndDiesWithItsApp(t *testing.T) {
	w := newWorld(t)
	app := w.serviceApp(oktasim.AppOptions{Scopes: []string{"okta.apps.read"}})
	get := func(token string) int {
		request := w.request("GET", "/api/v1/apps", "")
		bearer(token)(request)
		return w.send(request).status
	}
	old := w.token(app, "okta.apps.read")
	w.Advance(time.Hour)
	if got := get(old); got != 401 {
		t.Errorf("after 3600 s: %d", got)
	}
	fresh := w.token(app, "okta.apps.read")
	if got := get(fresh); got != 200 {
		t.Errorf("a fresh token: %d", got)
	}
	if err := w.RemoveApp(app.ID); err != nil {
		t.Fatal(err)
	}
	if got := get(fresh); got != 401 {
		t.Errorf("after its app was deleted: %d", got)
	}
}

func TestCredentialsOfAppsWithScopes_AreForSuperAdmins(t *testing.T) {
	for admin, want := range map[bool]int{false: 403, true: 201} {
		w := newWorld(t)
		target := w.serviceApp(oktasim.AppOptions{Scopes: []string{"okta.users.read"}})
		scopes := []string{"okta.apps.read", "okta.apps.manage"}
		caller := w.serviceApp(oktasim.AppOptions{Scopes: scopes, SuperAdmin: admin})
		login := bearer(w.token(caller, strings.Join(scopes, " ")))

		post := w.request("POST", keysPath(target), asJSON(t, with(members(rsaKey), object{"kid": "new"})))
		login(post)
		if got := w.send(post); got.status != want {
			t.Errorf("changing, super admin %v: %d %s", admin, got.status, got.text)
		}
		get := w.request("GET", keysPath(target), "")
		login(get)
		if got := w.send(get); got.status != 200 {
			t.Errorf("reading, super admin %v: %d", admin, got.status)
		}
	}
}
