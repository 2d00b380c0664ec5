// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"strings"
	"testing"
)

// Whatever a server answers, it is an answer of Okta's or an error, and the error
// is no longer than what was understood of it.
func FuzzAnswers(f *testing.F) {
	f.Add(200, []byte(appDocument), `Bearer error="invalid_token"`)
	f.Add(200, []byte(`[{"id":"ocs1","status":"ACTIVE","created":"2026-01-02T03:04:05.000Z"}]`), "")
	f.Add(200, []byte(`{"jwks":{"keys":[{"id":"pks1","use":null}]}}`), "")
	f.Add(400, []byte(`{"errorCode":"E0000001","errorSummary":"s","errorCauses":[{"errorSummary":"c"}]}`), "")
	f.Add(401, []byte(`{"error":"invalid_client","error_description":"d"}`), `DPoP error="use_dpop_nonce`)
	f.Add(200, []byte(`null`), `error="`)
	f.Fuzz(func(t *testing.T, status int, body []byte, challenge string) {
		if status < 200 || status > 599 || strings.ContainsAny(challenge, "\r\n") {
			return
		}
		client := newTestClient(t, answer(status, string(body), "WWW-Authenticate", challenge), withoutRetries)
		app, err := client.App(t.Context(), "0oa1")
		if err == nil && (app.ID == "" || status >= 300) {
			t.Errorf("%d %q is an app", status, body)
		}
		keys, err := client.Keys.List(t.Context(), "0oa1")
		for _, key := range keys {
			if err == nil && key.ID == "" {
				t.Errorf("%q is a list of keys", body)
			}
		}
		secrets, err := client.Secrets.List(t.Context(), "0oa1")
		if err == nil && secrets == nil {
			t.Errorf("%q is a list of secrets", body)
		}
		for name, predicate := range predicates {
			if err == nil && predicate(err) {
				t.Errorf("%s holds of no error", name)
			}
		}
	})
}
