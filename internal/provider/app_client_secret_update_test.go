// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// withoutValues is an org whose answers to a change of status have no client_secret.
type withoutValues struct{ org http.Handler }

var secretMember = regexp.MustCompile(`"client_secret":"[^"]*",?`)

// RoundTrip implements [http.RoundTripper].
func (w withoutValues) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	req = req.Clone(req.Context())
	req.Host = req.URL.Host
	w.org.ServeHTTP(answer, req)
	resp := answer.Result()
	if strings.Contains(req.URL.Path, "/lifecycle/") {
		resp.Body = io.NopCloser(bytes.NewReader(secretMember.ReplaceAll(answer.Body.Bytes(), nil)))
		resp.ContentLength = -1
	}
	return resp, nil
}

func TestAppClientSecret_StatusAndValueChangeTogether_ValueIsTheListsAndNotTheLifecycles(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	run := newRun(t, org, secretType, func(string) {})
	for _, config := range []map[string]any{
		{"app_id": app.ID, "omit_secret": true},
		{"app_id": app.ID, "omit_secret": false, "status": "INACTIVE"},
	} {
		run.transport = withoutValues{org.Sim(t)}
		if text, failed, _ := run.apply(t, config); failed {
			t.Fatal(text)
		}
	}
	state := plain(t, run.like.schemaOf(secretType), run.current.state)
	id, _ := state["id"].(string)
	if secret, there := app.Secret(t, id); !there || state["client_secret"] != secret.Value || state["status"] != "INACTIVE" {
		t.Errorf("it is %v, and the value in state is not Okta's", state["status"])
	}
}

// Somebody has deactivated the secret, and asks for another one while a secret that nobody manages takes
// the second slot. Okta keeps an app's only ACTIVE secret, so that the one in the way can't be deleted
// before this one is ACTIVE again.
func TestAppClientSecret_InactiveAndBlocked_IsActivatedFirst(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		first, second map[string]any
		fails         bool
	}{
		"another value": {
			map[string]any{"client_secret": ownFirst, "omit_secret": false}, map[string]any{"client_secret": ownSecond, "omit_secret": false}, true,
		},
		"a trigger": {
			generationMap(1), generationMap(2), false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			test.first["app_id"], test.second["app_id"] = app.ID, app.ID
			run := newRun(t, org, secretType, func(string) {})
			if text, failed, _ := run.apply(t, test.first); failed {
				t.Fatal(text)
			}
			id, _ := plain(t, run.like.schemaOf(secretType), run.current.state)["id"].(string)
			app.Deactivate(t, "secrets", id)

			if text, failed, _ := run.apply(t, test.second); failed != test.fails {
				t.Fatalf("the apply failed: %t, want %t: %s", failed, test.fails, text)
			}
			state := plain(t, run.like.schemaOf(secretType), run.current.state)
			if secret, _ := app.Secret(t, id); secret.Status != "ACTIVE" || state["status"] != "ACTIVE" || state["id"] != id {
				t.Errorf("the secret is %s, and %v in state", secret.Status, state["status"])
			}

			app.Delete(t, "secrets", initial.ID) // as the message says
			if text, failed, _ := run.apply(t, test.second); failed {
				t.Fatal(text)
			}
			if state := plain(t, run.like.schemaOf(secretType), run.current.state); state["id"] == id {
				t.Error("the rotation that was blocked is forgotten")
			}
		})
	}
}
