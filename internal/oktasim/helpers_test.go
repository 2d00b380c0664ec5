// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// apiToken is the SSWS token of every org in these tests.
const apiToken = "00-api-token-of-the-tests"

// object is any JSON object.
type object = map[string]any

// begin is when every org of these tests begins. Its clock stands until a test moves it.
var begin = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

// world is an org behind a real HTTP server.
type world struct {
	*oktasim.Org
	server *httptest.Server
	t      *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, oktasim.Options{})
}

// newWorldOf is newWorld with options. The API token and the clock are set here.
func newWorldOf(t *testing.T, options oktasim.Options) *world {
	t.Helper()
	options.APIToken, options.Now = apiToken, func() time.Time { return begin }
	org := oktasim.New(options)
	server := httptest.NewServer(org)
	t.Cleanup(server.Close)
	return &world{Org: org, server: server, t: t}
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	text   string
}

func (a answer) object(t *testing.T) object {
	t.Helper()
	var body object
	if err := json.Unmarshal([]byte(a.text), &body); err != nil {
		t.Fatalf("%d: the body %q is no object: %v", a.status, a.text, err)
	}
	return body
}

func (a answer) list(t *testing.T) []object {
	t.Helper()
	var body []object
	if err := json.Unmarshal([]byte(a.text), &body); err != nil {
		t.Fatalf("%d: the body %q is no array of objects: %v", a.status, a.text, err)
	}
	return body
}

// keys is the list in an answer to GET …/jwks.
func (a answer) keys(t *testing.T) []any {
	t.Helper()
	list, isList := a.object(t)["keys"].([]any)
	if !isList {
		t.Fatalf("%s has no list of keys", a.text)
	}
	return list
}

// send sends a request as it is.
func (w *world) send(request *http.Request) answer {
	w.t.Helper()
	response, err := w.server.Client().Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

func (w *world) request(method, path, body string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return request
}

// call calls the Management API with the API token. A body that is no string is sent as JSON.
func (w *world) call(method, path string, body any) answer {
	w.t.Helper()
	text, isText := body.(string)
	if !isText && body != nil {
		text = asJSON(w.t, body)
	}
	request := w.request(method, path, text)
	request.Header.Set("Authorization", "SSWS "+apiToken)
	return w.send(request)
}

// want calls and requires a status.
func (w *world) want(status int, method, path string, body any) answer {
	w.t.Helper()
	got := w.call(method, path, body)
	if got.status != status {
		w.t.Fatalf("%s %s: %d, want %d: %s", method, path, got.status, status, got.text)
	}
	return got
}

// wantError calls and requires an error of the Management API whose text has all the fragments.
func (w *world) wantError(status int, code, method, path string, body any, fragments ...string) answer {
	w.t.Helper()
	got := w.want(status, method, path, body)
	if found := got.object(w.t)["errorCode"]; found != code {
		w.t.Errorf("%s %s: errorCode %v, want %s", method, path, found, code)
	}
	for _, fragment := range fragments {
		if !strings.Contains(got.text, fragment) {
			w.t.Errorf("%s %s: %s\nhas not %q", method, path, got.text, fragment)
		}
	}
	return got
}

// post sends a form to an OAuth endpoint; prepare may change the request.
func (w *world) post(path string, form url.Values, prepare ...func(*http.Request)) answer {
	w.t.Helper()
	request := w.request("POST", path, form.Encode())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, change := range prepare {
		change(request)
	}
	return w.send(request)
}

// accepts says whether a client secret is accepted, by way of introspection.
func (w *world) accepts(clientID, secret string) bool {
	w.t.Helper()
	got := w.post("/oauth2/v1/introspect", url.Values{"token": {"x"}}, func(r *http.Request) {
		r.SetBasicAuth(url.QueryEscape(clientID), url.QueryEscape(secret))
	})
	switch got.status {
	case http.StatusOK:
		return true
	case http.StatusUnauthorized:
		return false
	}
	w.t.Fatalf("introspect: %d %s", got.status, got.text)
	return false
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// document reads an app as a client would, to send it back changed.
func (w *world) document(appID string) object {
	w.t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(w.want(200, "GET", "/api/v1/apps/"+appID, nil).text)))
	decoder.UseNumber()
	var body object
	if err := decoder.Decode(&body); err != nil {
		w.t.Fatal(err)
	}
	return body
}

// at finds what stands at a path of object keys.
func at(value any, path ...string) any {
	for _, name := range path {
		inner, isObject := value.(object)
		if !isObject {
			return nil
		}
		value = inner[name]
	}
	return value
}

// with copies an object and sets members.
func with(base object, members object) object {
	changed := maps.Clone(base)
	maps.Copy(changed, members)
	return changed
}
