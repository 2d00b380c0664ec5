// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// newDocument is the least that creates an OIDC app.
func newDocument(label, method string) object {
	return object{
		"signOnMode": "OPENID_CONNECT", "label": label,
		"credentials": object{"oauthClient": object{"token_endpoint_auth_method": method}},
		"settings":    object{"oauthClient": object{"application_type": "web"}},
	}
}

func client(doc object) object   { return at(doc, "credentials", "oauthClient").(object) }
func settings(doc object) object { return at(doc, "settings", "oauthClient").(object) }

func TestApp_CreateReadDelete(t *testing.T) {
	w := newWorld(t)
	made := w.want(200, "POST", "/api/v1/apps?activate=true", newDocument("one", "client_secret_post")).object(t)
	id, _ := made["id"].(string)
	if !regexp.MustCompile(`^0oa[0-9A-Za-z]{17}$`).MatchString(id) || client(made)["client_id"] != id {
		t.Errorf("id = %v, client_id = %v", id, client(made)["client_id"])
	}
	secret := w.Secrets(id)[0].Value
	if client(made)["client_secret"] != secret {
		t.Error("POST does not show the client_secret")
	}
	read := w.document(id)
	if _, shown := client(read)["client_secret"]; shown {
		t.Error("GET shows a client_secret")
	}
	delete(client(made), "client_secret")
	if diff := cmp.Diff(asJSON(t, made), asJSON(t, read)); diff != "" {
		t.Error("created and read differ:\n" + diff)
	}
	for path, want := range map[string]any{
		"status": "ACTIVE", "name": "oidc_client", "created": "2026-03-01T12:00:00.000Z", "features": []any{},
	} {
		if diff := cmp.Diff(want, read[path]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	w.wantError(403, "E0000056", "DELETE", "/api/v1/apps/"+id, nil)
	if got := w.want(200, "POST", "/api/v1/apps/"+id+"/lifecycle/deactivate", nil); strings.TrimSpace(got.text) != "{}" {
		t.Errorf("deactivate answers %q", got.text)
	}
	if w.accepts(id, secret) {
		t.Error("an INACTIVE app can log in")
	}
	w.want(200, "POST", "/api/v1/apps/"+id+"/lifecycle/activate", nil)
	w.want(200, "POST", "/api/v1/apps/"+id+"/lifecycle/deactivate", nil)
	w.want(204, "DELETE", "/api/v1/apps/"+id, nil)
	w.wantError(404, "E0000007", "GET", "/api/v1/apps/"+id, nil, "Not found: Resource not found: "+id+" (AppInstance)")
}

func TestApp_OwnClientID(t *testing.T) {
	w := newWorld(t)
	doc := newDocument("one", "client_secret_basic")
	client(doc)["client_id"] = "my-client"
	made := w.want(200, "POST", "/api/v1/apps", doc).object(t)
	if client(made)["client_id"] != "my-client" || !w.accepts("my-client", w.Secrets(made["id"].(string))[0].Value) {
		t.Errorf("client_id = %v", client(made)["client_id"])
	}
	w.wantError(400, "E0000001", "POST", "/api/v1/apps", doc)
}

func TestApp_NotActivated(t *testing.T) {
	w := newWorld(t)
	if made := w.want(200, "POST", "/api/v1/apps?activate=false", newDocument("one", "client_secret_basic")).object(t); made["status"] != "INACTIVE" {
		t.Errorf("status = %v", made["status"])
	}
}

func TestApp_ClientCredentialsLink(t *testing.T) {
	w := newWorld(t)
	for method, want := range map[string]any{
		"client_secret_basic": "secrets", "client_secret_post": "secrets", "client_secret_jwt": "secrets",
		"private_key_jwt": "jwks", "none": nil,
	} {
		app := w.AddApp(oktasim.AppOptions{AuthMethod: method, Type: "native"})
		var got any
		if links, some := at(w.document(app.ID), "_links", "clientCredentials").([]any); some {
			got = at(links[0], "name")
		}
		if got != want {
			t.Errorf("%s: the link's name is %v, want %v", method, got, want)
		}
	}
}

func TestReplace_ReplacesTheDocument(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{Label: "one"})
	if err := w.SetProfile(app.ID, map[string]any{"cost": "center"}); err != nil {
		t.Fatal(err)
	}
	doc := w.document(app.ID)
	settings(doc)["something_new"] = object{"number": 12345678901234567.0, "list": []any{"a", nil}}
	w.Advance(time.Hour)
	put := w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc).object(t)
	if put["lastUpdated"] != "2026-03-01T13:00:00.000Z" || put["created"] != "2026-03-01T12:00:00.000Z" {
		t.Errorf("lastUpdated %v, created %v", put["lastUpdated"], put["created"])
	}
	again := w.document(app.ID)
	doc["lastUpdated"] = again["lastUpdated"]
	if diff := cmp.Diff(asJSON(t, doc), asJSON(t, again)); diff != "" {
		t.Error("what was sent is not what is kept (-sent +kept):\n" + diff)
	}

	delete(again, "profile")
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, again)
	if profile := w.document(app.ID)["profile"]; profile != nil {
		t.Errorf("an omitted profile is wiped, but it is %v", profile)
	}
}

