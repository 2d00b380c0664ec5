// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"sync"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// idTokenKey signs ID tokens. Okta signs with RS256; no one verifies them here, and an EC key is made in no time.
var idTokenKey = sync.OnceValues(func() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
})

// newIDToken makes an ID token (OIDC Core §2).
func (o *Org) newIDToken(client *app, c *call) (string, error) {
	key, err := idTokenKey()
	if err != nil {
		return "", err
	}
	claims, err := jwt.NewBuilder().Issuer(c.base).Subject(o.admin().ID).Audience([]string{client.clientID}).
		IssuedAt(c.now).Expiration(c.now.Add(tokenLifetime)).JwtID(newID("ID.")).Build()
	if err != nil {
		return "", err
	}
	signed, err := jwt.Sign(claims, jwt.WithKey(jwa.ES256, key))
	if err != nil {
		return "", err
	}
	o.minted[string(signed)] = true
	return string(signed), nil
}
