// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// at is a moment of the tests, in milliseconds.
func at(ms int) time.Time {
	return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)
}

func between(from, to int) span { return span{at(from), at(to)} }

// visible lets cmp compare what this package keeps to itself.
var visible = cmp.AllowUnexported(span{}, use{}, counts{}, login{}, change{})

// someLogins are a slow one with A that is refused after B has come into use, and more.
var someLogins = []login{
	{began: at(10), ended: at(150), secret: "A", failure: "401 invalid_client"},
	{began: at(20), ended: at(21), secret: "A"},
	{began: at(110), ended: at(111), secret: "B"},
	{began: at(120), ended: at(125), secret: "B", failure: "no response", unanswered: true},
	{began: at(130), secret: "A"}, // under way
}

func TestCount_ALoginBelongsToTheTimeInWhichItBegan_AndOnlyATokenIsASuccess(t *testing.T) {
	for _, want := range []counts{
		{span: between(0, 100), logins: 2, refused: 1, slowest: 140 * time.Millisecond},
		{span: between(100, 200), logins: 3, unanswered: 1, slowest: 5 * time.Millisecond},
		{span: between(0, 200), logins: 5, refused: 1, unanswered: 1, slowest: 140 * time.Millisecond},
		{span: between(200, 300)},
	} {
		if diff := cmp.Diff(want, count(someLogins, want.span), visible); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
	}
	if got := count(someLogins, between(0, 200)); got.failed() != 2 || got.perSecond() != 25 || (counts{}).perSecond() != 0 {
		t.Errorf("%d failed, %v a second, want 2 and 25", got.failed(), got.perSecond())
	}
}

func TestUses_AreStretchesOfOneSecret_UntilTheirLastLoginEnded(t *testing.T) {
	want := []use{
		{span: between(10, 150), secret: "A", failure: "401 invalid_client", times: 2},
		{span: between(110, 125), secret: "B", times: 2},
		{span: span{from: at(130)}, secret: "A", times: 1},
	}
	if diff := cmp.Diff(want, usesOf(someLogins), visible); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
	if got := failures(someLogins); len(got) != 2 || got[0].secret != "A" || got[1].secret != "B" {
		t.Errorf("failures: %v", got)
	}
}

func TestSinceLastUse(t *testing.T) {
	known := make([]life, 2)
	known[0].Value, known[1].Value = "A", "C"
	for want, c := range map[string]change{
		", 350ms after the last login with it": {at(500), 0, "deactivated"},
		" while a login with it was under way": {at(100), 0, "deactivated"},
		"":                                     {at(500), 1, "deactivated"}, // nobody used it
	} {
		if got := sinceLastUse(c, known, someLogins[:4]); got != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
	if got := sinceLastUse(change{at(500), 0, "deleted"}, known, someLogins); got != "" {
		t.Errorf("%q of another change", got)
	}
}
