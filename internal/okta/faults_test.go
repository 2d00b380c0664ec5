// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// Everything that can come back in place of a response, for every call there is. A
// call may succeed only if the org shows that it did; otherwise its error is of the
// type that the fault has.

// fault is what comes back in place of the org's response.
type fault struct {
	name string
	// spoil changes the org's response, or replaces it if the request never got there.
	spoil func(response *httptest.ResponseRecorder, r *http.Request) *httptest.ResponseRecorder
	// typed tells whether the error is of the right type.
	typed func(error) bool
	// edits says that there has to be a response to spoil.
	edits bool
}

// reply is a response of its own.
func reply(status int, body string, header ...string) func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
	return func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		for i := 0; i < len(header); i += 2 {
			recorder.Header().Set(header[i], header[i+1])
		}
		recorder.WriteHeader(status)
		_, _ = io.WriteString(recorder, body)
		return recorder
	}
}

// edited is the org's response with every object in it changed.
func edited(change func(object map[string]any)) func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
	return func(response *httptest.ResponseRecorder, r *http.Request) *httptest.ResponseRecorder {
		var body any
		if json.Unmarshal(response.Body.Bytes(), &body) != nil {
			return response // there is nothing to change, in that of a DELETE
		}
		visit(body, change)
		encoded, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		return reply(response.Code, string(encoded))(response, r)
	}
}

// visit calls change for each object that has an id, but for links.
func visit(value any, change func(map[string]any)) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			visit(element, change)
		}
	case map[string]any:
		for name, member := range value {
			if name != "_links" {
				visit(member, change)
			}
		}
		if value["id"] != nil {
			change(value)
		}
	}
}

