// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// FuzzOrg sends anything anywhere: the org must answer, and its own rules must hold afterwards.
func FuzzOrg_AnswersAnythingAndKeepsItsRules(f *testing.F) {
	for _, seed := range []struct{ method, path, body string }{
		{"POST", "/api/v1/apps", `{"signOnMode":"OPENID_CONNECT","label":"x"}`},
		{"POST", "/api/v1/apps", `null`},
		{"PUT", "/api/v1/apps/APP", `{"label":"x","credentials":[],"settings":{"oauthClient":{"jwks":{"keys":[null,{}]}}}}`},
		{"PUT", "/api/v1/apps/APP", `{"label":"x","credentials":{"oauthClient":{"client_secret":"a-secret-of-my-own"}}}`},
		{"PUT", "/api/v1/apps/APP", `{"label":"x","credentials":{"oauthClient":{"token_endpoint_auth_method":"private_key_jwt"}},` +
			`"settings":{"oauthClient":{"jwks_uri":"http://127.0.0.1:1"}}}`},
		{"POST", "/api/v1/apps/APP/credentials/secrets", `{"client_secret":null,"status":"INACTIVE"}`},
		{"POST", "/api/v1/apps/APP/credentials/jwks", `{"kty":"EC","x":"AA","y":"AA","crv":"P-256"}`},
		{"GET", "/api/v1/apps?filter=label+eq+%22x%22&after=y&limit=1", ""},
		{"POST", "/api/v1/apps", `{"signOnMode":"OPENID_CONNECT","label":"x","name":"slack","settings":{"oauthClient":null}}`},
		{"POST", "/api/v1/internal/apps/APP/settings/oauth/idToken", `{"issuerMode":null,"name":[]}`},
		{"POST", "/integrations/api/v1/api-services", `{"type":"x","grantedScopes":[1,"okta.apps.read"]}`},
		{"GET", "/api/v1/logs?filter=not+(actor.id+pr)&since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&after=1_2&limit=0&q=x", ""},
		{"GET", "/api/v1/logs?sortOrder=DESCENDING&limit=1", ""},
		{"POST", "/oauth2/x/v1/token", "grant_type=refresh_token&refresh_token=x&client_id=APP"},
		{"PUT", "/_sim/clock", `{"advance":"-90d"}`},
		{"PUT", "/_sim/log", `{"max_events":1,"hidden_clients":["*"]}`},
		{"POST", "/_sim/faults", `{"kind":"member","member":"id","edit":"mask"}`},
		{"POST", "/oauth2/v1/token", "client_assertion=a.b.c&client_assertion_type=x"},
		{"POST", "/_sim/apps", `{"type":"service"}`},
		{"GET", "/api/v1/apps/%2F/credentials/secrets/%", ""},
	} {
		f.Add(seed.method, seed.path, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		org := oktasim.New(oktasim.Options{})
		app := org.AddApp(oktasim.AppOptions{})
		request := httptest.NewRequestWithContext(t.Context(), "GET", "/", strings.NewReader(body))
		request.Method = method
		target, err := request.URL.Parse(strings.ReplaceAll(path, "APP", app.ID))
		if err != nil {
			t.Skip()
		}
		request.URL = target
		request.Header.Set("Authorization", "SSWS any")
		answer := httptest.NewRecorder()
		org.ServeHTTP(answer, request)
		if answer.Code >= 500 {
			t.Errorf("%s %s %s: %d", method, path, body, answer.Code)
		}
		for _, app := range org.Apps() {
			active := 0
			for _, secret := range org.Secrets(app.ID) {
				if secret.Status == oktasim.StatusActive {
					active++
				}
			}
			confidential := strings.HasPrefix(app.AuthMethod, "client_secret_")
			if total := len(org.Secrets(app.ID)); total > 2 || confidential != (active > 0) {
				t.Errorf("%s %s %s: an app under %q has %d secrets, %d of them ACTIVE", method, path, body, app.AuthMethod, total, active)
			}
		}
	})
}
