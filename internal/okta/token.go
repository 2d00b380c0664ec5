// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// oauthClient is an API service app: OAuth 2.0 client credentials (RFC 6749
// §4.4) with private_key_jwt (RFC 7523), and DPoP (RFC 9449) where the org wants
// it.
//
// https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
type oauthClient struct {
	clientID string
	scope    string
	endpoint *url.URL // of the token
	key      crypto.Signer
	alg      jwa.SignatureAlgorithm
	keyID    string
	clock    *orgClock
	proofs   proofs
	do       func(context.Context, request, any) error

	mu    sync.Mutex
	token *accessToken // nil until there is one
	fetch *tokenFetch  // nil unless one is under way
}

// accessToken is what the token endpoint gave.
type accessToken struct {
	scheme string // token_type: Bearer or DPoP
	value  string
	renew  time.Time
	proven bool // Okta has accepted it
}

// tokenPath is the org authorization server's token endpoint.
const tokenPath = "oauth2/v1/token"

var errNoScopes = errors.New("client_id and private_key need scopes (or OKTA_API_SCOPES), such as okta.apps.manage")

func newOAuthClient(config Config, origin *url.URL, clock *orgClock) (*oauthClient, error) {
	switch {
	case config.ClientID == "":
		return nil, errors.New("private_key needs client_id (or OKTA_API_CLIENT_ID): the client id of the API service app whose key it is")
	case config.PrivateKey == nil:
		return nil, errors.New("client_id needs private_key (or OKTA_API_PRIVATE_KEY): the private key of the API service app")
	case len(config.Scopes) == 0:
		return nil, errNoScopes
	}
	alg, err := signatureAlgorithm(config.PrivateKey)
	if err != nil {
		return nil, err
	}
	return &oauthClient{
		clientID: config.ClientID,
		scope:    strings.Join(config.Scopes, " "),
		endpoint: origin.JoinPath(tokenPath),
		key:      config.PrivateKey,
		alg:      alg,
		keyID:    config.PrivateKeyID,
		clock:    clock,
		proofs:   proofs{now: clock.now},
	}, nil
}

// signatureAlgorithm is the one that belongs to the key (RFC 7518 §3.1).
func signatureAlgorithm(key crypto.Signer) (jwa.SignatureAlgorithm, error) {
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		return jwa.RS256, nil
	case *ecdsa.PublicKey:
		curves := map[string]jwa.SignatureAlgorithm{"P-256": jwa.ES256, "P-384": jwa.ES384, "P-521": jwa.ES512}
		if alg, ok := curves[public.Curve.Params().Name]; ok {
			return alg, nil
		}
	}
	return "", errors.New("private_key must be an RSA key, or an EC key on P-256, P-384 or P-521: Okta takes no other")
}

