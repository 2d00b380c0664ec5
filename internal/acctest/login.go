// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// Where apps log in. Introspection tries a credential without a grant.
const (
	introspectPath = "/oauth2/v1/introspect"
	tokenPath      = "/oauth2/v1/token"
	customPath     = "/oauth2/default/v1/token" // of a custom authorization server
)

// oauth sends a form to an OAuth endpoint, with the app's client secret if one is given, and tells whether Okta
// accepted it.
func (a *App) oauth(t testing.TB, path, secret string, header http.Header, form url.Values, out any) (accepted bool, answer []byte) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, a.org.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header.Clone()
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		req.SetBasicAuth(url.QueryEscape(a.ClientID), url.QueryEscape(secret)) // RFC 6749 §2.3.1
	}
	status, answer := send(t, req, out)
	return status == http.StatusOK, answer
}

// Login authenticates as the app with a client secret, the way its consumers
// do, and tells whether Okta accepted it.
func (a *App) Login(t testing.TB, secret string) bool {
	t.Helper()
	accepted, _ := a.oauth(t, introspectPath, secret, nil, url.Values{"token": {"any"}}, nil)
	return accepted
}

// RequestToken gets an access token from a custom authorization server with a client secret, and tells whether Okta
// gave one. Unlike Login it leaves an event in the System Log. The header may say who asks: User-Agent, and
// X-Forwarded-For, which the simulator takes for the client's address.
func (a *App) RequestToken(t testing.TB, secret string, header http.Header) bool {
	t.Helper()
	accepted, _ := a.oauth(t, customPath, secret, header, url.Values{"grant_type": {"client_credentials"}, "scope": {"orders"}}, nil)
	return accepted
}

// AccessToken gets an access token that has the scopes alone; only a simulator
// gives one away.
func (o *Org) AccessToken(t testing.TB, scopes string) string {
	t.Helper()
	token, _ := o.AccessTokenOf(t, scopes)
	return token
}

// AccessTokenOf also returns the app that the token was issued to.
func (o *Org) AccessTokenOf(t testing.TB, scopes string) (string, *App) {
	t.Helper()
	sim := o.Sim(t)
	app := o.App(sim.AddApp(oktasim.AppOptions{Type: "service", Scopes: strings.Fields(scopes), SuperAdmin: true}).ID)
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scopes}}
	if accepted, answer := app.oauth(t, tokenPath, sim.Secrets(app.ID)[0].Value, nil, form, &granted); !accepted {
		t.Fatalf("no access token: %s", answer)
	}
	return granted.AccessToken, app
}

// LoginWithKey is LoginWithPair with the private key in a PEM file. The key id is the key's thumbprint, as the
// provider gives it.
func (a *App) LoginWithKey(t testing.TB, file string) bool {
	t.Helper()
	text, err := os.ReadFile(file) //nolint:gosec // a test names the file
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("%s holds no PEM", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	pair := KeyPair{parsed.(crypto.Signer)}
	return a.LoginWithPair(t, pair, pair.Thumbprint(t))
}

// LoginWithPair authenticates as the app with the key under the kid, the way
// its consumers do (private_key_jwt, RFC 7523 §2.2), and tells whether Okta
// accepted it.
func (a *App) LoginWithPair(t testing.TB, pair KeyPair, kid string) bool {
	t.Helper()
	token, err := jwt.NewBuilder().Issuer(a.ClientID).Subject(a.ClientID).Audience([]string{a.org.URL + introspectPath}).
		Expiration(time.Now().Add(time.Minute)).JwtID(rand.Text()).Build()
	if err != nil {
		t.Fatal(err)
	}
	headers := jws.NewHeaders()
	if err := headers.Set(jws.KeyIDKey, kid); err != nil {
		t.Fatal(err)
	}
	alg := jwa.RS256
	if _, ec := pair.Signer.(*ecdsa.PrivateKey); ec {
		alg = jwa.ES256
	}
	assertion, err := jwt.Sign(token, jwt.WithKey(alg, pair.Signer, jws.WithProtectedHeaders(headers)))
	if err != nil {
		t.Fatal(err)
	}
	accepted, _ := a.oauth(t, introspectPath, "", nil, url.Values{
		"token":                 {"any"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {string(assertion)},
	}, nil)
	return accepted
}
