// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// unique numbers jtis.
var unique atomic.Int64

// sign signs claims as a JWT with the header members given.
func sign(t *testing.T, alg jwa.SignatureAlgorithm, key any, header, claims object) string {
	t.Helper()
	token := jwt.New()
	for name, value := range claims {
		if err := token.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	headers := jws.NewHeaders()
	for name, value := range header {
		if err := headers.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := jwt.Sign(token, jwt.WithKey(alg, key, jws.WithProtectedHeaders(headers)))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// claims are those of a client assertion that is good at the token endpoint.
func (w *world) claims(clientID string) object {
	return object{
		"iss": clientID, "sub": clientID, "aud": w.server.URL + tokenPath,
		"iat": w.Now().Unix(), "exp": w.Now().Add(5 * time.Minute).Unix(), "jti": fmt.Sprint(unique.Add(1)),
	}
}

// assertionForm is a token request with a client assertion.
func assertionForm(assertion, scope string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {scope}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
}

func TestToken_ClientSecretJWT(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.ClientSecretJWT})
	second, err := w.AddSecret(app.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, alg := range []jwa.SignatureAlgorithm{jwa.HS256, jwa.HS384, jwa.HS512} {
		for _, secret := range w.Secrets(app.ID) {
			form := assertionForm(sign(t, alg, []byte(secret.Value), nil, w.claims(app.ClientID)), "")
			wantOAuth(t, w.post(tokenPath, form), 200, "", "")
		}
	}
	if err := w.SetSecretStatus(app.ID, second.ID, oktasim.StatusInactive); err != nil {
		t.Fatal(err)
	}
	form := assertionForm(sign(t, jwa.HS256, []byte(second.Value), nil, w.claims(app.ClientID)), "")
	wantOAuth(t, w.post(tokenPath, form), 401, "invalid_client", "The client_assertion signature is invalid.")
}

func TestToken_PrivateKeyJWT_SavedKeys(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	ids := map[string]string{}
	add := func(kid string, key any) {
		t.Helper()
		added, err := w.AddKey(app.ID, []byte(asJSON(t, with(members(key), object{"kid": kid}))))
		if err != nil {
			t.Fatal(err)
		}
		ids[kid] = added.ID
	}
	login := func(alg jwa.SignatureAlgorithm, key any, header object) answer {
		t.Helper()
		return w.post(tokenPath, assertionForm(sign(t, alg, key, header, w.claims(app.ClientID)), ""))
	}
	add("rsa", rsaKey)
	wantOAuth(t, login(jwa.RS256, rsaKey, nil), 200, "", "") // the only key needs no kid
	wantOAuth(t, login(jwa.RS256, otherRSAKey, nil), 401, "invalid_client", "signature is invalid")
	add("ec", ecKey)
	for _, alg := range []jwa.SignatureAlgorithm{jwa.RS256, jwa.RS384, jwa.RS512} {
		wantOAuth(t, login(alg, rsaKey, object{"kid": "rsa"}), 200, "", "")
	}
	wantOAuth(t, login(jwa.ES256, ecKey, object{"kid": "ec"}), 200, "", "")
	wantOAuth(t, login(jwa.RS256, rsaKey, nil), 401, "invalid_client", "The client_assertion JWT kid is invalid.")
	wantOAuth(t, login(jwa.RS256, rsaKey, object{"kid": "other"}), 401, "invalid_client", "kid is invalid")
	wantOAuth(t, login(jwa.RS256, rsaKey, object{"kid": "ec"}), 401, "invalid_client", "signature is invalid")
	wantOAuth(t, login(jwa.PS256, rsaKey, object{"kid": "rsa"}), 401, "invalid_client", "signature is invalid")
	wantOAuth(t, login(jwa.HS256, []byte("secret"), object{"kid": "rsa"}), 401, "invalid_client", "signature is invalid")
	if err := w.SetKeyStatus(app.ID, ids["rsa"], oktasim.StatusInactive); err != nil {
		t.Fatal(err)
	}
	wantOAuth(t, login(jwa.RS256, rsaKey, object{"kid": "rsa"}), 401, "invalid_client", "kid is invalid")
	wantOAuth(t, login(jwa.ES256, ecKey, nil), 200, "", "")
}

func TestToken_PrivateKeyJWT_EncryptionKeysSignNothing(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	if _, err := w.AddKey(app.ID, []byte(asJSON(t, with(members(rsaKey), object{"kid": "enc", "use": "enc"})))); err != nil {
		t.Fatal(err)
	}
	form := assertionForm(sign(t, jwa.RS256, rsaKey, object{"kid": "enc"}, w.claims(app.ClientID)), "")
	wantOAuth(t, w.post(tokenPath, form), 401, "invalid_client", "kid is invalid")
}

func TestToken_PrivateKeyJWT_FetchedURI(t *testing.T) {
	w := newWorld(t)
	var document atomic.Value
	document.Store(asJSON(t, object{"keys": []any{with(members(rsaKey), object{"kid": "one"}), with(members(ecKey), object{"kid": "two"})}}))
	fetched := atomic.Int32{}
	host := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		_, _ = rw.Write([]byte(document.Load().(string)))
	}))
	defer host.Close()
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT, JWKSURI: host.URL})
	login := func(alg jwa.SignatureAlgorithm, key any, kid string) answer {
		t.Helper()
		return w.post(tokenPath, assertionForm(sign(t, alg, key, object{"kid": kid}, w.claims(app.ClientID)), ""))
	}
	wantOAuth(t, login(jwa.RS256, rsaKey, "one"), 200, "", "")
	wantOAuth(t, login(jwa.ES256, ecKey, "two"), 200, "", "")
	if fetched.Load() != 2 {
		t.Errorf("fetched %d times, want once per login", fetched.Load())
	}
	document.Store(asJSON(t, object{"keys": []any{with(members(otherRSAKey), object{"kid": "three"})}}))
	wantOAuth(t, login(jwa.RS256, rsaKey, "one"), 401, "invalid_client", "kid is invalid")
	wantOAuth(t, login(jwa.RS256, otherRSAKey, "three"), 200, "", "")
	document.Store(asJSON(t, object{"keys": []any{with(members(rsaKey), object{"kid": "four", "use": "enc"})}}))
	wantOAuth(t, login(jwa.RS256, rsaKey, "four"), 401, "invalid_client", "kid is invalid")
	document.Store("no JSON")
	wantOAuth(t, login(jwa.RS256, otherRSAKey, "three"), 401, "invalid_client", "")
	host.Close()
	wantOAuth(t, login(jwa.RS256, otherRSAKey, "three"), 401, "invalid_client", "")
}

