// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"regexp"
	"testing"
	"time"
)

func TestSecretHash_IsWhatOktaRecorded(t *testing.T) {
	got := secretHash("WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rNNexMIR3Xx-fe9EVPGY4Cb")
	if want := "JXE2MY4BxLM9TGyzyXiTkg"; got != want {
		t.Errorf("secretHash = %q, want %q", got, want)
	}
}

func TestNewID_HasAPrefixAnd17Alphanumerics(t *testing.T) {
	form := regexp.MustCompile(`^ocs[0-9A-Za-z]{17}$`)
	seen := map[string]bool{}
	for range 1000 {
		id := newID("ocs")
		if !form.MatchString(id) || seen[id] {
			t.Fatalf("newID = %q, a repetition: %v", id, seen[id])
		}
		seen[id] = true
	}
}

func TestNewSecretValue_Has64CharactersOfBase64URL(t *testing.T) {
	form := regexp.MustCompile(`^[0-9A-Za-z_-]{64}$`)
	if value := newSecretValue(); !form.MatchString(value) {
		t.Errorf("newSecretValue = %q", value)
	}
}

func TestTimestamp_HasMillisecondsThatAreAlwaysZero(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 987654321, time.FixedZone("", 3600))
	if got, want := timestamp(at), "2026-03-01T11:00:00.000Z"; got != want {
		t.Errorf("timestamp = %q, want %q", got, want)
	}
}
