// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestOrganization_HasOneIDUnderEveryName(t *testing.T) {
	w := newWorld(t)
	id := func(org *world, host string) any {
		request := org.request("GET", "/.well-known/okta-organization", "")
		request.Host = host
		return org.send(request).object(t)["id"]
	}
	first := id(w, "example.okta.com")
	if text, _ := first.(string); len(text) != 20 || !strings.HasPrefix(text, "00o") || id(w, "login.example.com") != first {
		t.Errorf("the org is %v, and %v under its custom domain", first, id(w, "login.example.com"))
	}
	if id(newWorld(t), "example.okta.com") == first {
		t.Error("two orgs have the same id")
	}
	if got := w.sim("PUT", "org", `{"id":"00oanother"}`); got.status != 200 || id(w, "example.okta.com") != "00oanother" {
		t.Errorf("%d %s", got.status, got.text)
	}
	if id(newWorldOf(t, oktasim.Options{ID: "00ogiven"}), "x") != "00ogiven" {
		t.Error("Options.ID is ignored")
	}
}

func TestOrg_Settings(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	if got := w.sim("PUT", "org", `{"wording":"recorded","secret_management":false,"keep_last_service_secret":true,"api_nonce":true}`); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	want := object{"id": w.sim("GET", "org", "").object(t)["id"], "wording": "recorded", "secret_management": false, "keep_last_service_secret": true, "api_nonce": true}
	if diff := cmp.Diff(want, w.sim("PUT", "org", `{}`).object(t)); diff != "" {
		t.Errorf("what is left out stays (-want +got):\n%s", diff)
	}
	w.wantError(401, "E0000015", "GET", secretsPath(app), nil)
	w.sim("PUT", "org", `{"secret_management":true}`)
	w.wantError(400, "E0000001", "POST", secretsPath(app)+"/"+w.Secrets(app.ID)[0].ID+"/lifecycle/deactivate", nil, "cannot")
	for _, bad := range []string{`{"id":""}`, `{"wording":"french"}`, `{"color":"blue"}`} {
		if got := w.sim("PUT", "org", bad); got.status != 400 {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
}

func TestIDTokenSettings_RepeatTheGroupsClaim(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	path := "/api/v1/internal/apps/" + app.ID + "/settings/oauth/idToken"
	sent := object{"issuerMode": "CUSTOM_URL", "name": "groups", "value": ".*", "valueType": "GROUPS", "groupFilterType": "REGEX"}
	w.Advance(time.Hour)
	set := w.want(200, "POST", path, with(sent, object{"unknown": 1})).object(t)
	read := w.want(200, "GET", path, nil).object(t)
	unset := object{"issuer": nil, "orgUrl": nil, "customUrl": nil, "audience": nil}
	if diff := cmp.Diff(with(sent, unset), set); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(with(sent, with(unset, object{"issuer": w.server.URL, "audience": app.ClientID})), read); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if moved := w.document(app.ID)["lastUpdated"]; moved != "2026-03-01T13:00:00.000Z" {
		t.Errorf("lastUpdated = %v", moved)
	}
	w.want(400, "POST", path, "{")
}
