// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestAPIService(t *testing.T) {
	w := newWorld(t)
	service := w.AddAPIService()
	path := "/integrations/api/v1/api-services/" + service.ID + "/credentials/secrets"
	first := w.Secrets(service.ID)[0]
	if first.Value != service.ClientSecret || !w.accepts(service.ID, first.Value) {
		t.Error("it is born with a secret that is accepted")
	}
	masked := "***" + first.Value[60:]

	w.KeepLastServiceSecret(true)
	w.wantError(400, "E0000001", "POST", path+"/"+first.ID+"/lifecycle/deactivate", nil, "only active")
	w.KeepLastServiceSecret(false)
	w.want(200, "POST", path+"/"+first.ID+"/lifecycle/deactivate", nil)
	if w.accepts(service.ID, first.Value) {
		t.Error("by default the only secret can be deactivated")
	}
	w.want(200, "POST", path+"/"+first.ID+"/lifecycle/activate", nil)
	made := w.want(201, "POST", path, object{"client_secret": "a-secret-of-my-own"}).object(t)
	value, _ := made["client_secret"].(string)
	if len(value) != 64 || !w.accepts(service.ID, value) {
		t.Errorf("a generated value must be shown at creation, not %q", value)
	}
	if self := at(made, "_links", "deactivate", "href"); self != w.server.URL+path+"/"+made["id"].(string)+"/lifecycle/deactivate" {
		t.Errorf("deactivate link = %v", self)
	}
	w.wantError(400, "E0000001", "POST", path, "", "maximum number of client secrets")

	list := w.want(200, "GET", path, nil).list(t)
	if len(list) != 2 || list[0]["client_secret"] != masked || !strings.HasPrefix(list[1]["client_secret"].(string), "***") {
		t.Errorf("a list masks the values: %v", list)
	}
	w.wantError(400, "E0000001", "DELETE", path+"/"+first.ID, nil, "can't delete an active client secret")
	for status, lifecycle := range map[string]string{"ACTIVE": "/lifecycle/activate", "INACTIVE": "/lifecycle/deactivate"} {
		got := w.want(200, "POST", path+"/"+first.ID+lifecycle, nil).object(t)
		if got["status"] != status || got["client_secret"] != masked {
			t.Errorf("%s: %v", lifecycle, got)
		}
	}
	if err := w.SetSecretStatus(service.ID, first.ID, oktasim.StatusInactive); err != nil {
		t.Fatal(err)
	}
	if w.accepts(service.ID, first.Value) {
		t.Error("an INACTIVE secret is accepted")
	}
	w.wantError(405, "E0000022", "GET", path+"/"+first.ID, nil) // there is no reading one secret
	w.want(204, "DELETE", path+"/"+first.ID, nil)
	w.wantError(404, "E0000007", "DELETE", path+"/"+first.ID, nil)

	w.RemoveAPIService(service.ID)
	w.wantError(404, "E0000007", "GET", path, nil)
	w.wantError(404, "E0000007", "POST", path, "")
	w.wantError(404, "E0000007", "POST", path+"/x/lifecycle/activate", "")
	w.wantError(404, "E0000007", "DELETE", path+"/x", nil)
}

func TestAPIService_CreateReadDelete(t *testing.T) {
	w := newWorld(t)
	const services = "/integrations/api/v1/api-services"
	made := w.want(201, "POST", services, object{"type": "my_log_export", "grantedScopes": []any{"okta.logs.read"}}).object(t)
	id, _ := made["id"].(string)
	secret, _ := made["clientSecret"].(string)
	if made["type"] != "my_log_export" || made["createdAt"] != "2026-03-01T12:00:00.000Z" || !w.accepts(id, secret) {
		t.Errorf("made = %v", made)
	}
	token := wantOAuth(t, w.post(tokenPath, credentials("okta.logs.read"), basic(id, secret)), 200, "", "")["access_token"].(string)
	request := w.request("GET", "/api/v1/logs", "")
	bearer(token)(request)
	if got := w.send(request); got.status != 200 {
		t.Errorf("its scopes are not granted to it: %d", got.status)
	}
	delete(made, "clientSecret")
	if diff := cmp.Diff(made, w.want(200, "GET", services+"/"+id, nil).object(t)); diff != "" {
		t.Errorf("(-made +read):\n%s", diff)
	}
	other := w.AddAPIService()
	if list := w.want(200, "GET", services, nil).list(t); len(list) != 2 || list[1]["id"] != other.ID || list[1]["clientSecret"] != nil {
		t.Errorf("list = %v", list)
	}
	for _, bad := range []any{"{", object{"type": "x"}, object{"grantedScopes": []any{}}} {
		w.want(400, "POST", services, bad)
	}
	w.want(204, "DELETE", services+"/"+id, nil)
	w.wantError(404, "E0000007", "GET", services+"/"+id, nil)
	w.wantError(404, "E0000007", "DELETE", services+"/"+id, nil)
}