func TestReplace_NumbersKeepTheirDigits(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.want(200, "PUT", "/api/v1/apps/"+app.ID,
		`{"signOnMode":"OPENID_CONNECT","label":"one","profile":{"big":12345678901234567890,"exact":1.10}}`)
	if got := w.want(200, "GET", "/api/v1/apps/"+app.ID, nil).text; !strings.Contains(got, `{"big":12345678901234567890,"exact":1.10}`) {
		t.Errorf("numbers changed: %s", got)
	}
}

func TestReplace_Refusals(t *testing.T) {
	tests := []struct {
		name string
		edit func(object)
	}{
		{"no label", func(doc object) { delete(doc, "label") }},
		{"an unknown method", func(doc object) { client(doc)["token_endpoint_auth_method"] = "password" }},
		{"private_key_jwt without key or URI", func(doc object) { client(doc)["token_endpoint_auth_method"] = "private_key_jwt" }},
		{"a short secret", func(doc object) { client(doc)["client_secret"] = "short" }},
		{"both keys and a URI", func(doc object) {
			settings(doc)["jwks_uri"], settings(doc)["jwks"] = "https://keys.example.com", object{"keys": []any{members(rsaKey)}}
		}},
		{"keys that share a kid", func(doc object) {
			settings(doc)["jwks"] = object{"keys": []any{with(members(rsaKey), object{"kid": "k"}), with(members(ecKey), object{"kid": "k"})}}
		}},
		{"a secret for private_key_jwt", func(doc object) {
			client(doc)["token_endpoint_auth_method"], client(doc)["client_secret"] = "private_key_jwt", "a-secret-of-my-own"
			settings(doc)["jwks"] = object{"keys": []any{members(rsaKey)}}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			app := w.AddApp(oktasim.AppOptions{})
			before, secrets := asJSON(t, w.document(app.ID)), w.Secrets(app.ID)
			doc := w.document(app.ID)
			test.edit(doc)
			w.wantError(400, "E0000001", "PUT", "/api/v1/apps/"+app.ID, doc)
			if diff := cmp.Diff(before, asJSON(t, w.document(app.ID))); diff != "" {
				t.Error("the refusal changed the app:\n" + diff)
			}
			if len(w.Secrets(app.ID)) != len(secrets) {
				t.Error("the refusal changed the secrets")
			}
		})
	}
}

func TestReplace_ClientSecret(t *testing.T) {
	const mine = "a-secret-of-my-own"
	tests := []struct {
		name string
		sent func(older, newest string) any // nil: not sent
		want func(older, newest string) []string
	}{
		{"not sent keeps them", func(_, _ string) any { return nil }, func(older, newest string) []string { return []string{older, newest} }},
		{"empty keeps them", func(_, _ string) any { return "" }, func(older, newest string) []string { return []string{older, newest} }},
		{"a known one keeps them", func(older, _ string) any { return older }, func(older, newest string) []string { return []string{older, newest} }},
		{"a new one replaces the newest ACTIVE one", func(_, _ string) any { return mine }, func(older, _ string) []string { return []string{older, mine} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			app := w.AddApp(oktasim.AppOptions{})
			newest, err := w.AddSecret(app.ID, "", "")
			if err != nil {
				t.Fatal(err)
			}
			older := w.Secrets(app.ID)[0].Value
			doc := w.document(app.ID)
			if sent := test.sent(older, newest.Value); sent != nil {
				client(doc)["client_secret"] = sent
			}
			put := w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc).object(t)
			var got []string
			for _, secret := range w.Secrets(app.ID) {
				got = append(got, secret.Value)
			}
			want := test.want(older, newest.Value)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error("secrets (-want +got):\n" + diff)
			}
			if client(put)["client_secret"] != want[1] {
				t.Error("PUT does not show the newest ACTIVE secret")
			}
		})
	}
}

