// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwa"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// logged runs something and returns what it leaves in the log: "eventType result reason clientAuthType".
func (w *world) logged(do func()) (events []oktasim.Event, lines []string) {
	w.t.Helper()
	before := len(w.Events())
	do()
	events = w.Events()[before:]
	for _, event := range events {
		lines = append(lines, strings.TrimSpace(strings.Join([]string{event.Type, event.Result, event.Reason, event.Debug.ClientAuthType}, " ")))
	}
	return events, lines
}

func TestLog_TokenGrants(t *testing.T) {
	const (
		org    = "app.oauth2.token.grant"
		custom = "app.oauth2.as.token.grant"
	)
	w := newWorld(t)
	web, signer, public := w.AddApp(oktasim.AppOptions{}), w.serviceApp(oktasim.AppOptions{}), w.AddApp(oktasim.AppOptions{Type: "native"})
	macApp := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.ClientSecretJWT})
	secret := w.Secrets(web.ID)[0]
	inactive, err := w.AddSecret(web.ID, "", oktasim.StatusInactive)
	if err != nil {
		t.Fatal(err)
	}
	refresh := func(app oktasim.App, scopes ...string) url.Values {
		return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {w.AddRefreshToken(app.ID, scopes...)}}
	}
	withPost := func(value string) url.Values {
		form := credentials("")
		form.Set("client_id", web.ClientID)
		form.Set("client_secret", value)
		return form
	}
	publicRefresh := refresh(public, "offline_access")
	publicRefresh.Set("client_id", public.ClientID)
	signed := func(kid string) url.Values {
		return assertionForm(sign(t, jwa.ES256, ecKey, object{"kid": kid}, w.claims(signer.ClientID)), "")
	}
	login := basic(web.ClientID, secret.Value)
	tests := []struct {
		name  string
		send  func() answer
		actor string
		hash  string
		want  []string
	}{
		{"basic", func() answer { return w.post(tokenPath, credentials(""), login) }, web.ClientID, secret.Hash,
			[]string{org + ".access_token SUCCESS  client_secret_basic"}},
		{"post", func() answer { return w.post(tokenPath, withPost(secret.Value)) }, web.ClientID, secret.Hash,
			[]string{org + ".access_token SUCCESS  client_secret_post"}},
		{"custom server", func() answer { return w.post("/oauth2/default/v1/token", credentials(""), login) }, web.ClientID, secret.Hash,
			[]string{custom + ".access_token SUCCESS  client_secret_basic"}},
		{"key", func() answer { return w.post(tokenPath, signed("service")) }, signer.ClientID, "",
			[]string{org + ".access_token SUCCESS  private_key_jwt"}},
		{"secret that signs", func() answer {
			return w.post(tokenPath, assertionForm(sign(t, jwa.HS256, []byte(w.Secrets(macApp.ID)[0].Value), nil, w.claims(macApp.ClientID)), ""))
		}, macApp.ClientID, "", []string{org + ".access_token SUCCESS  client_secret_jwt"}},
		{"refresh", func() answer { return w.post(tokenPath, refresh(web, "offline_access", "orders"), login) }, web.ClientID, secret.Hash,
			[]string{org + ".access_token SUCCESS  client_secret_basic", org + ".refresh_token SUCCESS  client_secret_basic"}},
		{"refresh with openid", func() answer {
			return w.post("/oauth2/default/v1/token", refresh(web, "openid", "offline_access"), login)
		}, web.ClientID, secret.Hash,
			[]string{custom + ".access_token SUCCESS  client_secret_basic", custom + ".refresh_token SUCCESS  client_secret_basic", custom + ".id_token SUCCESS  client_secret_basic"}},
		{"refresh of a public client", func() answer { return w.post(tokenPath, publicRefresh) }, public.ClientID, "",
			[]string{org + ".access_token SUCCESS  none", org + ".refresh_token SUCCESS  none"}},
		{"deactivated secret", func() answer { return w.post(tokenPath, credentials(""), basic(web.ClientID, inactive.Value)) }, web.ClientID, inactive.Hash,
			[]string{org + " FAILURE invalid_client_secret client_secret_basic"}},
		{"unknown client", func() answer { return w.post("/oauth2/default/v1/token", credentials(""), basic("0oanobody", "x")) }, "0oanobody", "",
			[]string{custom + " FAILURE invalid_client client_secret_basic"}},
		{"unknown key", func() answer { return w.post(tokenPath, signed("other")) }, signer.ClientID, "",
			[]string{org + " FAILURE client_assertion_invalid private_key_jwt"}},
		{"scope", func() answer { return w.post(tokenPath, credentials("okta.apps.read"), login) }, web.ClientID, secret.Hash,
			[]string{org + " FAILURE no_matching_scope client_secret_basic"}},
		{"grant type", func() answer { return w.post(tokenPath, url.Values{"grant_type": {"password"}}, login) }, web.ClientID, secret.Hash,
			[]string{org + " FAILURE unsupported_grant_type client_secret_basic"}},
		{"refresh token of another client", func() answer { return w.post(tokenPath, refresh(public, "x"), login) }, web.ClientID, secret.Hash,
			[]string{org + " FAILURE invalid_grant client_secret_basic"}},
		{"no authentication", func() answer { return w.post(tokenPath, credentials("")) }, "", "",
			[]string{org + " FAILURE invalid_client invalid"}},
		{"introspection", func() answer { return w.post("/oauth2/v1/introspect", url.Values{"token": {"x"}}, login) }, "", "", nil},
		{"failed introspection", func() answer {
			return w.post("/oauth2/v1/introspect", url.Values{"token": {"x"}}, basic(web.ClientID, "x"))
		}, "", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got answer
			events, lines := w.logged(func() { got = test.send() })
			if diff := cmp.Diff(test.want, lines); diff != "" {
				t.Errorf("(-want +got):\n%s%s", diff, got.text)
			}
			for _, event := range events {
				if event.Actor.ID != test.actor || event.Debug.ClientSecret != test.hash || event.Transaction != got.header.Get("X-Okta-Request-Id") {
					t.Errorf("actor %q, hash %q, transaction %q", event.Actor.ID, event.Debug.ClientSecret, event.Transaction)
				}
				if event.Result == "SUCCESS" && (len(event.Targets) != 1 || event.Targets[0].ID == test.actor) {
					t.Errorf("targets are user and token, not %v", event.Targets)
				}
			}
		})
	}
}

