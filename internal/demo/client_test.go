// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// tokenEndpoint accepts one secret, and notes those that were sent.
type tokenEndpoint struct {
	mu     sync.Mutex
	accept string
	sent   []string
	stall  time.Duration
}

func (e *tokenEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that a client hangs up
	_, secret, _ := r.BasicAuth()
	e.mu.Lock()
	e.sent = append(e.sent, secret)
	good := secret == e.accept
	e.mu.Unlock()
	select {
	case <-time.After(e.stall):
	case <-r.Context().Done():
	}
	if !good {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
		return
	}
	_, _ = w.Write([]byte(`{"access_token":"token"}`))
}

// newClient is a client with a secret in its file, in a phase that has begun.
func newClient(t *testing.T, endpoint *tokenEndpoint, secret string) *client {
	t.Helper()
	server := httptest.NewServer(endpoint)
	t.Cleanup(server.Close)
	c := &client{
		tokenURL: server.URL, id: "id", secretFile: filepath.Join(t.TempDir(), "client_secret"),
		every: time.Millisecond, timeout: time.Minute, counts: &tally{},
	}
	if err := writeSecret(c.secretFile, secret); err != nil {
		t.Fatal(err)
	}
	c.counts.begin("test", time.Now())
	return c
}

func (c *client) onlyPhase(t *testing.T) phase {
	t.Helper()
	phases, _ := c.counts.snapshot()
	if len(phases) != 1 {
		t.Fatalf("%d phases, want 1", len(phases))
	}
	return phases[0]
}

func TestClient_ReadsTheSecretAnewForEveryLogin(t *testing.T) {
	endpoint := &tokenEndpoint{accept: "second"}
	c := newClient(t, endpoint, "first")
	c.login(t.Context(), http.DefaultClient)
	if err := writeSecret(c.secretFile, "second"); err != nil {
		t.Fatal(err)
	}
	c.login(t.Context(), http.DefaultClient)
	if want := []string{"first", "second"}; !slices.Equal(endpoint.sent, want) {
		t.Errorf("sent %q, want %q", endpoint.sent, want)
	}
}

func TestClient_RefusedLogin_IsCountedAndNotRepeated(t *testing.T) {
	endpoint := &tokenEndpoint{accept: "another"}
	c := newClient(t, endpoint, "mine")
	c.login(t.Context(), http.DefaultClient)
	got := c.onlyPhase(t)
	if got.logins != 1 || got.refused != 1 || len(endpoint.sent) != 1 {
		t.Errorf("%d logins, %d refused, %d requests, want 1 of each", got.logins, got.refused, len(endpoint.sent))
	}
	if r := got.refusals[0]; r.said != "401 invalid_client" || r.hash != hashOf("mine") {
		t.Errorf("refusal %+v, want what was answered, and the secret's hash", r)
	}
}

func TestClient_LoginWithoutAnswerOrWithoutSecret_IsCounted(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, c *client){
		"no answer in time": func(_ *testing.T, c *client) { c.timeout = time.Millisecond },
		"no file": func(t *testing.T, c *client) {
			t.Helper()
			if err := os.Remove(c.secretFile); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, &tokenEndpoint{accept: "mine", stall: time.Minute}, "mine")
			spoil(t, c)
			c.login(t.Context(), http.DefaultClient)
			if got := c.onlyPhase(t); got.logins != 1 || got.unanswered != 1 {
				t.Errorf("%d logins, %d unanswered, want 1 and 1", got.logins, got.unanswered)
			}
		})
	}
}

func TestClient_Run_AbandonsNoLoginWhenItEnds(t *testing.T) {
	endpoint := &tokenEndpoint{accept: "mine", stall: 50 * time.Millisecond}
	c := newClient(t, endpoint, "mine")
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	c.run(ctx)
	got := c.onlyPhase(t)
	if got.logins == 0 || got.failed() != 0 || got.logins != len(endpoint.sent) {
		t.Errorf("%d logins, %d failed, %d requests, want as many requests as logins, and no failure", got.logins, got.failed(), len(endpoint.sent))
	}
}

func TestWriteSecret_IsReadableByItsOwnerAlone_AndLeavesNothingElse(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "client_secret")
	for _, value := range []string{"first", "second"} {
		if err := writeSecret(file, value); err != nil {
			t.Fatal(err)
		}
		if got, err := readSecret(file); err != nil || got != value {
			t.Errorf("read %q, %v, want %q", got, err, value)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d files, %v, want 1", len(entries), err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}

// The pair is Okta's, of a recorded org [R].
func TestHashOf_IsOktas(t *testing.T) {
	const value, want = "WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rNNexMIR3Xx-fe9EVPGY4Cb", "JXE2MY4BxLM9TGyzyXiTkg"
	if got := hashOf(value); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}
