// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func secretsPath(app oktasim.App) string { return "/api/v1/apps/" + app.ID + "/credentials/secrets" }

func TestAddApp_ConfidentialIsBornWithOneActiveGeneratedSecret(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{Label: "born"})
	secrets := w.Secrets(app.ID)
	if len(secrets) != 1 || secrets[0].Status != oktasim.StatusActive || len(secrets[0].Value) != 64 {
		t.Fatalf("secrets = %+v", secrets)
	}
	if !w.accepts(app.ClientID, secrets[0].Value) {
		t.Error("the first secret is not accepted")
	}
}

func TestSecret_OnTheWire(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	const value = "WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rNNexMIR3Xx-fe9EVPGY4Cb"
	got := w.want(201, "POST", secretsPath(app), object{"client_secret": value}).object(t)
	id, _ := got["id"].(string)
	if !regexp.MustCompile(`^ocs[0-9A-Za-z]{17}$`).MatchString(id) {
		t.Errorf("id = %q", id)
	}
	self := w.server.URL + secretsPath(app) + "/" + id
	want := object{
		"id": id, "status": "ACTIVE", "client_secret": value, "secret_hash": "JXE2MY4BxLM9TGyzyXiTkg",
		"created": "2026-03-01T12:00:00.000Z", "lastUpdated": "2026-03-01T12:00:00.000Z",
		"_links": object{"deactivate": object{"href": self + "/lifecycle/deactivate", "hints": object{"allow": []any{"POST"}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("created (-want +got):\n" + diff)
	}
	if diff := cmp.Diff(want, w.want(200, "GET", secretsPath(app)+"/"+id, nil).object(t)); diff != "" {
		t.Error("read (-want +got):\n" + diff)
	}

	w.Advance(time.Minute)
	got = w.want(200, "POST", secretsPath(app)+"/"+id+"/lifecycle/deactivate", nil).object(t)
	want["status"], want["lastUpdated"] = "INACTIVE", "2026-03-01T12:01:00.000Z"
	want["_links"] = object{
		"activate": object{"href": self + "/lifecycle/activate", "hints": object{"allow": []any{"POST"}}},
		"delete":   object{"href": self, "hints": object{"allow": []any{"DELETE"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("deactivated (-want +got):\n" + diff)
	}
}

func TestSecret_Lifecycle(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	old := w.Secrets(app.ID)[0]
	made := w.want(201, "POST", secretsPath(app), "").object(t)
	id, value := made["id"].(string), made["client_secret"].(string)

	if !w.accepts(app.ClientID, old.Value) || !w.accepts(app.ClientID, value) {
		t.Error("both secrets must be accepted while both are ACTIVE")
	}
	w.want(200, "POST", secretsPath(app)+"/"+old.ID+"/lifecycle/deactivate", nil)
	if w.accepts(app.ClientID, old.Value) {
		t.Error("an INACTIVE secret is accepted")
	}
	w.want(200, "POST", secretsPath(app)+"/"+old.ID+"/lifecycle/activate", nil)
	if !w.accepts(app.ClientID, old.Value) {
		t.Error("a secret that was activated again is not accepted")
	}
	w.want(200, "POST", secretsPath(app)+"/"+old.ID+"/lifecycle/deactivate", nil)
	if got := w.want(204, "DELETE", secretsPath(app)+"/"+old.ID, nil); got.text != "" {
		t.Errorf("DELETE answers %q", got.text)
	}
	list := w.want(200, "GET", secretsPath(app), nil).list(t)
	if len(list) != 1 || list[0]["id"] != id || list[0]["client_secret"] != value {
		t.Errorf("list = %v", list)
	}
}

func TestSecret_Refusals(t *testing.T) {
	const mediated = "Api validation failed: OAuth2ClientSecretMediated"
	const subject = "Api validation failed: client_secret"
	ofLength := func(n int) object { return object{"client_secret": strings.Repeat("s", n)} }
	tests := []struct {
		name      string
		options   oktasim.AppOptions
		second    bool // the app has an INACTIVE second secret
		method    string
		path      string // after …/secrets; FIRST and SECOND are ids
		body      any
		status    int
		code      string
		fragments []string
	}{
		{"a third secret", oktasim.AppOptions{}, true, "POST", "", "{}", 400, "E0000001",
			[]string{mediated, "You've reached the maximum number of client secrets per client."}},
		{"deactivating the only active secret", oktasim.AppOptions{}, false, "POST", "/FIRST/lifecycle/deactivate", nil, 400,
			"E0000001", []string{mediated, "You can't deactivate the only active client secret."}},
		{"deactivating the only active one of two", oktasim.AppOptions{}, true, "POST", "/FIRST/lifecycle/deactivate", nil, 400,
			"E0000001", []string{mediated, "only active"}},
		{"deleting an active secret", oktasim.AppOptions{}, true, "DELETE", "/FIRST", nil, 400, "E0000001",
			[]string{mediated, "You can't delete an active client secret. Deactivate the secret before deleting it."}},
		{"13 characters", oktasim.AppOptions{}, false, "POST", "", ofLength(13), 400, "E0000001", []string{subject, "at least '14'"}},
		{"101 characters", oktasim.AppOptions{}, false, "POST", "", ofLength(101), 400, "E0000001", []string{subject, "more than '100'"}},
		{"an empty value", oktasim.AppOptions{}, false, "POST", "", ofLength(0), 400, "E0000001", []string{subject, "at least '14'"}},
		{"an umlaut", oktasim.AppOptions{}, false, "POST", "", object{"client_secret": "schlüssel-für-okta"}, 400, "E0000001",
			[]string{subject, "printable ASCII: [x20-x7E]+"}},
		{"a tab", oktasim.AppOptions{}, false, "POST", "", object{"client_secret": "fourteen\tcharacters"}, 400, "E0000001", []string{subject, "printable"}},
		{"a DEL", oktasim.AppOptions{}, false, "POST", "", object{"client_secret": "fourteen\u007fcharacters"}, 400, "E0000001", []string{subject, "printable"}},
		{"31 characters under client_secret_jwt", oktasim.AppOptions{AuthMethod: oktasim.ClientSecretJWT}, false, "POST", "",
			ofLength(31), 400, "E0000001", []string{subject, "at least '32'"}},
		{"a value under private_key_jwt", oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT}, false, "POST", "", ofLength(40),
			400, "E0000001", []string{subject, "can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'"}},
		{"a generated one under private_key_jwt", oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT}, false, "POST", "", "", 400,
			"E0000001", []string{subject, "can't be used"}},
		{"a status that is none", oktasim.AppOptions{}, false, "POST", "", object{"status": "DELETED"}, 400, "E0000001",
			[]string{"'status' must be one of"}},
		{"a body that is no JSON", oktasim.AppOptions{}, false, "POST", "", "{", 400, "E0000003", nil},
		{"reading an unknown id", oktasim.AppOptions{}, false, "GET", "/ocs00000000000000000", nil, 404, "E0000007",
			[]string{"Not found: Resource not found: ocs00000000000000000 (OAuth2ClientSecretMediated)"}},
		{"deleting an unknown id", oktasim.AppOptions{}, false, "DELETE", "/ocs00000000000000000", nil, 404, "E0000007", nil},
		{"activating an unknown id", oktasim.AppOptions{}, false, "POST", "/ocs00000000000000000/lifecycle/activate", nil, 404,
			"E0000007", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			app := w.AddApp(test.options)
			ids := []string{}
			if test.second {
				if _, err := w.AddSecret(app.ID, "", oktasim.StatusInactive); err != nil {
					t.Fatal(err)
				}
			}
			for i, secret := range w.Secrets(app.ID) {
				ids = append(ids, []string{"FIRST", "SECOND"}[i], secret.ID)
			}
			before := w.Secrets(app.ID)
			path := secretsPath(app) + strings.NewReplacer(ids...).Replace(test.path)
			w.wantError(test.status, test.code, test.method, path, test.body, test.fragments...)
			if diff := cmp.Diff(before, w.Secrets(app.ID), cmp.AllowUnexported(oktasim.Secret{})); diff != "" {
				t.Error("the refusal changed something:\n" + diff)
			}
		})
	}
}

func TestSecret_LengthsThatFit(t *testing.T) {
	for method, length := range map[string]int{oktasim.ClientSecretBasic: 14, oktasim.ClientSecretPost: 100, oktasim.ClientSecretJWT: 32} {
		w := newWorld(t)
		app := w.AddApp(oktasim.AppOptions{AuthMethod: method})
		w.want(201, "POST", secretsPath(app), object{"client_secret": " " + strings.Repeat("~", length-1)})
	}
}

func TestSecret_CreatedInactiveIsNotAccepted(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	made := w.want(201, "POST", secretsPath(app), object{"status": "INACTIVE"}).object(t)
	if made["status"] != "INACTIVE" || w.accepts(app.ClientID, made["client_secret"].(string)) {
		t.Errorf("created INACTIVE: %v", made["status"])
	}
}

func TestSecret_StatusThatItHasAlready(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	second, err := w.AddSecret(app.ID, "", oktasim.StatusInactive)
	if err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Hour)
	got := w.want(200, "POST", secretsPath(app)+"/"+second.ID+"/lifecycle/deactivate", nil).object(t)
	if got["lastUpdated"] != "2026-03-01T12:00:00.000Z" {
		t.Errorf("nothing changed, but lastUpdated = %v", got["lastUpdated"])
	}
}

func TestSecret_OfAnUnknownApp(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/secrets", "/jwks"} {
		w.wantError(404, "E0000007", "GET", "/api/v1/apps/0oaunknown/credentials"+path, nil,
			"Not found: Resource not found: 0oaunknown (OAuth2AppInstance)")
	}
}

func TestSecretManagementOff(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	newest, err := w.AddSecret(app.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	w.SetSecretManagement(false)
	if left := w.Secrets(app.ID); len(left) != 1 || left[0].ID != newest.ID {
		t.Errorf("left = %v, want the newest only", left)
	}
	for _, path := range []string{"/secrets", "/jwks"} {
		w.wantError(401, "E0000015", "GET", "/api/v1/apps/"+app.ID+"/credentials"+path, nil)
	}
	w.want(200, "GET", "/api/v1/apps/"+app.ID, nil)
	w.SetSecretManagement(true)
	w.want(200, "GET", secretsPath(app), nil)
}

func TestWording_Recorded(t *testing.T) {
	w := newWorld(t)
	w.SetWording(oktasim.WordingRecorded)
	app := w.AddApp(oktasim.AppOptions{})
	w.wantError(400, "E0000001", "DELETE", secretsPath(app)+"/"+w.Secrets(app.ID)[0].ID, nil, "You cannot delete an active client secret")
	w.want(201, "POST", secretsPath(app), "")
	w.wantError(400, "E0000001", "POST", secretsPath(app), "", "You have reached the maximum number of client secrets per client.")
}
