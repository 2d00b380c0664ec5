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