func TestLog_AFailedLoginCanHaveItsClientElsewhere(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	for place, want := range map[string]string{"": "actor.id", "target": "target.id", "client": "client.id"} {
		w.SetLog(oktasim.LogSettings{FailedClient: place})
		w.post(tokenPath, credentials(""), basic(app.ClientID, "wrong"))
		for _, field := range []string{"actor.id", "target.id", "client.id"} {
			found := len(w.log("filter", `outcome.result eq "FAILURE" and `+field+` eq "`+app.ClientID+`"`)) == 1
			if found != (field == want) {
				t.Errorf("%q: found by %s: %t", place, field, found)
			}
		}
		w.Advance(8 * 24 * time.Hour)
	}
}

func TestLog_AFailedLoginCanLackTheHash(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	for _, secret := range []string{w.Secrets(app.ID)[0].Value, "wrong"} {
		w.post(tokenPath, credentials(""), basic(app.ClientID, secret))
	}
	const hashed = `actor.id pr and debugContext.debugData.clientSecret pr`
	if got := w.log("filter", hashed); len(got) != 2 {
		t.Errorf("events with a hash: %v", types(got))
	}
	w.SetLog(oktasim.LogSettings{FailedWithoutHash: true})
	if got := w.log("filter", hashed); len(got) != 1 || at(got[0], "outcome", "result") != "SUCCESS" {
		t.Errorf("events with a hash: %v", types(got))
	}
}

