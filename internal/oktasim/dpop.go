// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

const (
	nonceLifetime = 24 * time.Hour  // then another becomes the current one; the previous one remains good [D]
	proofWindow   = 5 * time.Minute // how far iat may be off, either way [?]
)

// nonces are the DPoP nonces that are good at the moment (RFC 9449 §8).
type nonces struct {
	current, previous string
	since             time.Time
}

// nonce is the current nonce.
func (o *Org) nonce(now time.Time) string {
	age := now.Sub(o.nonces.since)
	if o.nonces.current == "" || age >= 2*nonceLifetime {
		o.nonces = nonces{current: newNonce(), since: now}
	} else if age >= nonceLifetime {
		o.nonces = nonces{current: newNonce(), previous: o.nonces.current, since: now}
	}
	return o.nonces.current
}

func newNonce() string { return randomText(32, alphanumerics+"-_") }

// RotateNonce makes another DPoP nonce the current one. The one before it remains good; after two rotations a client
// that still sends it is told to use the new one.
func (o *Org) RotateNonce() {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	o.nonces = nonces{current: newNonce(), previous: o.nonce(now), since: now}
}

// proofError says why a DPoP proof is not good: invalid_dpop_proof, or use_dpop_nonce.
type proofError struct {
	code        string
	description string
	nonce       string // for use_dpop_nonce
}

func invalidProof(description string) *proofError {
	return &proofError{code: "invalid_dpop_proof", description: description}
}

func (e *proofError) header() http.Header {
	header := http.Header{}
	if e.nonce != "" {
		header.Set("Dpop-Nonce", e.nonce)
	}
	return header
}

// atTokenEndpoint is the error as the token endpoint answers it (RFC 9449 §5 and §8) [R].
func (e *proofError) atTokenEndpoint() error {
	return &oauthError{status: http.StatusBadRequest, code: e.code, description: e.description, header: e.header()}
}

// atAPI is the error as the Management API answers it: a challenge in the header (RFC 9449 §7.1 and §9), with a
// body of Okta's [?].
func (e *proofError) atAPI() error {
	refused := invalidToken()
	refused.header = e.header()
	refused.header.Set("WWW-Authenticate", fmt.Sprintf("DPoP error=%q, error_description=%q", e.code, e.description))
	return refused
}

// checkProof verifies the DPoP proof of a request (RFC 9449 §4.3) and returns the thumbprint of its key. With an
// access token the proof must be for that one; without, it is for the token endpoint and needs a nonce.
func (o *Org) checkProof(c *call, accessToken string) (thumbprint string, failed *proofError) {
	sent := c.Header.Values("DPoP")
	switch len(sent) {
	case 0:
		return "", invalidProof("The DPoP proof JWT header is missing.") // [R]
	case 1:
	default:
		return "", invalidProof("There must be one DPoP proof JWT header.")
	}
	key, failed := proofKey(sent[0])
	if failed != nil {
		return "", failed
	}
	claims, err := jwt.ParseInsecure([]byte(sent[0]))
	if err != nil {
		return "", invalidProof("The DPoP proof JWT is malformed.")
	}
	text := func(name string) string {
		value, _ := claims.Get(name)
		text, _ := value.(string)
		return text
	}
	switch issued := claims.IssuedAt(); {
	case text("htm") != c.Method:
		return "", invalidProof("The DPoP proof JWT 'htm' claim is invalid.")
	case text("htu") != c.base+c.URL.EscapedPath():
		return "", invalidProof("The DPoP proof JWT 'htu' claim is invalid.")
	case issued.IsZero() || c.now.Sub(issued).Abs() > proofWindow:
		return "", invalidProof("The DPoP proof JWT 'iat' claim is invalid.")
	case claims.JwtID() == "" || !o.firstUse("proof "+claims.JwtID(), c.now.Add(2*proofWindow), c.now):
		return "", invalidProof("The DPoP proof JWT 'jti' claim is missing or has already been used.")
	}
	if failed := o.checkNonce(c, text("nonce"), accessToken); failed != nil {
		return "", failed
	}
	if accessToken != "" {
		sum := sha256.Sum256([]byte(accessToken))
		if text("ath") != base64.RawURLEncoding.EncodeToString(sum[:]) {
			return "", invalidProof("The DPoP proof JWT 'ath' claim is invalid.")
		}
	}
	digest, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", invalidProof("The DPoP proof JWT 'jwk' header is invalid.")
	}
	return base64.RawURLEncoding.EncodeToString(digest), nil
}

// proofKey is the public key in a proof's header, with which its signature was verified.
func proofKey(proof string) (jwk.Key, *proofError) {
	message, err := jws.Parse([]byte(proof))
	if err != nil || len(message.Signatures()) != 1 {
		return nil, invalidProof("The DPoP proof JWT is malformed.")
	}
	header := message.Signatures()[0].ProtectedHeaders()
	key := header.JWK()
	switch {
	case header.Type() != "dpop+jwt":
		return nil, invalidProof("The DPoP proof JWT 'typ' header is invalid.")
	case !slices.Contains(keyAlgorithms, header.Algorithm()):
		return nil, invalidProof("The DPoP proof JWT 'alg' header is invalid.")
	case key == nil:
		return nil, invalidProof("The DPoP proof JWT 'jwk' header is missing.")
	}
	if private, err := jwk.IsPrivateKey(key); err != nil || private {
		return nil, invalidProof("The DPoP proof JWT 'jwk' header must be a public key.")
	}
	if _, err := jws.Verify([]byte(proof), jws.WithKey(header.Algorithm(), key)); err != nil {
		return nil, invalidProof("The DPoP proof JWT signature is invalid.")
	}
	return key, nil
}

// checkNonce wants a nonce at the token endpoint [R]. An API call may leave it out, unless Options.APINonce, but a
// stale one is refused.
func (o *Org) checkNonce(c *call, nonce, accessToken string) *proofError {
	current := o.nonce(c.now)
	if nonce == current || nonce != "" && nonce == o.nonces.previous {
		return nil
	}
	if accessToken == "" {
		return &proofError{"use_dpop_nonce", "Authorization server requires nonce in DPoP proof.", current} // [R]
	}
	if nonce == "" && !o.options.APINonce {
		return nil
	}
	return &proofError{"use_dpop_nonce", "Resource server requires nonce in DPoP proof", current} // RFC 9449 §9
}
