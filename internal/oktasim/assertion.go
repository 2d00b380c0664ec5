package oktasim

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

const (
	maxAssertionLife = time.Hour // exp may be this far ahead [D]
	jwksTimeout      = 5 * time.Second
	maxJWKS          = 1 << 20 // bytes that a jwks_uri may serve
)

var (
	keyAlgorithms = []jwa.SignatureAlgorithm{jwa.RS256, jwa.RS384, jwa.RS512, jwa.ES256, jwa.ES384, jwa.ES512} // [D]
	macAlgorithms = []jwa.SignatureAlgorithm{jwa.HS256, jwa.HS384, jwa.HS512}                                  // [D]
)

// assertionSubject reads, unverified, whose assertion it claims to be.
func assertionSubject(assertion string) string {
	claims, err := jwt.ParseInsecure([]byte(assertion))
	if err != nil {
		return ""
	}
	return claims.Subject()
}

// checkAssertion verifies a client assertion: the signature, then the claims (RFC 7523 §3).
func (o *Org) checkAssertion(c *call, client *app, assertion string) error {
	message, err := jws.Parse([]byte(assertion))
	if err != nil || len(message.Signatures()) != 1 {
		return invalidClient("The client_assertion is not a valid JWT.")
	}
	header := message.Signatures()[0].ProtectedHeaders()
	if !o.signed(c, client, header, assertion) {
		return invalidClient("The client_assertion signature is invalid.")
	}
	claims, err := jwt.ParseInsecure([]byte(assertion))
	if err != nil {
		return invalidClient("The client_assertion is not a valid JWT.")
	}
	switch {
	case claims.Issuer() != claims.Subject() || claims.Subject() != client.clientID:
		return invalidClient("The issuer and the subject of the client_assertion must both be the client_id.")
	case !slices.Contains(claims.Audience(), c.base+c.URL.Path):
		return invalidClient("The audience claim for client_assertion must be the endpoint invoked for the request.")
	case claims.Expiration().IsZero():
		return invalidClient("The client_assertion must have an expiration.")
	case !c.now.Before(claims.Expiration()):
		return invalidClient("The client_assertion token is expired.")
	case claims.Expiration().After(c.now.Add(maxAssertionLife)):
		return invalidClient("The client_assertion token has an expiration too far into the future.")
	case claims.JwtID() != "" && !o.firstUse("assertion "+client.clientID+" "+claims.JwtID(), claims.Expiration(), c.now):
		return invalidClient("The client_assertion token has already been used.")
	}
	return nil
}

// firstUse remembers an id until it expires, and says whether it is new.
func (o *Org) firstUse(id string, until, now time.Time) bool {
	for old, end := range o.jtis {
		if !now.Before(end) {
			delete(o.jtis, old)
		}
	}
	_, used := o.jtis[id]
	o.jtis[id] = until
	return !used
}

// signed says whether one of the client's live credentials made the signature.
func (o *Org) signed(c *call, client *app, header jws.Headers, assertion string) bool {
	verifies := func(key any) bool {
		_, err := jws.Verify([]byte(assertion), jws.WithKey(header.Algorithm(), key))
		return err == nil
	}
	switch {
	case client.authMethod == ClientSecretJWT && slices.Contains(macAlgorithms, header.Algorithm()):
		return slices.ContainsFunc(client.secrets, func(secret Secret) bool {
			return secret.Status == StatusActive && verifies([]byte(secret.Value)) && o.accepts(c, secret)
		})
	case client.authMethod == PrivateKeyJWT && slices.Contains(keyAlgorithms, header.Algorithm()):
		keys := client.signingKeys(c.jwks)
		// With several keys the kid tells which one; a single one needs none [D].
		if header.KeyID() == "" && len(keys) != 1 {
			return false
		}
		return slices.ContainsFunc(keys, func(key jwk.Key) bool {
			return (header.KeyID() == "" || header.KeyID() == key.KeyID()) && verifies(key)
		})
	}
	return false
}

// signingKeys are the keys that the client may sign with: the saved ACTIVE ones, or those its URI served.
func (app *app) signingKeys(fetched fetchedKeys) []jwk.Key {
	if app.jwksURI != "" {
		return fetched
	}
	var keys []jwk.Key
	for _, saved := range app.keys {
		if !saved.active() || saved.encrypts() {
			continue
		}
		if key, err := saved.jwk(); err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// jwk is the key for verification.
func (k Key) jwk() (jwk.Key, error) {
	members := map[string]string{"kty": k.Kty, "kid": k.Kid}
	if k.Kty == "RSA" {
		members["n"], members["e"] = unpadded(k.N), unpadded(k.E)
	} else {
		members["x"], members["y"], members["crv"] = unpadded(k.X), unpadded(k.Y), k.Crv
		for _, curve := range curves {
			if x, _ := decodeNumber(k.X); k.Crv == "" && len(x) == curve.size {
				members["crv"] = curve.name
			}
		}
	}
	if k.Alg != "" {
		members["alg"] = k.Alg
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	return jwk.ParseKey(text)
}

func unpadded(text string) string { return strings.TrimRight(text, "=") }

// fetchedKeys are the public keys that a jwks_uri served for this very request.
type fetchedKeys []jwk.Key

// fetchKeys fetches the jwks_uri of the client that a request claims to come from. It runs without the lock: the
// server may be slow, and may be a client of this org itself. Nothing is cached. Whatever goes wrong, there are no
// keys then.
func (o *Org) fetchKeys(c *call) fetchedKeys {
	if !isTokenPath(c.URL.Path) {
		return nil
	}
	form, err := c.form()
	if err != nil {
		return nil
	}
	o.mu.Lock()
	uri := ""
	if client := o.findClient(assertionSubject(form.Get("client_assertion"))); client != nil {
		uri = client.jwksURI
	}
	o.mu.Unlock()
	if uri == "" {
		return nil
	}
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
	set, err := jwk.Parse(text)
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
