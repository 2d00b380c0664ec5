// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	jwx "github.com/lestrrat-go/jwx/v2/jwk"
)

// vocabulary is what errors name on their own account and what may therefore stand in an input too.
const vocabulary = "secp256k1 RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512"

// checkSilent fails if an error repeats eight characters of what looks like key material in its input. Runs without
// both a letter and a digit are let off: they are words of the message, or numbers.
func checkSilent(t testing.TB, input string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	const letters, digits, rest = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "-_+/="
	message := err.Error()
	for i := range len(message) - 7 {
		run := message[i : i+8]
		material := strings.Trim(run, letters+digits+rest) == "" && strings.ContainsAny(run, letters) && strings.ContainsAny(run, digits)
		if material && strings.Contains(input, run) && !strings.Contains(vocabulary, run) {
			t.Errorf("the error repeats %q of its input: %s", run, message)
		}
	}
}

// checkRefused fails unless a refusal is one of the two kinds that callers know, and silent.
func checkRefused(t testing.TB, input string, err error) {
	t.Helper()
	var e *Error
	if !errors.Is(err, ErrPrivateKey) && !errors.As(err, &e) {
		t.Errorf("an error of a kind of its own: %T %v", err, err)
	}
	checkSilent(t, input, err)
}

// addSeeds gives a fuzzer every fixture, the private keys of RFC 7517 in more forms, and some broken texts.
func addSeeds(f *testing.F, add func(text string)) {
	f.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		add(string(text))
	}
	for _, name := range []string{"rfc7517-a1-public.json", "rfc7517-a2-private.json"} {
		for _, members := range document(f, name) {
			add(toJSON(f, members))
		}
	}
	for _, members := range document(f, "rfc7517-a2-private.json") {
		key, err := ParsePrivate(toJSON(f, members))
		if err != nil {
			f.Fatal(err)
		}
		text, err := pkcs8(key)
		if err != nil {
			f.Fatal(err)
		}
		add(text)
		add(toJSON(f, map[string]any{"keys": []any{members}}))
	}
	for _, text := range []string{"", "{", "[]", "null", `{"kty":"RSA","n":"AQ","e":"AQAB"}`, "-----BEGIN PUBLIC KEY-----", `{"a":1,"a":2}`, `{"keys":[{}]}`} {
		add(text)
	}
}

func FuzzParsePublic(f *testing.F) {
	addSeeds(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParsePublic(text)
		_, errJWK := ParseJWK(text)
		_, errPEM := ParsePEM(text)
		if err != nil {
			if k != (Key{}) || errJWK == nil || errPEM == nil {
				t.Error("refused, and yet there is a key")
			}
			for _, err := range []error{err, errJWK, errPEM} {
				checkRefused(t, text, err)
			}
			return
		}
		if (errJWK == nil) == (errPEM == nil) {
			t.Error("it must be either a JWK or PEM")
		}
		if err := k.Check(); err != nil {
			checkRefused(t, text, err)
		}
		if canonical, err := k.Canonical(); err != nil || canonical != k {
			t.Errorf("not canonical: %v", err)
		}
		armored, err := k.PEM()
		if err != nil {
			t.Fatal(err)
		}
		if again := mustParse(t, armored); !again.SameMaterial(k) || again.Thumbprint() != k.Thumbprint() || k.Thumbprint() == "" {
			t.Error("another key after PEM")
		}
		if diff := cmp.Diff(k, mustParse(t, k.JSON())); diff != "" {
			t.Errorf("another key after JSON: %s", diff)
		}
		if errJWK == nil {
			checkAgainstOthers(t, text, k)
		}
	})
}

// checkAgainstOthers asks encoding/json and jwx, which are laxer, what they see in a JWK that was accepted.
func checkAgainstOthers(t *testing.T, text string, k Key) {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(strings.Trim(text, whiteSpace)), &members); err != nil {
		t.Fatalf("accepted, and yet not JSON: %v", err)
	}
	for _, name := range privateMembers {
		if members[name] != nil {
			t.Errorf("accepted with the private member %s", name)
		}
	}
	theirs, err := jwx.ParseKey([]byte(text))
	if err != nil {
		return
	}
	sum, err := theirs.Thumbprint(crypto.SHA256)
	if err != nil {
		return
	}
	if got, want := k.Thumbprint(), base64.RawURLEncoding.EncodeToString(sum); got != want {
		t.Errorf("thumbprint %s, and jwx has %s", got, want)
	}
}

func FuzzParseDocument(f *testing.F) {
	addSeeds(f, func(text string) { f.Add([]byte(text)) })
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := ParseDocument(data)
		if err != nil {
			if keys != nil {
				t.Error("refused, and yet there are keys")
			}
			checkRefused(t, string(data), err)
			return
		}
		if !json.Valid(data) || len(keys) == 0 {
			t.Error("accepted, and yet not a JWKS with a key")
		}
		text, err := Document(keys...)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := ParseDocument([]byte(text))
		if err != nil || !slices.Equal(again, keys) {
			t.Errorf("other keys after writing: %v", err)
		}
	})
}

func FuzzParsePrivate(f *testing.F) {
	addSeeds(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParsePrivate(text)
		if err != nil {
			if key != nil {
				t.Error("refused, and yet there is a key")
			}
			checkRefused(t, text, err)
			return
		}
		public, err := fromCrypto(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		if err := public.Check(); err != nil {
			t.Errorf("accepted a key that Okta does not take: %v", err)
		}
		if _, err := ParsePublic(text); !errors.Is(err, ErrPrivateKey) {
			t.Errorf("the same text as a public key: %v", err)
		} else {
			checkSilent(t, text, err)
		}
	})
}