func TestLog_FiveWrongSecretsInARow(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	try := func(secrets ...string) (prefixes [][]string) {
		events, _ := w.logged(func() {
			for _, secret := range secrets {
				w.post(tokenPath, credentials(""), basic(app.ClientID, secret))
			}
		})
		for _, event := range events {
			if event.Type == "app.oauth2.invalid_client_credentials" {
				prefixes = append(prefixes, event.Debug.ClientSecrets)
			}
		}
		return prefixes
	}
	good := w.Secrets(app.ID)[0].Value
	if got := try("wrong-1", "wrong-2", "wrong-3", "wrong-4", good, "wrong-5", "wrong-6"); got != nil {
		t.Errorf("a success resets the count: %v", got)
	}
	got := try("first-one", "abc", "wrong-9", "wrong-10")
	if diff := cmp.Diff([][]string{{"wrong", "wrong", "first", "abc", "wrong"}, {"wrong", "first", "abc", "wrong", "wrong"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	event := w.log("filter", `eventType eq "app.oauth2.invalid_client_credentials"`, "limit", "1")[0]
	if list, isList := at(event, "debugContext", "debugData", "clientSecrets").([]any); !isList || len(list) != 5 {
		t.Errorf("event = %v", event)
	}
}

func TestLog_LifecycleOfCredentials(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	service := w.AddAPIService()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		secret bool
		path   string
		body   any
	}{
		{"secret", true, secretsPath(app), nil},
		{"key", false, keysPath(app), with(members(ecKey), object{"kid": "one"})},
		{"service secret", true, "/integrations/api/v1/api-services/" + service.ID + "/credentials/secrets", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			made := object{}
			events, lines := w.logged(func() {
				made = w.want(201, "POST", test.path, test.body).object(t)
				path := test.path + "/" + made["id"].(string)
				w.want(200, "POST", path+"/lifecycle/deactivate", nil)
				w.want(200, "POST", path+"/lifecycle/activate", nil)
				w.want(200, "POST", path+"/lifecycle/deactivate", nil)
				w.want(204, "DELETE", path, nil)
				w.want(404, "DELETE", path, nil)
			})
			var want []string
			for _, lifecycle := range []string{"create", "deactivate", "activate", "deactivate", "delete"} {
				want = append(want, "app.oauth2.credentials.lifecycle."+lifecycle+" SUCCESS")
			}
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, event := range events {
				detail := event.Targets[0].Detail
				if test.secret && detail["clientsecret"] != made["secret_hash"] || !test.secret && detail["kid"] != "one" {
					t.Errorf("%s: detail = %v", event.Type, detail)
				}
				if id := event.Targets[0].ID; id != app.ClientID && id != service.ID || !strings.HasPrefix(event.Actor.ID, "00u") || event.IPAddress == "" {
					t.Errorf("%s: target %s, actor %s, from %q", event.Type, id, event.Actor.ID, event.IPAddress)
				}
			}
		})
	}
	_, lines := w.logged(func() {
		secret, err := w.AddSecret(app.ID, "", "")
		must(err)
		must(w.RemoveSecret(app.ID, secret.ID))
		must(w.SetAppStatus(app.ID, "INACTIVE"))
		w.want(200, "GET", secretsPath(app), nil)
		w.want(200, "GET", secretsPath(app)+"/"+w.Secrets(app.ID)[0].ID, nil)
		must(w.SetJWKSURI(app.ID, "https://keys.example.com"))
		must(w.SetAuthMethod(app.ID, oktasim.PrivateKeyJWT))
		must(w.SetAuthMethod(app.ID, oktasim.ClientSecretPost))
		must(w.RemoveApp(app.ID))
	})
	want := []string{
		"credentials.lifecycle.create", "credentials.lifecycle.deactivate", "credentials.lifecycle.delete", // a secret
		"client.lifecycle.deactivate", "client.read_client_secret", "client.read_client_secret",
		"credentials.lifecycle.delete", "credentials.lifecycle.create", "client.lifecycle.delete", // by the method
	}
	for i := range want {
		want[i] = "app.oauth2." + want[i] + " SUCCESS"
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLog_TheActorOfACallWithATokenIsTheClient(t *testing.T) {
	w := newWorld(t)
	app, caller := w.AddApp(oktasim.AppOptions{}), w.serviceApp(oktasim.AppOptions{Scopes: []string{"okta.apps.manage"}})
	token := w.token(caller, "okta.apps.manage")
	events, _ := w.logged(func() {
		request := w.request("POST", secretsPath(app), "")
		bearer(token)(request)
		w.send(request)
	})
	if len(events) != 1 || events[0].Actor.ID != caller.ClientID || events[0].Targets[0].ID != app.ClientID {
		t.Errorf("events = %+v", events)
	}
}

// A log is read by many: but for the beginnings of wrong secrets, nothing of a secret is in it.
func TestLog_HoldsNoSecret(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	secret, err := w.AddSecret(app.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {w.AddRefreshToken(app.ID, "openid")}}
	w.post(tokenPath, refresh, basic(app.ClientID, secret.Value))
	w.want(200, "GET", secretsPath(app), nil)
	for range 6 {
		w.post(tokenPath, credentials(""), basic(app.ClientID, "a-wrong-secret-of-somebody"))
	}
	if err := w.SetSecretStatus(app.ID, secret.ID, oktasim.StatusInactive); err != nil {
		t.Fatal(err)
	}
	w.post(tokenPath, credentials(""), basic(app.ClientID, secret.Value))
	text := w.want(200, "GET", "/api/v1/logs", nil).text
	for _, value := range append(w.Values(), "a-wrong-secret") {
		if strings.Contains(text, value) {
			t.Errorf("the log holds %.4s…", value)
		}
	}
	if !strings.Contains(text, `"a-wro"`) || strings.Count(text, "eventType") != len(w.Events()) {
		t.Error("the log is not whole")
	}
}

func TestToken_Refresh(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	login := basic(app.ClientID, w.Secrets(app.ID)[0].Value)
	made := w.sim("POST", "refresh-tokens", fmt.Sprintf(`{"app":%q,"scope":"openid offline_access orders"}`, app.ID)).object(t)["refresh_token"].(string)
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {made}}
	body := wantOAuth(t, w.post(tokenPath, form, login), 200, "", "")
	if body["refresh_token"] != made || body["scope"] != "openid offline_access orders" || strings.Count(fmt.Sprint(body["id_token"]), ".") != 2 {
		t.Errorf("tokens = %v", body)
	}
	for _, name := range []string{"access_token", "id_token", "refresh_token"} {
		if !slices.Contains(w.Values(), body[name].(string)) {
			t.Errorf("the %s is missing from Values", name)
		}
	}
	form.Set("scope", "orders")
	if body := wantOAuth(t, w.post(tokenPath, form, login), 200, "", ""); body["id_token"] != nil || body["scope"] != "orders" {
		t.Errorf("tokens = %v", body)
	}
	form.Set("scope", "orders more")
	wantOAuth(t, w.post(tokenPath, form, login), 400, "invalid_scope", "")
	form.Del("scope")
	w.Advance(6 * 24 * time.Hour)
	wantOAuth(t, w.post(tokenPath, form, login), 200, "", "") // each use makes it live on
	w.Advance(6 * 24 * time.Hour)
	wantOAuth(t, w.post(tokenPath, form, login), 200, "", "")
	w.Advance(8 * 24 * time.Hour)
	wantOAuth(t, w.post(tokenPath, form, login), 400, "invalid_grant", "")
	if got := w.sim("POST", "refresh-tokens", `{"app":"0oanobody"}`); got.status != 400 || w.AddRefreshToken("0oanobody") != "" {
		t.Errorf("an unknown app: %d %s", got.status, got.text)
	}
}

func TestToken_PublicClientsHaveNoCredentials(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{Type: "browser"})
	form := credentials("")
	form.Set("client_id", app.ClientID)
	wantOAuth(t, w.post(tokenPath, form), 400, "unauthorized_client", "")
}

func TestToken_HasABucketOfItsOwn(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	login := basic(app.ClientID, w.Secrets(app.ID)[0].Value)
	if limit, _, _ := limits(t, w.post(tokenPath, credentials(""), login).header); limit != 150 {
		t.Errorf("limit = %d", limit)
	}
	w.SetLimits(oktasim.Limits{Token: 1})
	for _, want := range []int{200, 429} {
		if got := w.post(tokenPath, credentials(""), login); got.status != want {
			t.Errorf("%d, want %d", got.status, want)
		}
	}
	if got := w.post("/oauth2/default/v1/token", credentials(""), login); got.status != 200 {
		t.Errorf("a custom authorization server: %d", got.status)
	}
}
