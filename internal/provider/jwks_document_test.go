// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

func TestCheckJWKSDocument(t *testing.T) {
	keys := make([]string, 3)
	for i, algorithm := range []string{"EC_P256", "EC_P384", "RSA_2048"} {
		pair, err := jwk.Generate(algorithm)
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = pair.PublicJWK
	}
	pair, err := jwk.Generate("EC_P256")
	if err != nil {
		t.Fatal(err)
	}
	short := fmt.Sprintf(`{"kty":"RSA","kid":"short","e":"AQAB","n":%q}`, base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xc1}, 1024/8)))
	document := func(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }
	serve := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/good-of-the-redirect", serve(document(keys...)))

	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string // "" wants no error
	}{
		"good":                         {serve(document(keys...)), ""},
		"good, beside what Okta skips": {serve(document(keys[0], `{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`)), ""},
		"good, after a redirect":       {redirect("/good-of-the-redirect"), ""},
		"redirected to another scheme": {redirect("https://127.0.0.1:1/jwks.json"), "redirects, to another scheme or too often"},
		"redirected in a circle":       {redirect("/redirected-in-a-circle"), "redirects, to another scheme or too often"},
		"no key that Okta takes":       {serve(document(short)), "1024 bits"},
		"with a byte order mark":       {serve("\ufeff" + document(keys...)), "byte order mark (BOM)"},
		"not found":                    {http.NotFound, "answers 404 Not Found"},
		"not JSON":                     {serve("<html>"), "not valid JSON"},
		"no JWKS":                      {serve(keys[0]), "this is not a JWKS"},
		"without keys":                 {serve(document()), "does not hold a key"},
		"with a kid twice":             {serve(document(keys[0], keys[1], keys[0])), "keys[2]: this key has the same kid as keys[0]"},
		"with a key without kid":       {serve(document(`{"kty":"EC"}`)), "keys[0]: this key does not have a kid"},
		"with a private key":           {serve(document(keys[0], pair.PrivateJWK)), "keys[1]: this is a private key"},
		"without end":                  {serve(document(`"` + strings.Repeat("x", maxJWKSBytes) + `"`)), "more than 1048576 bytes"},
		"closed before the answer":     {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "can't be fetched: EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			path := "/" + strings.NewReplacer(" ", "-", ",", "").Replace(name)
			mux.HandleFunc(path, test.handler)
			err := checkJWKSDocument(t.Context(), nil, server.URL+path)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("it says %v, want %q", err, test.want)
			case err != nil && strings.Contains(err.Error(), "\"d\""):
				t.Error("it repeats the document")
			}
			if errors.Is(err, jwk.ErrPrivateKey) != strings.Contains(name, "private") {
				t.Errorf("a private key? %v", err)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		gone := httptest.NewServer(mux)
		gone.Close()
		if err := checkJWKSDocument(t.Context(), nil, gone.URL+"/jwks.json"); err == nil || !strings.Contains(err.Error(), "can't be fetched: dial tcp") {
			t.Errorf("it says %v", err)
		}
	})
}