// sign implements [signer].
func (o *oauthClient) sign(req *http.Request) (*http.Request, func(*http.Response) bool, error) {
	if callOf(req.Context()).as == asksForToken {
		return o.signTokenRequest(req) //nolint:bodyclose // the response is judged, not read to its end
	}
	token, err := o.current(req.Context())
	if err != nil {
		return nil, nil, &TokenError{Err: err}
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", token.scheme+" "+token.value)
	nonce := ""
	if token.scheme == schemeDPoP {
		if nonce, err = o.proofs.prove(req, token.value); err != nil {
			return nil, nil, &TokenError{Err: err}
		}
	}
	return req, func(resp *http.Response) bool { return o.judge(req, resp, token, nonce) }, nil
}

// judge learns from the response to an API call. A 401 for the token or for the
// proof comes before anything is carried out.
func (o *oauthClient) judge(req *http.Request, resp *http.Response, token *accessToken, nonce string) (again bool) {
	fresh := o.proofs.learn(resp, apiNonce, nonce)
	if resp.StatusCode != http.StatusUnauthorized {
		o.mu.Lock()
		defer o.mu.Unlock()
		token.proven = true
		return false
	}
	switch state := callOf(req.Context()); challengeError(resp) {
	case errUseNonce:
		return fresh
	case errInvalidProof:
		// net/http itself repeats a GET on a connection that turned out to be
		// closed, with the proof it had; Okta takes each proof once.
		first := !state.reproved
		state.reproved = true
		return first
	case "invalid_token":
		return o.forget(token)
	default:
		return isInvalidTokenBody(peek(resp)) && o.forget(token)
	}
}

// isInvalidTokenBody: Okta's own error where there is no challenge [S].
func isInvalidTokenBody(body []byte) bool {
	var answer struct {
		Code string `json:"errorCode"`
	}
	return json.Unmarshal(body, &answer) == nil && answer.Code == "E0000011"
}

// forget drops a token that was good until now: revoked, or ended early. One
// that was never accepted would only be followed by another such.
func (o *oauthClient) forget(token *accessToken) (again bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.token == token && token.proven {
		o.token = nil
	}
	return token.proven
}

// signTokenRequest writes the body: every attempt needs an assertion of its own,
// because Okta takes each jti once.
func (o *oauthClient) signTokenRequest(req *http.Request) (*http.Request, func(*http.Response) bool, error) {
	correction := o.clock.correction()
	assertion, err := o.assertion()
	if err != nil {
		return nil, nil, &TokenError{Err: err}
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"scope":                 {o.scope},
		"client_assertion_type": {assertionType},
		"client_assertion":      {assertion},
	}.Encode()
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(strings.NewReader(form))
	req.ContentLength = int64(len(form))
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	nonce, proved := "", o.proofs.wanted()
	if proved {
		if nonce, err = o.proofs.prove(req, ""); err != nil {
			return nil, nil, &TokenError{Err: err}
		}
	}
	return req, func(resp *http.Response) bool { return o.judgeTokenAnswer(resp, proved, nonce, correction) }, nil
}

// judgeTokenAnswer finds out whether the org wants DPoP, as it is recorded [R]:
// 400 invalid_dpop_proof, then 400 use_dpop_nonce with the nonce. And whether the
// time in the assertion was wrong, as a response to it has shown since.
func (o *oauthClient) judgeTokenAnswer(resp *http.Response, proved bool, nonce string, correction time.Duration) (again bool) {
	fresh := o.proofs.learn(resp, tokenNonce, nonce)
	if resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusUnauthorized {
		return false
	}
	var answer struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(peek(resp), &answer) != nil {
		return false
	}
	wrongTime := (o.clock.correction() - correction).Abs() > assertionLeeway
	switch answer.Error {
	case errInvalidClient:
		return wrongTime
	case errInvalidProof:
		return wrongTime || !proved && o.proofs.begin() == nil
	case errUseNonce:
		return fresh && o.proofs.begin() == nil
	default:
		return false
	}
}

// assertion is a JWT that says who asks (RFC 7523 §3).
func (o *oauthClient) assertion() (string, error) {
	headers := jws.NewHeaders()
	if o.keyID != "" {
		if err := headers.Set(jws.KeyIDKey, o.keyID); err != nil {
			return "", fmt.Errorf("private_key_id: %w", err)
		}
	}
	token, err := newAssertion(o.clientID, o.endpoint.String(), o.clock.now())
	if err != nil {
		return "", err
	}
	signed, err := jwt.Sign(token, jwt.WithKey(o.alg, o.key, jws.WithProtectedHeaders(headers)))
	if err != nil {
		return "", errors.New("signing a client assertion with the private key failed")
	}
	return string(signed), nil
}

const (
	assertionType     = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" // RFC 7523 §2.2
	assertionLifetime = 5 * time.Minute                                          // Okta allows an hour [D]
	assertionLeeway   = 10 * time.Second                                         // how wrong iat may be is documented nowhere [?]
)

// newAssertion is the claims of a client assertion, good for one use at the
// endpoint. now is the org's time, by which it is judged.
func newAssertion(clientID, audience string, now time.Time) (jwt.Token, error) {
	token, err := jwt.NewBuilder().Issuer(clientID).Subject(clientID).Audience([]string{audience}).
		IssuedAt(now).Expiration(now.Add(assertionLifetime)).JwtID(rand.Text()).Build()
	if err != nil {
		return nil, fmt.Errorf("building a client assertion: %w", err)
	}
	token.Options().Enable(jwt.FlattenAudience)
	return token, nil
}
