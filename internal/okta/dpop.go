// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// The errors of RFC 9449 §5 and §8.
const (
	errInvalidProof = "invalid_dpop_proof"
	errUseNonce     = "use_dpop_nonce"
)

// errInvalidClient is that of a client whose authentication is refused (RFC 6749 §5.2).
const errInvalidClient = "invalid_client"

// proofs makes DPoP proofs (RFC 9449 §4): the sender of a token shows that it
// holds the key the token was issued to, so that a stolen token is worth
// nothing. The key is made for this client and never leaves it.
type proofs struct {
	now func() time.Time // the org's time

	mu     sync.Mutex
	key    *ecdsa.PrivateKey // nil until the org asks for proofs
	public jwk.Key
	nonces map[nonceKind]string // the newest the org gave
}

// nonceKind: the authorization server's nonces and the API's are different
// (RFC 9449 §9).
type nonceKind int

const (
	apiNonce nonceKind = iota
	tokenNonce
)

// wanted tells whether the org has asked for proofs.
func (p *proofs) wanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key != nil
}

// begin makes the key, once.
func (p *proofs) begin() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key != nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("generating a DPoP key: %w", err)
	}
	public, err := jwk.FromRaw(key.Public())
	if err != nil {
		return errors.New("the DPoP key doesn't have a JWK")
	}
	p.key, p.public = key, public
	return nil
}

// learn keeps the nonce of a response, and tells whether it is another than the
// one that was sent.
func (p *proofs) learn(resp *http.Response, kind nonceKind, sent string) (fresh bool) {
	nonce := resp.Header.Get("DPoP-Nonce")
	if nonce == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.nonces == nil {
		p.nonces = map[nonceKind]string{}
	}
	p.nonces[kind] = nonce
	return nonce != sent
}

// prove puts a fresh proof into the request, and returns the nonce in it. token
// is empty for a request to the token endpoint.
func (p *proofs) prove(req *http.Request, token string) (nonce string, err error) {
	p.mu.Lock()
	key, public := p.key, p.public
	nonce = p.nonces[apiNonce]
	if token == "" {
		nonce = p.nonces[tokenNonce]
	}
	p.mu.Unlock()

	htu := *req.URL // without query and fragment (RFC 9449 §4.2)
	htu.RawQuery, htu.Fragment = "", ""
	claims := jwt.NewBuilder().IssuedAt(p.now()).JwtID(rand.Text()).
		Claim("htm", strings.ToUpper(req.Method)).Claim("htu", htu.String())
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims = claims.Claim("ath", base64.RawURLEncoding.EncodeToString(sum[:]))
	}
	if nonce != "" {
		claims = claims.Claim("nonce", nonce)
	}
	proof, err := claims.Build()
	if err != nil {
		return "", fmt.Errorf("building a DPoP proof: %w", err)
	}
	headers := jws.NewHeaders()
	if err := errors.Join(headers.Set(jws.TypeKey, "dpop+jwt"), headers.Set(jws.JWKKey, public)); err != nil {
		return "", fmt.Errorf("building a DPoP proof: %w", err)
	}
	signed, err := jwt.Sign(proof, jwt.WithKey(jwa.ES256, key, jws.WithProtectedHeaders(headers)))
	if err != nil {
		return "", errors.New("signing a DPoP proof failed")
	}
	req.Header.Set("DPoP", string(signed))
	return nonce, nil
}
