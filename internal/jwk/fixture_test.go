// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The fixtures in testdata were made by openssl, and the thumbprints and members expected of them computed from
// openssl's output, so that a mistake in this package or its libraries does not confirm itself. The private keys in
// there are those printed in RFC 7517 and nothing else's.

func fixture(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// expected reads a JWK without the code under test.
func expected(t testing.TB, name string) Key {
	t.Helper()
	var k Key
	if err := json.Unmarshal([]byte(fixture(t, name)), &k); err != nil {
		t.Fatal(err)
	}
	return k
}

// document reads the keys of a JWKS without the code under test.
func document(t testing.TB, name string) []map[string]any {
	t.Helper()
	var d struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(fixture(t, name)), &d); err != nil {
		t.Fatal(err)
	}
	return d.Keys
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// edit returns the JSON of a key after a change.
func edit(t testing.TB, members map[string]any, change map[string]any) string {
	t.Helper()
	edited := maps.Clone(members)
	for name, value := range change {
		if edited[name] = value; value == nil {
			delete(edited, name)
		}
	}
	return toJSON(t, edited)
}

func mustParse(t testing.TB, text string) Key {
	t.Helper()
	k, err := ParsePublic(text)
	if err != nil {
		t.Fatalf("ParsePublic: %v", err)
	}
	return k
}

// wantError fails unless err is an *Error at the member that says all of what it should.
func wantError(t *testing.T, err error, member string, words ...string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error", err)
	}
	if e.Member != member {
		t.Errorf("the error is at member %q, want %q", e.Member, member)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}
