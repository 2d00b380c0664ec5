// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// What real orgs were seen to do with the documents of apps.

func TestApp_WithoutAuthentication(t *testing.T) {
	const (
		needsPKCE = "''pkce_required'' must be set to true when ''token_endpoint_auth_method'' is ''none''"
		notForWeb = "token_endpoint_auth_method: 'token_endpoint_auth_method' is invalid. Valid values: " +
			"[client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt]"
	)
	w := newWorld(t)
	for _, test := range []struct {
		kind   string
		client object
		want   string // the refusal; "" when there is none
		pkce   any
	}{
		{"web", object{}, "", false},
		{"web", object{"token_endpoint_auth_method": "none"}, notForWeb, nil},
		{"web", object{"token_endpoint_auth_method": "none", "pkce_required": true}, notForWeb, nil},
		{"service", object{}, "", false},
		{"service", object{"token_endpoint_auth_method": "none"}, needsPKCE, nil},
		{"browser", object{}, "", true},
		{"browser", object{"token_endpoint_auth_method": "none"}, "", true},
		{"browser", object{"token_endpoint_auth_method": "none", "pkce_required": false}, needsPKCE, nil},
		{"native", object{}, "", true},
		{"native", object{"token_endpoint_auth_method": "client_secret_basic", "pkce_required": false}, "", false},
		{"native", object{"token_endpoint_auth_method": "none", "pkce_required": true}, "", true},
	} {
		doc := object{
			"label": "one", "signOnMode": "OPENID_CONNECT", "credentials": object{"oauthClient": test.client},
			"settings": object{"oauthClient": object{"application_type": test.kind}},
		}
		if test.want != "" {
			w.wantError(400, "E0000001", "POST", "/api/v1/apps", doc, test.want)
			continue
		}
		made := w.want(200, "POST", "/api/v1/apps", doc).object(t)
		if got := at(made, "credentials", "oauthClient", "pkce_required"); got != test.pkce {
			t.Errorf("%s %v: pkce_required = %v", test.kind, test.client, got)
		}
	}
	app := w.AddApp(oktasim.AppOptions{})
	doc := w.document(app.ID)
	client(doc)["token_endpoint_auth_method"] = "none"
	w.wantError(400, "E0000001", "PUT", "/api/v1/apps/"+app.ID, doc, notForWeb)
}

func TestApp_PrivateKeyJWTNeedsKeys(t *testing.T) {
	w := newWorld(t)
	w.wantError(400, "E0000001", "POST", "/api/v1/apps", newDocument("keyless", "private_key_jwt"), "Api validation failed: jwks")
	// The console can make one for a test that adds its keys next; after that, the rule holds.
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	w.wantError(400, "E0000001", "PUT", "/api/v1/apps/"+app.ID, w.document(app.ID), "Api validation failed: jwks")
}

func TestApp_MembersOfItsDocument(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	org := w.sim("GET", "org", "").object(t)["id"].(string)
	doc := w.document(app.ID)
	if orn := doc["orn"]; orn != "orn:okta:idp:"+org+":apps:oidc_client:"+app.ID {
		t.Errorf("orn = %v", orn)
	}
	if status := at(doc, "universalLogout", "status"); status != "DISABLED" {
		t.Errorf("universalLogout = %v", doc["universalLogout"])
	}
	if mode := settings(doc)["issuer_mode"]; mode != "DYNAMIC" {
		t.Errorf("issuer_mode = %v", mode)
	}
	if diff := cmp.Diff(object{"selfService": false, "errorRedirectUrl": nil, "loginRedirectUrl": nil}, doc["accessibility"]); diff != "" {
		t.Errorf("accessibility (-want +got):\n%s", diff)
	}
	put := w.want(200, "PUT", "/api/v1/apps/"+app.ID, with(doc, object{"universalLogout": nil, "orn": "mine"})).object(t)
	delete(put, "_links")
	delete(doc, "_links")
	client(put)["client_secret"] = nil
	client(doc)["client_secret"] = nil
	if asJSON(t, put) != asJSON(t, doc) {
		t.Errorf("a document that is sent back changes nothing:\n%s", cmp.Diff(doc, put))
	}
	bookmark := w.want(200, "POST", "/api/v1/apps", object{"signOnMode": "BOOKMARK", "name": "bookmark", "label": "one"}).object(t)
	if logout, present := bookmark["universalLogout"]; logout != nil || !present {
		t.Errorf("universalLogout = %v", logout)
	}
}