func withStatus(status any) func(map[string]any) {
	return func(object map[string]any) {
		if _, app := object["label"]; app {
			return
		}
		if object["status"] = status; status == nil {
			delete(object, "status")
		}
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func answeredWith(status int) func(error) bool {
	return func(err error) bool {
		answer, ok := errors.AsType[*okta.APIError](err)
		return ok && answer.Status == status
	}
}

const errorBody = `{"errorCode":"E0000009","errorSummary":"Internal Server Error","errorId":"oae1","errorCauses":[]}`

var allFaults = []fault{
	{"200 with a page", reply(200, "<html>Log in</html>"), okta.IsUnexpectedResponse, false},
	{"200 with {}", reply(200, "{}"), okta.IsUnexpectedResponse, false},
	{"200 with []", reply(200, "[]"), okta.IsUnexpectedResponse, false},
	{"200 with null", reply(200, "null"), okta.IsUnexpectedResponse, false},
	{"200 with nothing", reply(200, ""), okta.IsUnexpectedResponse, false},
	{"200 with an error", reply(200, errorBody), okta.IsUnexpectedResponse, false},
	{"202 with nothing", reply(202, ""), okta.IsUnexpectedResponse, false},
	{"half of a body", func(response *httptest.ResponseRecorder, r *http.Request) *httptest.ResponseRecorder {
		return reply(200, "{"+response.Body.String()[:response.Body.Len()/2])(response, r)
	}, okta.IsUnexpectedResponse, true},
	{"another id", edited(func(object map[string]any) { object["id"] = "0oaAnother" }), isA[*okta.MismatchError], true},
	{"another hash", edited(func(object map[string]any) {
		if object["secret_hash"] != nil {
			object["secret_hash"] = okta.SecretHash("another")
		}
	}), func(err error) bool { return isA[*okta.MismatchError](err) || isA[*okta.ValueError](err) }, true},
	{"another key", edited(func(object map[string]any) {
		if object["kty"] != nil {
			object["x"] = object["y"]
		}
	}), isA[*okta.MismatchError], true},
	{"another status", edited(func(object map[string]any) {
		was := object["status"]
		withStatus(map[any]string{"ACTIVE": "INACTIVE", "INACTIVE": "ACTIVE"}[was])(object)
	}), isA[*okta.MismatchError], true},
	{"no status", edited(withStatus(nil)), isA[*okta.StatusError], true},
	{"status PENDING", edited(withStatus("PENDING")), isA[*okta.StatusError], true},
	{"status EXPIRED", edited(withStatus("EXPIRED")), isA[*okta.StatusError], true},
	{"status in lower case", edited(withStatus("active")), isA[*okta.StatusError], true},
	{"status that is a number", edited(withStatus(1)), okta.IsUnexpectedResponse, true},
	{"a masked value", edited(func(object map[string]any) {
		if object["client_secret"] != nil {
			object["client_secret"] = "***DhOW"
		}
	}), isA[*okta.ValueError], true},
	{"no value", edited(func(object map[string]any) { delete(object, "client_secret") }), isA[*okta.ValueError], true},
	{"a redirect", reply(302, "", "Location", "https://login.example/"), isA[*okta.TransportError], false},
	{"404 of a proxy", reply(404, "<html>"), answeredWith(404), false},
	{"401 of a proxy", reply(401, "<html>"), answeredWith(401), false},
	{"500", reply(500, errorBody), answeredWith(500), false},
	{"503 of a proxy", reply(503, "<html>"), answeredWith(503), false},
	{"a dropped connection", func(*httptest.ResponseRecorder, *http.Request) *httptest.ResponseRecorder {
		panic(http.ErrAbortHandler)
	}, isA[*okta.TransportError], false},
}

// spoiler puts a fault into every response to one request.
type spoiler struct {
	org          http.Handler
	method, path string
	fault        fault
	reaches      bool // the org carries the request out

	hits int
}

func (s *spoiler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if matched, err := path.Match(s.path, r.URL.Path); err != nil || !matched || r.Method != s.method {
		s.org.ServeHTTP(w, r)
		return
	}
	s.hits++
	response := httptest.NewRecorder()
	if s.reaches {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.org.ServeHTTP(response, r)
	}
	spoiled := s.fault.spoil(response, r)
	maps.Copy(w.Header(), spoiled.Header())
	w.WriteHeader(spoiled.Code)
	_, _ = w.Write(spoiled.Body.Bytes())
}

// untold are the faults that a call can't know of: a list that names other objects,
// or none, is as good as any other.
var untold = map[string][]string{
	"another id":       {"OIDCApps", "Secrets.List", "Secrets.Snapshot", "Keys.List", "Keys.Snapshot", "ServiceSecrets.List", "Secrets.Create", "Keys.Create", "CreateServiceSecret"},
	"another status":   {"Secrets.List", "Secrets.Snapshot", "Secrets.Get", "Keys.List", "Keys.Snapshot", "Keys.Get", "ServiceSecrets.List", "Secrets.Create", "Keys.Create", "CreateServiceSecret", "UpdateKey"},
	"200 with nothing": {"Secrets.Delete", "Secrets.Retire, deleting", "Keys.Delete", "ServiceSecrets.Delete"},
	"200 with []":      {"OIDCApps", "Secrets.List", "Secrets.Snapshot", "Keys.List", "ServiceSecrets.List"},
	"another key":      {"UpdateApp, reading", "Keys.List", "Keys.Snapshot", "Keys.Get", "UpdateKey"},
	"another hash":     {"ServiceSecrets.List", "ServiceSecrets.Deactivate", "Secrets.Deactivate", "Secrets.Activate", "Secrets.Retire, deactivating"},
}

func TestFaults_NothingPassesForDoneThatIsNot(t *testing.T) {
	tried, failed := 0, 0
	for _, f := range allFaults {
		for _, call := range faultCalls {
			for _, reaches := range []bool{true, false} {
				if f.edits && !reaches {
					continue
				}
				s := newScene(t)
				if call.prepare != nil {
					call.prepare(s)
				}
				spoiled := &spoiler{org: s.world, method: call.method, path: call.path, fault: f, reaches: reaches}
				configure := []func(*okta.Config){func(c *okta.Config) { c.Transport, c.MaxRetries = okta.NewMemory(spoiled), 1 }}
				if call.name == "a token" {
					configure = append(configure, s.addService(t, "P-256", false).configure)
				}
				err := call.run(t.Context(), s, s.newClient(t, configure...))
				tried++
				if err != nil {
					failed++
				}
				name := fmt.Sprintf("%s: %s (carried out: %t)", call.name, f.name, reaches)
				switch {
				case spoiled.hits == 0 || spoiled.hits > 4:
					t.Errorf("%s: %d requests, error %v", name, spoiled.hits, err)
				case slices.Contains(untold[f.name], call.name):
				case err == nil && call.done != nil && !call.done(s):
					t.Errorf("%s passes for done", name)
				case errors.Is(err, errWrong):
					t.Errorf("%s: %v", name, err)
				case err != nil && !f.typed(err) && (reaches || !okta.IsUnexpectedResponse(err)):
					t.Errorf("%s: the error is %T %v", name, err, err)
				case err != nil && strings.Contains(err.Error(), s.org.Secrets(s.app)[0].Value):
					t.Errorf("%s: the error repeats a secret", name)
				}
			}
		}
	}
	t.Logf("%d calls × %d faults, carried out or not: %d tried, %d ended in an error of the right type, the others did what was asked",
		len(faultCalls), len(allFaults), tried, failed)
}
