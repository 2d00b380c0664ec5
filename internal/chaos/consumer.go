// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// credential is what a consumer is handed.
type credential struct {
	id     string // Okta's
	secret string
	key    *ecdsa.PrivateKey
	kid    string
}

// mark is what a consumer logs in with. It outlasts the id: what was deleted can
// be made again.
func (c credential) mark() string { return cmp.Or(c.secret, c.kid) }

// tokenPath is where consumers log in. Faults leave it alone, so that a refused
// login has no other cause than the credential.
const tokenPath = "/oauth2/default/v1/token"

// consumer logs in with what the configuration has delivered to it. It looks
// before every login, and tries none twice.
type consumer struct {
	org      *oktasim.Org
	origin   string
	clientID string
	method   string // token_endpoint_auth_method

	retired bool // logs in no more

	held credential
	seen credential // delivered last; picked up at the time in from
	from time.Time
}

// uses is the credential of a login now, when this was delivered last. The
// consumer is as late as lag says at most, counted from the first delivery that
// it has not picked up.
func (c *consumer) uses(delivered credential, now time.Time, lag func() time.Duration) credential {
	if delivered.mark() != c.seen.mark() && delivered.mark() != c.held.mark() {
		if c.seen.mark() == "" {
			c.from = now.Add(lag())
		}
		c.seen = delivered
	}
	if c.seen.mark() != "" && !now.Before(c.from) {
		c.held, c.seen = c.seen, credential{}
	}
	return c.held
}

// login asks for a token with the client credentials grant (RFC 6749 §4.4).
func (c *consumer) login(with credential) (accepted bool, err error) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"chaos"}}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	switch c.method {
	case oktasim.ClientSecretBasic:
		basic := http.Request{Header: header}
		basic.SetBasicAuth(url.QueryEscape(c.clientID), url.QueryEscape(with.secret)) // RFC 6749 §2.3.1
	case oktasim.ClientSecretPost:
		form.Set("client_id", c.clientID)
		form.Set("client_secret", with.secret)
	default:
		assertion, err := c.assertion(with)
		if err != nil {
			return false, err
		}
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.origin+tokenPath, strings.NewReader(form.Encode()))
	if err != nil {
		return false, err
	}
	req.Header = header
	resp, err := serve(c.org, req)
	if err != nil {
		return false, err
	}
	return resp.StatusCode == http.StatusOK, resp.Body.Close()
}

// assertion is a JWT signed with the secret or the private key (RFC 7523 §3).
func (c *consumer) assertion(with credential) (string, error) {
	token, err := jwt.NewBuilder().Issuer(c.clientID).Subject(c.clientID).Audience([]string{c.origin + tokenPath}).
		JwtID(rand.Text()).Expiration(c.org.Now().Add(time.Minute)).Build()
	if err != nil {
		return "", err
	}
	sign := jwt.WithKey(jwa.HS256, []byte(with.secret))
	if with.key != nil {
		key, err := jwk.FromRaw(with.key)
		if err != nil {
			return "", err
		}
		if err := key.Set(jwk.KeyIDKey, with.kid); err != nil {
			return "", err
		}
		sign = jwt.WithKey(jwa.ES256, key)
	}
	signed, err := jwt.Sign(token, sign)
	return string(signed), err
}