func TestApp_LifecycleMovesLastUpdated(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	for i, lifecycle := range []string{"deactivate", "activate"} {
		w.Advance(time.Hour)
		w.want(200, "POST", "/api/v1/apps/"+app.ID+"/lifecycle/"+lifecycle, nil)
		doc := w.document(app.ID)
		if want := []string{"2026-03-01T13:00:00.000Z", "2026-03-01T14:00:00.000Z"}[i]; doc["lastUpdated"] != want {
			t.Errorf("%s: lastUpdated = %v", lifecycle, doc["lastUpdated"])
		}
		if links := doc["_links"].(object); links["delete"] != nil {
			t.Error("no recorded app has a link to delete it")
		}
	}
}

func TestCatalogApp_ShowsNothingOfItsClient(t *testing.T) {
	w := newWorld(t)
	made := w.want(200, "POST", "/api/v1/apps", object{
		"name": "ZoomUS", "label": "Zoom", "signOnMode": "OPENID_CONNECT",
		"settings": object{"app": object{"subDomain": "acme"}, "oauthClient": object{"application_type": "native"}},
	}).object(t)
	id := made["id"].(string)
	doc := w.document(id)
	for name, document := range map[string]object{"made": made, "read": doc} {
		if document["name"] != "zoomus" || at(document, "credentials", "oauthClient") != nil || at(document, "settings", "oauthClient") != nil {
			t.Errorf("%s: %v", name, document)
		}
		if links, _ := at(document, "_links", "clientCredentials").([]any); len(links) != 1 || at(links[0], "name") != "secrets" {
			t.Errorf("%s: clientCredentials = %v", name, links)
		}
	}
	before := w.Secrets(id)
	doc["credentials"].(object)["oauthClient"] = object{"token_endpoint_auth_method": "private_key_jwt", "client_secret": "a-secret-of-my-own"}
	doc["settings"].(object)["oauthClient"] = object{"jwks_uri": "https://keys.example.com"}
	doc["label"], doc["name"] = "Zoom 2", "other"
	put := w.want(200, "PUT", "/api/v1/apps/"+id, doc).object(t)
	if put["label"] != "Zoom 2" || put["name"] != "zoomus" || at(put, "credentials", "oauthClient") != nil || at(put, "settings", "oauthClient") != nil {
		t.Errorf("put = %v", put)
	}
	if app, _ := w.App(id); !slices.Equal(before, w.Secrets(id)) || app.JWKSURI != "" {
		t.Error("a PUT of oauthClient must be ignored")
	}
	path := "/api/v1/internal/apps/" + id + "/settings/oauth/idToken"
	w.wantError(404, "E0000007", "GET", path, nil)
	w.wantError(404, "E0000007", "POST", path, object{"issuerMode": "ORG_URL"})
	if app := w.AddApp(oktasim.AppOptions{Catalog: "slack"}); w.document(app.ID)["name"] != "slack" || app.AuthMethod != oktasim.ClientSecretBasic {
		t.Errorf("app = %+v", app)
	}
}

// Okta's own provider sends keys back without id, use, alg and crv, all of them ACTIVE. They keep their ids [?].
func TestReplace_KeysAsOktasProviderSendsThem(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	var made []oktasim.Key
	for _, key := range []object{
		with(members(ecKey), object{"kid": "ec", "use": "sig", "alg": "ES256"}),
		with(members(rsaKey), object{"kid": "rsa", "status": "INACTIVE"}),
	} {
		added, err := w.AddKey(app.ID, []byte(asJSON(t, key)))
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, added)
	}
	doc := w.document(app.ID)
	for _, key := range at(settings(doc), "jwks", "keys").([]any) {
		for _, member := range []string{"id", "use", "alg", "crv"} {
			delete(key.(object), member)
		}
		key.(object)["status"] = "ACTIVE"
	}
	put := w.want(200, "PUT", "/api/v1/apps/"+app.ID, doc).object(t)
	for i, key := range at(settings(put), "jwks", "keys").([]any) {
		crv, hasCrv := at(key, "crv"), strings.Contains(asJSON(t, key), `"crv":null`)
		if at(key, "id") != made[i].ID || at(key, "status") != "ACTIVE" || at(key, "use") != nil || at(key, "alg") != nil || crv != nil {
			t.Errorf("key = %v", key)
		}
		if hasCrv != (at(key, "kty") == "EC") {
			t.Errorf("crv must be null: %v", key)
		}
	}
}

func TestAuthorization_WithoutABlank(t *testing.T) {
	w := newWorld(t)
	for authorization, want := range map[string]int{"SSWS" + apiToken: 200, "SSWSwrong": 401, "SSWS": 401, "SSWSX " + apiToken: 401} {
		request := w.request("GET", "/api/v1/users/me", "")
		request.Header.Set("Authorization", authorization)
		if got := w.send(request); got.status != want {
			t.Errorf("%.6s…: %d, want %d", authorization, got.status, want)
		}
	}
}