func TestReplace_MethodSwitches(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	first := w.Secrets(app.ID)[0].Value

	doc := w.document(app.ID)
	client(doc)["token_endpoint_auth_method"] = "private_key_jwt"
	settings(doc)["jwks"] = object{"keys": []any{members(rsaKey)}}
	put := w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc).object(t)
	if len(w.Secrets(app.ID)) != 0 || w.accepts(app.ClientID, first) || client(put)["client_secret"] != nil {
		t.Error("the switch to private_key_jwt must delete every secret")
	}

	doc = w.document(app.ID)
	client(doc)["token_endpoint_auth_method"] = "client_secret_basic"
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc)
	if secrets := w.Secrets(app.ID); len(secrets) != 1 || secrets[0].Value == first || !w.accepts(app.ClientID, secrets[0].Value) {
		t.Errorf("the switch back must make one new secret: %v", len(secrets))
	}
	if len(w.Keys(app.ID)) != 1 {
		t.Error("the switch back must leave the keys alone")
	}
}

func TestReplace_Keys(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	for kid, key := range map[string]any{"rsa": rsaKey, "ec": ecKey} {
		sent := with(members(key), object{"kid": kid, "use": "sig", "alg": map[string]string{"rsa": "RS256", "ec": "ES256"}[kid]})
		if _, err := w.AddKey(app.ID, []byte(asJSON(t, sent))); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[string]string{}
	for _, key := range w.Keys(app.ID) {
		ids[key.Kid] = key.ID
	}
	if err := w.SetKeyStatus(app.ID, ids["ec"], oktasim.StatusInactive); err != nil {
		t.Fatal(err)
	}

	// As Okta's own provider sends them: no id, no use, no alg, all ACTIVE.
	doc := w.document(app.ID)
	settings(doc)["jwks"] = object{"keys": []any{with(members(rsaKey), object{"kid": "rsa"}), with(members(ecKey), object{"kid": "ec"})}}
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc)
	for _, key := range w.Keys(app.ID) {
		if key.ID != ids[key.Kid] || key.Status != oktasim.StatusActive || key.Use != "" || key.Alg != "" {
			t.Errorf("found again by kid and members: %+v", key)
		}
	}

	// With an id, the kid may change.
	settings(doc)["jwks"] = object{"keys": []any{with(members(rsaKey), object{"id": ids["rsa"], "kid": "renamed"})}}
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc)
	if keys := w.Keys(app.ID); len(keys) != 1 || keys[0].ID != ids["rsa"] || keys[0].Kid != "renamed" {
		t.Errorf("found again by id: %+v", keys)
	}

	// A URI instead: the saved keys are gone. And nothing instead of the URI is refused.
	delete(settings(doc), "jwks")
	settings(doc)["jwks_uri"] = "https://keys.example.com/jwks"
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc)
	if now, _ := w.App(app.ID); len(w.Keys(app.ID)) != 0 || now.JWKSURI != "https://keys.example.com/jwks" {
		t.Errorf("%d keys, jwks_uri %q", len(w.Keys(app.ID)), now.JWKSURI)
	}
	delete(settings(doc), "jwks_uri")
	w.wantError(400, "E0000001", "PUT", "/api/v1/apps/"+app.ID, doc, "'jwks' or 'jwks_uri'")
}

