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
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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
	s := newAppStory(t, org, app, secretAddress, func(p *provider.Provider) { p.Transport = withoutValues{org.Sim(t)} })
	s.apply(t, tfcore.Create, values{"omit_secret": true})
	s.apply(t, tfcore.Update, values{"omit_secret": false, "status": "INACTIVE"})
	s.apply(t, tfcore.Update, values{"omit_secret": true, "status": "ACTIVE"})
	if s.held(s.address, "client_secret") != "" {
		t.Error("state has a value that it shall not have")
	}
	s.apply(t, tfcore.Update, values{"omit_secret": false, "status": "INACTIVE"})
	secret, there := app.Secret(t, s.held(s.address, "id"))
	if status := s.held(s.address, "status"); !there || s.held(s.address, "client_secret") != secret.Value || status != "INACTIVE" {
		t.Errorf("it is %s, and the value in state is not Okta's", status)
	}
}

// Somebody has deactivated the secret, and asks for another one while a secret that nobody manages takes
// the second slot. Okta keeps an app's only ACTIVE secret, so that the one in the way can't be deleted
// before this one is ACTIVE again.
func TestAppClientSecret_InactiveAndBlocked_IsActivatedFirst(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		first, second values
		fails         bool
	}{
		"another value": {
			values{"client_secret": ownFirst, "omit_secret": false}, values{"client_secret": ownSecond, "omit_secret": false}, true,
		},
		"a trigger": {
			generation(1, nil), generation(2, nil), false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			s := newAppStory(t, org, app, secretAddress)
			s.apply(t, tfcore.Create, test.first)
			id := s.held(s.address, "id")
			app.Deactivate(t, "secrets", id)

			if run := s.run(t, s.with(test.second)); run.Failed() != test.fails {
				t.Fatalf("the apply failed: %t, want %t: %v", run.Failed(), test.fails, run.Diagnostics())
			}
			if secret, _ := app.Secret(t, id); secret.Status != "ACTIVE" || s.held(s.address, "status") != "ACTIVE" || s.held(s.address, "id") != id {
				t.Errorf("the secret is %s, and %s in state", secret.Status, s.held(s.address, "status"))
			}

			app.Delete(t, "secrets", initial.ID) // as the message says
			if run := s.run(t, s.with(test.second)); run.Failed() {
				t.Fatal(run.Diagnostics())
			}
			if s.held(s.address, "id") == id {
				t.Error("the rotation that was blocked is forgotten")
			}
		})
	}
}
