// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocument_KeepsOrderAndIsRead(t *testing.T) {
	ec, rsa := expected(t, "p256.json"), expected(t, "rsa2048.json")
	ec.Use, rsa.Alg = "sig", "RS256"
	padded := rsa
	padded.N += "=="
	text, err := Document(ec, padded)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"keys":[{"kty":"EC","kid":"` + ec.Kid + `","use":"sig","crv":"P-256","x":"` + ec.X + `","y":"` + ec.Y +
		`"},{"kty":"RSA","kid":"` + rsa.Kid + `","alg":"RS256","n":"` + rsa.N + `","e":"AQAB"}]}`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Error(diff)
	}
	keys, err := ParseDocument([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Key{ec, rsa}, keys); diff != "" {
		t.Error(diff)
	}
}

func TestDocument_Refuses(t *testing.T) {
	a, b := expected(t, "p256.json"), expected(t, "p384.json")
	with := func(k Key, change func(*Key)) Key { change(&k); return k }
	for name, test := range map[string]struct {
		keys   []Key
		member string
		words  []string
	}{
		"no keys":           {nil, "", []string{"at least one key"}},
		"a key with no kid": {[]Key{a, with(b, func(k *Key) { k.Kid = "" })}, "kid", []string{"keys[1]:", "not have a kid"}},
		"a kid twice":       {[]Key{b, a, with(b, func(k *Key) { k.Kid = a.Kid })}, "kid", []string{"keys[2]:", "same kid as keys[1]"}},
		"a damaged key":     {[]Key{a, with(b, func(k *Key) { k.X = k.Y })}, "x", []string{"keys[1]:", "not a point"}},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := Document(test.keys...)
			if text != "" {
				t.Errorf("got %s", text)
			}
			wantError(t, err, test.member, test.words...)
		})
	}
}

func TestParseDocument_RFC7517AppendixA1(t *testing.T) {
	keys, err := ParseDocument([]byte(fixture(t, "rfc7517-a1-public.json")))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{} // The EC key is for encryption, for which Okta takes RSA keys only [S].
	for _, k := range keys {
		got = append(got, k.Kid)
	}
	if want := []string{"2011-04-29"}; !slices.Equal(got, want) {
		t.Errorf("got the kids %v, want %v", got, want)
	}
}

func TestParseDocument_KeysOfOtherTypes_AreLeftOut(t *testing.T) {
	const (
		okp       = `{"kty":"OKP","crv":"Ed25519","kid":"o","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
		secp256k1 = `{"kty":"EC","crv":"secp256k1","kid":"s","x":"AA","y":"AA"}`
	)
	ec := expected(t, "p256.json")
	keys, err := ParseDocument([]byte(`{"keys":[` + okp + `,` + secp256k1 + `,` + ec.JSON() + `],"issuer":"https://example.com"}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Key{ec}, keys); diff != "" {
		t.Error(diff)
	}
	t.Run("but one that Okta takes must be there", func(t *testing.T) {
		_, err := ParseDocument([]byte(`{"keys":[` + okp + `]}`))
		wantError(t, err, "keys", "not hold a key that Okta can use", "keys[0]:", "Ed25519")
	})
	t.Run("and their kids count", func(t *testing.T) {
		_, err := ParseDocument([]byte(`{"keys":[` + okp + `,` + okp + `,` + ec.JSON() + `]}`))
		wantError(t, err, "kid", "keys[1]:", "same kid as keys[0]")
	})
}

func TestParseDocument_Refuses(t *testing.T) {
	ec := expected(t, "p256.json").JSON()
	for name, test := range map[string]struct {
		text, member string
		words        []string
	}{
		"an empty body":           {"", "", []string{"not valid JSON"}},
		"a web page":              {"<!doctype html><title>Sign in</title>", "", []string{"not valid JSON"}},
		"an array":                {"[" + ec + "]", "", []string{"not an object"}},
		"a single JWK":            {ec, "keys", []string{"not a JWKS"}},
		"keys that are null":      {`{"keys":null}`, "keys", []string{"must be an array"}},
		"keys that are an object": {`{"keys":` + ec + `}`, "keys", []string{"must be an array"}},
		"no keys":                 {`{"keys":[]}`, "keys", []string{"not hold a key"}},
		"keys twice":              {`{"keys":[` + ec + `],"keys":[]}`, "", []string{"occurs twice"}},
		"a second document":       {`{"keys":[` + ec + `]}{}`, "", []string{"something follows"}},
		"an element that is null": {`{"keys":[` + ec + `,null]}`, "", []string{"keys[1]:", "not an object"}},
		"an element of PEM":       {`{"keys":["-----BEGIN PUBLIC KEY-----"]}`, "", []string{"keys[0]:", "not an object"}},
		"an element with a member twice": {
			`{"keys":[` + ec + `,{"kid":"a","kid":"b"}]}`, "", []string{"keys[1]:", "occurs twice"},
		},
		"an element without a kty": {`{"keys":[{"kid":"a","n":"AQ"}]}`, "kty", []string{"keys[0]:", "kty is missing"}},
		"an element without a kid": {`{"keys":[{"kty":"OKP"}]}`, "kid", []string{"keys[0]:", "not have a kid"}},
		"a kid that is a number":   {`{"keys":[{"kty":"RSA","kid":1}]}`, "kid", []string{"keys[0]:", "JSON string"}},
		"a kid twice":              {`{"keys":[` + ec + `,` + ec + `]}`, "kid", []string{"keys[1]:", "same kid as keys[0]"}},
		"a damaged key":            {`{"keys":[{"kty":"RSA","kid":"a","n":"AQ!","e":"AQAB"}]}`, "n", []string{"keys[0]:", "base64url"}},
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := ParseDocument([]byte(test.text))
			if keys != nil {
				t.Errorf("got %v", keys)
			}
			wantError(t, err, test.member, test.words...)
		})
	}
}

func TestParseDocument_PrivateKey_IsRefused(t *testing.T) {
	private := fixture(t, "rfc7517-a2-private.json")
	for name, text := range map[string]string{
		"RFC 7517 appendix A.2": private,
		"after a public one":    `{"keys":[` + expected(t, "p256.json").JSON() + `,` + toJSON(t, document(t, "rfc7517-a2-private.json")[1]) + `]}`,
		"of another type":       `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"AA","d":"AA"}]}`,
		"symmetric":             `{"keys":[{"kty":"oct","kid":"a","k":"AA"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseDocument([]byte(text))
			if !errors.Is(err, ErrPrivateKey) || !strings.HasPrefix(err.Error(), "keys[") {
				t.Errorf("got %v", err)
			}
			checkSilent(t, text, err)
		})
	}
}