func TestReplace_KeysThatAreSentBackAsTheyWereHaveNotChanged(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	for kid, key := range map[string]any{"same": rsaKey, "changed": ecKey} {
		w.want(201, "POST", keysPath(app), with(members(key), object{"kid": kid}))
	}
	w.Advance(time.Hour)
	doc := w.document(app.ID)
	for _, key := range at(settings(doc), "jwks", "keys").([]any) {
		if key := key.(object); key["kid"] == "changed" {
			key["alg"] = "ES256"
		}
	}
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc)
	for _, key := range w.Keys(app.ID) {
		changed := key.LastUpdated.After(key.Created)
		if !key.Created.Equal(w.Now().Add(-time.Hour).Truncate(time.Second)) || changed != (key.Kid == "changed") {
			t.Errorf("%s: created %s, lastUpdated %s", key.Kid, key.Created, key.LastUpdated)
		}
	}

	keys := at(settings(doc), "jwks", "keys").([]any)
	keys[1].(object)["id"] = keys[0].(object)["id"]
	w.wantError(400, "E0000001", "PUT", "/api/v1/apps/"+app.ID, doc, "unique `id`")
}

func TestReplace_BackToSecretsWithNoneActive(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{Type: "native"})
	if _, err := w.AddSecret(app.ID, "", oktasim.StatusInactive); err != nil {
		t.Fatal(err)
	}
	if err := w.SetAuthMethod(app.ID, oktasim.ClientSecretBasic); err != nil {
		t.Fatal(err)
	}
	if secrets := w.Secrets(app.ID); len(secrets) != 2 || secrets[1].Status != oktasim.StatusActive {
		t.Errorf("a confidential app has an ACTIVE secret: %v", len(secrets))
	}
}

func TestReplace_OmittedKeysAreGone(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	w.want(201, "POST", keysPath(app), members(rsaKey))
	doc := w.document(app.ID)
	delete(settings(doc), "jwks")
	w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc)
	if keys := w.Keys(app.ID); len(keys) != 0 {
		t.Errorf("keys = %v", keys)
	}
}

func TestApp_ThatIsNoOAuthClient(t *testing.T) {
	w := newWorld(t)
	made := w.want(200, "POST", "/api/v1/apps", object{"signOnMode": "BOOKMARK", "label": "bookmark"}).object(t)
	id := made["id"].(string)
	if at(made, "credentials", "oauthClient") != nil || len(w.Secrets(id)) != 0 {
		t.Errorf("a bookmark has credentials: %v", made)
	}
	w.wantError(404, "E0000007", "GET", "/api/v1/apps/"+id+"/credentials/secrets", nil, "(OAuth2AppInstance)")
}

func TestPaths(t *testing.T) {
	w := newWorld(t)
	w.wantError(404, "E0000022", "GET", "/api/v1/nothing", nil)
	w.wantError(405, "E0000022", "PATCH", "/api/v1/apps/0oa", nil)
	w.wantError(404, "E0000007", "GET", "/api/v1/apps/a%2Fb", nil, "Resource not found: a/b")
	w.wantError(400, "E0000003", "POST", "/api/v1/apps", "[")
}

func TestAuthorization_SSWS(t *testing.T) {
	w := newWorld(t)
	for header, want := range map[string]struct {
		status int
		code   string
	}{
		"":                 {403, "E0000005"},
		"SSWS wrong":       {401, "E0000011"},
		"SSWS ":            {401, "E0000011"},
		"SSWS":             {401, "E0000011"},
		"Basic eDp5":       {401, "E0000011"},
		"Bearer unknown":   {401, "E0000011"},
		"SSWS " + apiToken: {200, ""},
	} {
		request := w.request("GET", "/api/v1/users/me", "")
		if header != "" {
			request.Header.Set("Authorization", header)
		}
		got := w.send(request)
		code, _ := got.object(t)["errorCode"].(string)
		if got.status != want.status || code != want.code {
			t.Errorf("%q: %d %s, want %d %s", header, got.status, code, want.status, want.code)
		}
	}
}

func TestErrorBody(t *testing.T) {
	w := newWorld(t)
	body := w.want(http.StatusNotFound, "GET", "/api/v1/apps/0oax", nil).object(t)
	id, _ := body["errorId"].(string)
	if !strings.HasPrefix(id, "oae") {
		t.Errorf("errorId = %q", id)
	}
	delete(body, "errorId")
	want := object{
		"errorCode": "E0000007", "errorLink": "E0000007", "errorCauses": []any{},
		"errorSummary": "Not found: Resource not found: 0oax (AppInstance)",
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error("body (-want +got):\n" + diff)
	}
}
