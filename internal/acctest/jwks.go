// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// JWKS is a JWKS document that a test serves on loopback, as an app's owner
// does whose keys Okta fetches.
type JWKS struct {
	URL string

	mu   sync.Mutex
	keys []string
}

// ServeJWKS serves the public halves of the pairs, each under its thumbprint as
// kid.
func ServeJWKS(t testing.TB, pairs ...KeyPair) *JWKS {
	t.Helper()
	served := &JWKS{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served.mu.Lock()
		defer served.mu.Unlock()
		_, _ = w.Write([]byte(`{"keys":[` + strings.Join(served.keys, ",") + `]}`)) // the client may have hung up
	}))
	t.Cleanup(server.Close)
	served.URL = server.URL + "/jwks.json"
	served.Publish(t, pairs...)
	return served
}

// Publish serves these keys from now on, and no others.
func (j *JWKS) Publish(t testing.TB, pairs ...KeyPair) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.keys = nil
	for _, pair := range pairs {
		j.keys = append(j.keys, pair.JWK(t, Members{"kid": pair.Thumbprint(t), "use": "sig"}))
	}
}
