// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
)

const (
	jwksTimeout = 5 * time.Second
	maxJWKS     = 1 << 20 // bytes that a jwks_uri may serve
)

// fetchedKeys are the public signing keys that a jwks_uri served for this very request.
type fetchedKeys []jwk.Key

// fetchKeys fetches the jwks_uri of the client that a request claims to come from. It runs without the lock: the
// server may be slow, and may even be a client of this org. Nothing is cached. If anything goes wrong, there are no
// keys then.
func (o *Org) fetchKeys(c *call) fetchedKeys {
	if !strings.HasPrefix(c.URL.Path, "/oauth2/") { // where clients authenticate themselves
		return nil
	}
	form, err := c.form()
	if err != nil {
		return nil
	}
	uri := o.jwksURIOf(assertionSubject(form.Get("client_assertion")))
	if uri == "" {
		return nil
	}
	set, err := jwk.Parse(o.download(c, uri))
	if err != nil {
		return nil
	}
	var keys fetchedKeys
	for i := range set.Len() {
		if key, present := set.Key(i); present && key.KeyUsage() != "enc" {
			keys = append(keys, key)
		}
	}
	return keys
}

func (o *Org) jwksURIOf(clientID string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if client := o.findClient(clientID); client != nil {
		return client.jwksURI
	}
	return ""
}

// download returns nothing when it fails.
func (o *Org) download(c *call, uri string) []byte {
	request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, uri, nil)
	if err != nil {
		return nil
	}
	answer, err := o.options.HTTPClient.Do(request)
	if err != nil {
		return nil
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxJWKS))
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil
	}
	return text
}
