// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// sim calls a /_sim path, which needs no token.
func (w *world) sim(method, path, body string) answer {
	w.t.Helper()
	return w.send(w.request(method, "/_sim/"+path, body))
}

func TestSim_Apps(t *testing.T) {
	w := newWorld(t)
	got := w.sim("POST", "apps", `{"label":"demo","auth_method":"client_secret_post","client_id":"demo"}`)
	made := got.object(t)
	id, _ := made["id"].(string)
	if app, known := w.App(id); got.status != 201 || !known || app.Label != "demo" || app.AuthMethod != "client_secret_post" || app.ClientID != "demo" {
		t.Errorf("%d %v", got.status, made)
	}
	secret := w.Secrets(id)[0]
	if made["client_secret"] != secret.Value || made["client_secret_id"] != secret.ID {
		t.Errorf("made = %v", made)
	}
	keyless := w.sim("POST", "apps", `{"type":"service","auth_method":"private_key_jwt","dpop":true,"scopes":["okta.apps.read"]}`).object(t)
	if keyless["client_secret"] != nil || keyless["dpop"] != true {
		t.Errorf("made = %v", keyless)
	}
	for _, bad := range []string{`{"lable":"typo"}`, `{"auth_method":"password"}`, `{`} {
		if got := w.sim("POST", "apps", bad); got.status != 400 || got.object(t)["error"] == "" {
			t.Errorf("%s: %d %s", bad, got.status, got.text)
		}
	}
}

func TestSim_RequestsAreLoggedButNotTheirOwn(t *testing.T) {
	w := newWorld(t)
	if got := w.sim("GET", "requests", ""); got.text != "[]\n" {
		t.Errorf("an empty log is %q", got.text)
	}
	w.want(200, "GET", "/api/v1/users/me", nil)
	w.want(404, "GET", "/api/v1/apps/x", nil)
	var log []oktasim.Request
	if err := json.Unmarshal([]byte(w.sim("GET", "requests", "").text), &log); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(log, w.Requests()) || len(log) != 2 || log[1].Status != 404 || log[1].Bucket != "app" {
		t.Errorf("log = %v", log)
	}
	if got := w.sim("DELETE", "requests", ""); got.status != 204 || len(w.Requests()) != 0 {
		t.Errorf("%d, left %v", got.status, w.Requests())
	}
}

func TestSim_LimitsAndFaults(t *testing.T) {
	w := newWorld(t)
	if got := w.sim("PUT", "limits", `{"apps":1,"app":2,"window_seconds":5}`); got.status != 204 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	w.want(200, "GET", "/api/v1/apps", nil)
	w.want(429, "GET", "/api/v1/apps", nil)
	if got := w.sim("GET", "requests", ""); got.status != 200 {
		t.Error("a /_sim path is limited")
	}
	w.Advance(5e9)
	w.want(200, "GET", "/api/v1/apps", nil)

	for _, fault := range []string{
		`{"kind":"error_after","status":502,"method":"GET","path":"/api/v1/users/*","times":1}`,
		`{"kind":"latency","delay_ms":1}`,
	} {
		if got := w.sim("POST", "faults", fault); got.status != 204 {
			t.Fatalf("%d %s", got.status, got.text)
		}
	}
	w.want(502, "GET", "/api/v1/users/me", nil)
	w.want(200, "GET", "/api/v1/users/me", nil)
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore})
	if got := w.sim("DELETE", "faults", ""); got.status != 204 {
		t.Errorf("%d", got.status)
	}
	w.want(200, "GET", "/api/v1/users/me", nil)
	if got := w.sim("POST", "faults", `{"kind":"fire"}`); got.status != 400 {
		t.Errorf("an unknown fault: %d", got.status)
	}
}

func TestSim_APIServicesAndUnknownPaths(t *testing.T) {
	w := newWorld(t)
	made := w.sim("POST", "api-services", "").object(t)
	if len(w.Secrets(made["id"].(string))) != 1 {
		t.Errorf("made = %v", made)
	}
	if got := w.sim("PATCH", "apps", ""); got.status != 404 {
		t.Errorf("%d", got.status)
	}
}
