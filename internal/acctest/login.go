// SPDX-License-Identifier: MPL-2.0

package acctest

import (
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
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// LoginWithKey authenticates as the app with the private key in a PEM file, the
// way its consumers do (private_key_jwt), and tells whether Okta accepted it.
// The key id is the key's thumbprint, as the provider gives it.
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
	key, err := jwk.FromRaw(parsed)
	if err == nil {
		err = jwk.AssignKeyID(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	token, err := jwt.NewBuilder().Issuer(a.ClientID).Subject(a.ClientID).Audience([]string{a.org.URL + "/oauth2/v1/introspect"}).
		IssuedAt(now).Expiration(now.Add(time.Minute)).JwtID(rand.Text()).Build()
	if err != nil {
		t.Fatal(err)
	}
	assertion, err := jwt.Sign(token, jwt.WithKey(jwa.RS256, key))
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{
		"token": {"any"}, "client_id": {a.ClientID},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {string(assertion)},
	}
	req, err := http.NewRequest(http.MethodPost, a.org.URL+"/oauth2/v1/introspect", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _ := send(t, req, nil)
	return status == http.StatusOK
}