func TestAssertion_Claims(t *testing.T) {
	tests := []struct {
		name     string
		change   func(w *world, claims object)
		path     string
		fragment string // "" where it is good
	}{
		{"good", func(*world, object) {}, tokenPath, ""},
		{"good at introspection", func(w *world, c object) { c["aud"] = w.server.URL + "/oauth2/v1/introspect" }, "/oauth2/v1/introspect", ""},
		{"good, exp exactly an hour ahead", func(w *world, c object) { c["exp"] = w.Now().Truncate(time.Second).Add(time.Hour).Unix() }, tokenPath, ""},
		{"good, without jti", func(_ *world, c object) { delete(c, "jti") }, tokenPath, ""},
		{"the token URL at introspection", func(*world, object) {}, "/oauth2/v1/introspect", "must be the endpoint invoked"},
		{"aud is the org", func(w *world, c object) { c["aud"] = w.server.URL }, tokenPath, "must be the endpoint invoked"},
		{"aud is another org", func(_ *world, c object) { c["aud"] = "https://other.okta.com" + tokenPath }, tokenPath, "must be the endpoint invoked"},
		{"no aud", func(_ *world, c object) { delete(c, "aud") }, tokenPath, "must be the endpoint invoked"},
		{"exp over an hour ahead", func(w *world, c object) { c["exp"] = w.Now().Add(time.Hour + time.Second).Unix() }, tokenPath, "too far into the future"},
		{"expired", func(w *world, c object) { c["exp"] = w.Now().Add(-time.Second).Unix() }, tokenPath, "is expired"},
		{"no exp", func(_ *world, c object) { delete(c, "exp") }, tokenPath, "must have an expiration"},
		{"iss is another", func(_ *world, c object) { c["iss"] = "0oaother" }, tokenPath, "must both be the client_id"},
		{"no iss", func(_ *world, c object) { delete(c, "iss") }, tokenPath, "must both be the client_id"},
		{"sub is nobody", func(_ *world, c object) { c["sub"] = "0oaother" }, tokenPath, "'client_id'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
			if _, err := w.AddKey(app.ID, []byte(asJSON(t, members(ecKey)))); err != nil {
				t.Fatal(err)
			}
			claims := w.claims(app.ClientID)
			test.change(w, claims)
			status := 401
			if test.fragment == "" {
				status = 200
			}
			wantOAuth(t, w.post(test.path, assertionForm(sign(t, jwa.ES256, ecKey, nil, claims), "")), status, "invalid_client", test.fragment)
		})
	}
}

func TestAssertion_IsGoodForOneUse(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{AuthMethod: oktasim.PrivateKeyJWT})
	if _, err := w.AddKey(app.ID, []byte(asJSON(t, members(ecKey)))); err != nil {
		t.Fatal(err)
	}
	assertion := sign(t, jwa.ES256, ecKey, nil, w.claims(app.ClientID))
	wantOAuth(t, w.post(tokenPath, assertionForm(assertion, "")), 200, "", "")
	wantOAuth(t, w.post(tokenPath, assertionForm(assertion, "")), 401, "invalid_client", "The client_assertion token has already been used.")
	if !slices.Contains(w.Values(), assertion) {
		t.Error("the leak search does not know the assertion")
	}
	form := assertionForm("no JWT", "")
	wantOAuth(t, w.post(tokenPath, form), 401, "invalid_client", "")
	form.Set("client_assertion_type", "saml")
	wantOAuth(t, w.post(tokenPath, form), 400, "invalid_request", "client_assertion_type")
}
