// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
)

func TestSecretHash_IsOktas(t *testing.T) {
	// A pair recorded from an Okta org [R].
	mustEqual(t, "the hash", SecretHash("WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rNNexMIR3Xx-fe9EVPGY4Cb"), "JXE2MY4BxLM9TGyzyXiTkg")
}

var oktasForm = regexp.MustCompile(`^[A-Za-z0-9_-]{64}$`)

func TestGenerateSecret(t *testing.T) {
	client := newTestClient(t, nil)
	seen := map[string]bool{}
	for range 1000 {
		value, err := client.GenerateSecret("0oa1")
		if err != nil {
			t.Fatal(err)
		}
		if !oktasForm.MatchString(value) {
			t.Fatalf("%q is not of the form of Okta's own", value)
		}
		for _, part := range []string{value, value[:randomLength], value[randomLength:]} {
			if seen[part] {
				t.Fatal("two secrets share a part")
			}
			seen[part] = true
		}
	}
}

func TestGenerateSecret_WithoutRandomness_Fails(t *testing.T) {
	client := newTestClient(t, nil, func(c *Config) { c.Rand = io.LimitReader(strings.NewReader("few"), 3) })
	value, err := client.GenerateSecret("0oa1")
	if !errors.Is(err, io.ErrUnexpectedEOF) || value != "" {
		t.Errorf("it is %q with error %v", value, err)
	}
}

// A secret is recognised for its purpose, for no other one, and not once a
// character of it is another.
func FuzzGeneratedFor(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef0123"), "0oa1", "", 0)
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "a", "b", 63)
	f.Fuzz(func(t *testing.T, random []byte, one, two string, at int) {
		if len(random) < 36 || at < 0 {
			return
		}
		client := newTestClient(t, nil, func(c *Config) { c.Rand = bytes.NewReader(random) })
		value, err := client.GenerateSecret(one, two)
		if err != nil {
			t.Fatal(err)
		}
		if !GeneratedFor(value, one, two) {
			t.Error("a secret is not recognised")
		}
		for _, purpose := range [][]string{{}, {one}, {one + two}, {one, two, ""}, {one + "\x00" + two}, {two, one, "x"}, {one, two + "x"}} {
			if GeneratedFor(value, purpose...) {
				t.Errorf("a secret for %q is recognised for %q", []string{one, two}, purpose)
			}
		}
		at %= len(value)
		other := []byte(value)
		other[at] = map[bool]byte{true: 'B', false: 'A'}[other[at] == 'A']
		if GeneratedFor(string(other), one, two) {
			t.Errorf("a secret with another character %d is recognised", at)
		}
		if GeneratedFor(value[:len(value)-1], one, two) || GeneratedFor(value+"A", one, two) || GeneratedFor("", one, two) {
			t.Error("a secret of another length is recognised")
		}
	})
}

func TestGeneratedFor_IsNotOktasOwn(t *testing.T) {
	if GeneratedFor("WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rNNexMIR3Xx-fe9EVPGY4Cb", "0oa1") {
		t.Error("a secret of Okta's making is recognised as ours")
	}
}
