// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory is a network without sockets: it calls a handler in this process, which
// works with the simulated clock of testing/synctest. A handler that panics with
// [http.ErrAbortHandler] drops the connection.
type memory struct{ handler http.Handler }

func (m memory) RoundTrip(req *http.Request) (*http.Response, error) {
	// The server goes on with what it has received, whoever hangs up.
	served := req.Clone(context.WithoutCancel(req.Context()))
	served.Host, served.RequestURI = req.URL.Host, req.URL.RequestURI()
	if served.Body == nil {
		served.Body = http.NoBody
	}
	answer := make(chan *http.Response, 1)
	go func() {
		defer close(answer)
		defer func() {
			if dropped := recover(); dropped != nil && dropped != any(http.ErrAbortHandler) {
				panic(dropped)
			}
		}()
		recorder := httptest.NewRecorder()
		m.handler.ServeHTTP(recorder, served)
		answer <- recorder.Result()
	}()
	select {
	case resp, ok := <-answer:
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		resp.Request = req
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// drop ends a handler, and the connection with it.
func drop() { panic(http.ErrAbortHandler) }

const testToken = "00-test-api-token"

// newTestClient makes a client whose org is the handler. Its retries don't wait
// unless configure says otherwise.
func newTestClient(t testing.TB, handler http.Handler, configure ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		HTTPProxy:  "http://127.0.0.1:1",
		APIToken:   testToken,
		MaxRetries: 2,
		Transport:  memory{handler},
	}
	for _, set := range configure {
		set(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// script answers one request after the other, and remembers them.
type script struct {
	t       testing.TB
	answers []http.HandlerFunc

	mu       sync.Mutex
	requests []string // "METHOD path"
}

func newScript(t testing.TB, answers ...http.HandlerFunc) *script {
	return &script{t: t, answers: answers}
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, r.Method+" "+r.URL.EscapedPath())
	s.mu.Unlock()
	if n >= len(s.answers) {
		s.t.Errorf("request %d, %s %s, is one too many", n+1, r.Method, r.URL.Path)
		drop()
	}
	s.answers[n](w, r)
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// log is the requests so far.
func (s *script) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// answer is a handler that answers with a status and a JSON body.
func answer(status int, body any, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		if text, ok := body.(string); ok {
			_, _ = io.WriteString(w, text)
		} else if body != nil {
			_ = json.NewEncoder(w).Encode(body)
		}
	}
}

// refuse is a handler that answers with one of Okta's errors.
func refuse(status int, code, summary string, causes ...string) http.HandlerFunc {
	list := []map[string]string{}
	for _, cause := range causes {
		list = append(list, map[string]string{"errorSummary": cause})
	}
	return answer(status, map[string]any{
		"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oaeTest", "errorCauses": list,
	})
}

// succeed answers every call as Okta does when all is well.
func succeed(w http.ResponseWriter, r *http.Request) {
	_, id, _ := strings.Cut(r.URL.Path, "/api/v1/apps/")
	_, credential, _ := strings.Cut(id, "/credentials/secrets/")
	credential, verb, _ := strings.Cut(credential, "/lifecycle/")
	switch {
	case r.Method == http.MethodDelete:
		answer(http.StatusNoContent, nil)(w, r)
	case strings.HasPrefix(r.URL.Path, "/oauth2/"):
		answer(http.StatusOK, map[string]any{"active": false})(w, r)
	case verb == "deactivate":
		answer(http.StatusOK, secretJSON(credential, StatusInactive, ""))(w, r)
	case credential != "":
		answer(http.StatusOK, secretJSON(credential, StatusActive, ""))(w, r)
	case strings.HasSuffix(id, "/credentials/secrets"):
		answer(http.StatusCreated, secretJSON("ocs1", StatusActive, ""))(w, r)
	default:
		answer(http.StatusOK, map[string]any{"id": id})(w, r)
	}
}

func hangUp(http.ResponseWriter, *http.Request) { drop() }

// hang is a handler that answers too late for anybody.
func hang(http.ResponseWriter, *http.Request) { <-time.After(time.Hour); drop() }

// secretJSON is a client secret as Okta shows it.
func secretJSON(id string, status Status, value string) map[string]any {
	return map[string]any{
		"id": id, "status": status, "client_secret": value, "secret_hash": SecretHash(value),
		"created": "2026-01-02T03:04:05.000Z", "lastUpdated": "2026-01-02T03:04:05.000Z",
	}
}

func mustEqual[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
