// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
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

// Login authenticates as the app with a client secret, the way its consumers
// do, and tells whether Okta accepted it.
func (a *App) Login(t testing.TB, secret string) bool {
	t.Helper()
	form := url.Values{"token": {"any"}}
	req, err := http.NewRequest(http.MethodPost, a.org.URL+"/oauth2/v1/introspect", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(a.ClientID), url.QueryEscape(secret))
	status, _ := send(t, req, nil)
	return status == http.StatusOK
}

// RequestToken gets an access token from the org's token endpoint with a client secret, and tells whether Okta gave one.
// Unlike Login it leaves an event in the System Log. The header may say who asks: User-Agent, and X-Forwarded-For, which
// the simulator takes for the client's address.
func (a *App) RequestToken(t testing.TB, secret string, header http.Header) bool {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"orders"}}
	req, err := http.NewRequest(http.MethodPost, a.org.URL+"/oauth2/default/v1/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header.Clone()
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(a.ClientID), url.QueryEscape(secret))
	status, _ := send(t, req, nil)
	return status == http.StatusOK
}

// AccessToken gets an access token that has the scopes alone; only a simulator
// gives one away.
func (o *Org) AccessToken(t testing.TB, scope string) string {
	t.Helper()
	token, _ := o.AccessTokenOf(t, scope)
	return token
}

// AccessTokenOf also returns the app that the token was issued to.
func (o *Org) AccessTokenOf(t testing.TB, scope string) (string, *App) {
	t.Helper()
	sim := o.Sim(t)
	service := sim.AddApp(oktasim.AppOptions{Type: "service", Scopes: strings.Fields(scope), SuperAdmin: true})
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
	req, err := http.NewRequest(http.MethodPost, o.URL+"/oauth2/v1/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(service.ClientID, url.QueryEscape(sim.Secrets(service.ID)[0].Value))
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if status, text := send(t, req, &answer); status != http.StatusOK {
		t.Fatalf("no access token: %d %s", status, text)
	}
	return answer.AccessToken, o.App(service.ID)
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
