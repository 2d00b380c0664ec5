// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// maxAssertionLife is how far ahead an assertion's exp may be [D].
const maxAssertionLife = time.Hour

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

// checkAssertion verifies a client assertion: the signature, then the claims (RFC 7523 §3). The descriptions are
// Okta's own where users have reported them [C].
func (o *Org) checkAssertion(c *call, client *app, assertion string) error {
	message, err := jws.Parse([]byte(assertion))
	if err != nil || len(message.Signatures()) != 1 {
		return invalidClient("The client_assertion is not a valid JWT.")
	}
	header := message.Signatures()[0].ProtectedHeaders()
	if err := o.checkSignature(c, client, header, assertion); err != nil {
		return err
	}
	claims, err := jwt.ParseInsecure([]byte(assertion))
	if err != nil {
		return invalidClient("The client_assertion is not a valid JWT.")
	}
	switch {
	case claims.Issuer() != claims.Subject() || claims.Subject() != client.clientID:
		return invalidClient("The issuer and the subject of the client_assertion must both be the client_id.")
	case !slices.Contains(claims.Audience(), c.base+c.URL.EscapedPath()):
		return invalidClient("The audience claim for client_assertion must be the endpoint invoked for the request.") // [C]
	case claims.Expiration().IsZero():
		return invalidClient("The client_assertion must have an expiration.")
	case !c.now.Before(claims.Expiration()):
		return invalidClient("The client_assertion token is expired.")
	case claims.Expiration().After(c.now.Add(maxAssertionLife)):
		return invalidClient("The client_assertion token has an expiration too far into the future.") // [C]
	case claims.JwtID() != "" && !o.firstUse("assertion "+client.clientID+" "+claims.JwtID(), claims.Expiration(), c.now):
		// One use, also where the attempt came to nothing: a retry needs a new assertion [C].
		return invalidClient("The client_assertion token has already been used.")
	}
	return nil
}

// firstUse remembers an id until it expires, and says whether it is new.
func (o *Org) firstUse(id string, until, now time.Time) bool {
	_, used := o.jtis.get(id, now)
	o.jtis.put(id, struct{}{}, until, now)
	return !used
}

// checkSignature wants one of the client's live credentials to have signed.
func (o *Org) checkSignature(c *call, client *app, header jws.Headers, assertion string) error {
	verifies := func(key any) bool {
		_, err := jws.Verify([]byte(assertion), jws.WithKey(header.Algorithm(), key))
		return err == nil
	}
	good := false
	switch {
	case client.authMethod == ClientSecretJWT && slices.Contains(macAlgorithms, header.Algorithm()):
		good = slices.ContainsFunc(client.secrets, func(secret Secret) bool {
			return secret.Status == StatusActive && verifies([]byte(secret.Value)) && o.accepts(c, secret)
		})
	case client.authMethod == PrivateKeyJWT && slices.Contains(keyAlgorithms, header.Algorithm()):
		keys := client.signingKeys(c.jwks)
		if kid := header.KeyID(); kid != "" {
			keys = slices.DeleteFunc(keys, func(key jwk.Key) bool { return key.KeyID() != kid })
		}
		// The kid tells which key; a single key needs none [D].
		if len(keys) != 1 {
			return invalidClient("The client_assertion JWT kid is invalid.") // [C]
		}
		good = verifies(keys[0])
	}
	if !good {
		return invalidClient("The client_assertion signature is invalid.") // [C]
	}
	return nil
}

// signingKeys are the keys that the client may sign with: the saved ACTIVE ones, or those its URI served.
func (app *app) signingKeys(fetched fetchedKeys) []jwk.Key {
	if app.jwksURI != "" {
		return slices.Clone(fetched)
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
	unpadded := func(number string) string { return strings.TrimRight(number, "=") }
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
	text, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	return jwk.ParseKey(text)
}
