// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// The second pair of hands talks to the org over plain HTTP and shares no code
// with the client under test: a misread wire format must not cancel itself out.

// must sends a request as an administrator and fails the test unless it works.
func (o *Org) must(t testing.TB, method, path string, body, out any) {
	t.Helper()
	if status, answer := o.call(t, method, path, body, out); status >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
}

// Send sends a request without a body as an administrator, and fails the test unless it works.
func (o *Org) Send(t testing.TB, method, path string) {
	t.Helper()
	o.must(t, method, path, nil, nil)
}

func (o *Org) call(t testing.TB, method, path string, body, out any) (status int, answer []byte) {
	t.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, o.URL+path, content)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+o.token)
	req.Header.Set("Content-Type", "application/json")
	return send(t, req, out)
}

func send(t testing.TB, req *http.Request, out any) (status int, answer []byte) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if out != nil && resp.StatusCode < http.StatusMultipleChoices {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
		}
	}
	return resp.StatusCode, answer
}
