// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Okta's own Terraform provider (6.12) was run against the simulator, with http_proxy pointing at it. These tests
// repeat what it was seen to send. It has two clients inside, and both send absolute-form request targets: one
// names the port, the other one leaves it out.
const (
	withPort    = true
	withoutPort = false
)

// seen is a request as it was seen. {app} and {policy} in the path are ids.
type seen struct {
	port   bool
	method string
	path   string
	body   any
	status int
	bucket string
}

// proxied sends a request with an absolute-form target, as to a proxy.
func (w *world) proxied(port bool, method, path, body string) answer {
	w.t.Helper()
	server, err := url.Parse(w.server.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	host := server.Hostname()
	if port {
		host = server.Host
	}
	request, err := http.NewRequestWithContext(w.t.Context(), method, "http://"+host+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Authorization", "SSWS "+apiToken)
	response, err := (&http.Transport{Proxy: http.ProxyURL(server), DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// replay sends requests in order and checks status and bucket of each. It returns the last answer to each
// method and path.
func (w *world) replay(names *strings.Replacer, requests []seen) map[string]answer {
	w.t.Helper()
	answers := map[string]answer{}
	for _, request := range requests {
		body := ""
		if request.body != nil {
			body = asJSON(w.t, request.body)
		}
		w.ResetRequests()
		got := w.proxied(request.port, request.method, names.Replace(request.path), body)
		log := w.Requests()
		if got.status != request.status || len(log) != 1 || log[0].Bucket != request.bucket {
			w.t.Fatalf("%s %s: %d %s, log %v", request.method, request.path, got.status, got.text, log)
		}
		answers[request.method+" "+request.path] = got
	}
	return answers
}

// providerDocument is the document that the provider sends for an app.
func providerDocument(label, kind, method string, settings object) object {
	client := object{
		"application_type": kind, "consent_method": "TRUSTED", "dpop_bound_access_tokens": false,
		"idp_initiated_login": object{"default_scope": []any{}, "mode": "DISABLED"},
		"issuer_mode":         "ORG_URL", "wildcard_redirect": "DISABLED",
	}
	return object{
		"accessibility": object{}, "label": label, "name": "oidc_client", "signOnMode": "OPENID_CONNECT",
		"credentials": object{
			"oauthClient":      object{"autoKeyRotation": true, "pkce_required": false, "token_endpoint_auth_method": method},
			"userNameTemplate": object{"template": "${source.login}", "type": "BUILT_IN"},
		},
		"settings":   object{"notes": object{}, "oauthClient": with(client, settings)},
		"visibility": object{"hide": object{"iOS": true, "web": true}},
	}
}

const idTokenSettings = "/api/v1/internal/apps/{app}/settings/oauth/idToken"

// start is what the provider asks whenever Terraform starts it.
var start = []seen{
	{withPort, "GET", "/api/v1/users/me", nil, 200, "other"},
	{withoutPort, "GET", "/api/v1/users/me", nil, 200, "other"},
}

// refresh is what it asks to refresh an app.
var refresh = []seen{
	{withoutPort, "GET", "/api/v1/apps/{app}", nil, 200, "app"},
	{withoutPort, "GET", "/.well-known/okta-organization", nil, 200, "other"},
	{withPort, "GET", idTokenSettings, nil, 200, "other"},
}

func TestOktaProvider_ManagesAnAppAsObserved(t *testing.T) {
	rsaMember := with(members(rsaKey), object{"kid": "one", "status": "ACTIVE"})
	ecMember := with(members(ecKey), object{"kid": "ec", "status": "ACTIVE"})
	delete(ecMember, "crv") // which it never sends
	service := object{"grant_types": []any{"client_credentials"}, "response_types": []any{"token"}}
	tests := []struct {
		name     string
		kind     string
		method   string
		settings object
		policy   bool // it assigns an access policy to a new app of this kind
	}{
		{"web with client_secret_basic", "web", "client_secret_basic", object{
			"grant_types": []any{"authorization_code"}, "response_types": []any{"code"}, "redirect_uris": []any{"https://example.com/callback"},
		}, true},
		{"service with private_key_jwt, RSA", "service", "private_key_jwt", with(service, object{"jwks": object{"keys": []any{rsaMember}}}), false},
		{"service with private_key_jwt, EC", "service", "private_key_jwt", with(service, object{"jwks": object{"keys": []any{ecMember}}}), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			sent := providerDocument("one", test.kind, test.method, test.settings)
			w.replay(strings.NewReplacer(), start)
			made := w.replay(strings.NewReplacer(), []seen{
				{withoutPort, "POST", "/api/v1/apps?activate=true", sent, 200, "apps"},
			})["POST /api/v1/apps?activate=true"].object(t)
			id := made["id"].(string)
			policyURL, _ := at(made, "_links", "accessPolicy", "href").(string)
			policy := policyURL[strings.LastIndex(policyURL, "/")+1:]
			names := strings.NewReplacer("{app}", id, "{policy}", policy)
			w.replay(names, []seen{{withPort, "POST", idTokenSettings, object{"issuerMode": "ORG_URL"}, 200, "other"}})
			if test.policy {
				got := w.replay(names, []seen{
					{withoutPort, "GET", "/.well-known/okta-organization", nil, 200, "other"},
					{withPort, "GET", "/api/v1/policies?type=ACCESS_POLICY", nil, 200, "other"},
					{withPort, "PUT", "/api/v1/apps/{app}/policies/{policy}", nil, 204, "apps"},
				})
				if pipeline := got["GET /.well-known/okta-organization"].object(t)["pipeline"]; pipeline != "idx" {
					t.Errorf("pipeline = %v", pipeline)
				}
				if policies := got["GET /api/v1/policies?type=ACCESS_POLICY"].list(t); policies[0]["id"] != policy || policies[0]["type"] != "ACCESS_POLICY" {
					t.Errorf("policies = %v", policies)
				}
			}
			w.planIsEmpty(names, sent)

			// An update. It knows the app's client_id now; the client_secret of its state goes with it.
			sent["label"] = "two"
			client(sent)["client_id"] = id
			if test.method == "client_secret_basic" {
				client(sent)["client_secret"] = client(made)["client_secret"]
			}
			w.replay(names, start)
			w.replay(names, refresh)
			before := [2]any{w.Secrets(id), w.Keys(id)}
			w.replay(names, []seen{
				{withoutPort, "PUT", "/api/v1/apps/{app}", sent, 200, "app"},
				{withPort, "PUT", "/api/v1/apps/{app}/policies/{policy}", nil, 204, "apps"},
			})
			delete(client(sent), "client_secret")
			w.planIsEmpty(names, sent)
			if diff := cmp.Diff(fmt.Sprint(before), fmt.Sprint([2]any{w.Secrets(id), w.Keys(id)})); diff != "" {
				t.Error("its update changed the credentials:\n" + diff)
			}

			w.replay(names, []seen{
				{withPort, "POST", "/api/v1/apps/{app}/lifecycle/deactivate", nil, 200, "apps"},
				{withPort, "DELETE", "/api/v1/apps/{app}", nil, 204, "app"},
				{withoutPort, "GET", "/api/v1/apps/{app}", nil, 404, "app"},
			})
		})
	}
}

// planIsEmpty refreshes and finds all of what was sent.
func (w *world) planIsEmpty(names *strings.Replacer, sent object) {
	w.t.Helper()
	got := w.replay(names, refresh)
	if missing := missingFrom(got["GET /api/v1/apps/{app}"].object(w.t), sent, "app"); len(missing) > 0 {
		w.t.Errorf("the provider would plan a change: %v", missing)
	}
	settings := got["GET "+idTokenSettings].object(w.t)
	id := names.Replace("{app}")
	want := object{"issuer": settings["issuer"], "orgUrl": nil, "customUrl": nil, "audience": id, "issuerMode": "ORG_URL"}
	if diff := cmp.Diff(want, settings); diff != "" || settings["issuer"] == "" {
		w.t.Error("ID token settings (-want +got):\n" + diff)
	}
}

// missingFrom lists what of the wanted value the one at hand doesn't have.
func missingFrom(got, want any, path string) []string {
	var missing []string
	switch want := want.(type) {
	case object:
		for name, member := range want {
			missing = append(missing, missingFrom(at(got, name), member, path+"."+name)...)
		}
	case []any:
		list, _ := got.([]any)
		if len(list) != len(want) {
			return []string{path}
		}
		for i, member := range want {
			missing = append(missing, missingFrom(list[i], member, path+"[]")...)
		}
	default:
		if got != want {
			missing = append(missing, fmt.Sprintf("%s is %v, not %v", path, got, want))
		}
	}
	return missing
}

func TestOktaProvider_AStaleClientSecretInItsStateBringsTheOldOneBack(t *testing.T) {
	w := newWorld(t)
	sent := providerDocument("one", "web", "client_secret_basic", object{})
	made := w.want(200, "POST", "/api/v1/apps", sent).object(t)
	id := made["id"].(string)
	old := w.Secrets(id)[0]
	next, err := w.AddSecret(id, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RemoveSecret(id, old.ID); err != nil {
		t.Fatal(err)
	}
	client(sent)["client_secret"] = old.Value
	w.want(200, "PUT", "/api/v1/apps/"+id, sent)
	if !w.accepts(id, old.Value) || w.accepts(id, next.Value) {
		t.Error("without omit_secret its update must undo the rotation")
	}
	client(sent)["client_secret"] = ""
	w.want(200, "PUT", "/api/v1/apps/"+id, sent)
	if !w.accepts(id, old.Value) {
		t.Error("with omit_secret its update must leave the secrets alone")
	}
}
