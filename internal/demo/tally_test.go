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

func reads(hash string) func() string { return func() string { return hash } }

func TestTally_LoginBelongsToThePhaseInWhichItBegan(t *testing.T) {
	var counts tally
	counts.begin("one", at(0))
	slow := counts.start(at(10), reads("A"))
	counts.begin("two", at(100))
	slow.end(at(150), outcome{answered: true, said: "401 invalid_client"})
	counts.start(at(160), reads("A")).end(at(161), outcome{answered: true, token: true})
	counts.end(at(200))

	phases, _ := counts.snapshot()
	if one := phases[0]; one.logins != 1 || one.refused != 1 || one.slowest != 140*time.Millisecond {
		t.Errorf("phase one: %+v, want one login, refused after 140 ms", one)
	}
	if two := phases[1]; two.logins != 1 || two.failed() != 0 {
		t.Errorf("phase two: %+v, want one login that did not fail", two)
	}
}

func TestTally_EveryOutcomeButATokenIsAFailure(t *testing.T) {
	for name, test := range map[string]struct {
		outcome             outcome
		refused, unanswered int
	}{
		"token":     {outcome{answered: true, token: true}, 0, 0},
		"refusal":   {outcome{answered: true, said: "401 invalid_client"}, 1, 0},
		"no answer": {outcome{said: "connection refused"}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var counts tally
			counts.begin("one", at(0))
			counts.start(at(1), reads("A")).end(at(2), test.outcome)
			phases, _ := counts.snapshot()
			if got := phases[0]; got.refused != test.refused || got.unanswered != test.unanswered {
				t.Errorf("refused %d, unanswered %d, want %d and %d", got.refused, got.unanswered, test.refused, test.unanswered)
			}
		})
	}
}

func TestTally_SameRefusalsAreOneEntry(t *testing.T) {
	var counts tally
	counts.begin("one", at(0))
	for i, hash := range []string{"A", "A", "B"} {
		counts.start(at(i), reads(hash)).end(at(10+i), outcome{answered: true, said: "401 invalid_client"})
	}
	phases, _ := counts.snapshot()
	want := []refusal{
		{at: at(10), last: at(11), hash: "A", said: "401 invalid_client", times: 2},
		{at: at(12), last: at(12), hash: "B", said: "401 invalid_client", times: 1},
	}
	if diff := cmp.Diff(want, phases[0].refusals, cmp.AllowUnexported(refusal{})); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

func TestTally_UsesAreStretchesOfOneSecret(t *testing.T) {
	var counts tally
	counts.begin("one", at(0))
	slow := counts.start(at(1), reads("A"))
	counts.start(at(2), reads("B")).end(at(3), outcome{answered: true, token: true})
	slow.end(at(9), outcome{answered: true, token: true})
	counts.start(at(10), reads("A")).end(at(11), outcome{answered: true, token: true})

	_, uses := counts.snapshot()
	want := []use{
		{hash: "A", first: at(1), last: at(9)}, // its last login ended after B's first began
		{hash: "B", first: at(2), last: at(3)},
		{hash: "A", first: at(10), last: at(11)},
	}
	if diff := cmp.Diff(want, uses, cmp.AllowUnexported(use{})); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
}

func TestPhase_PerSecond(t *testing.T) {
	for name, test := range map[string]struct {
		phase phase
		want  float64
	}{
		"half a second":  {phase{began: at(0), ended: at(500), logins: 50}, 100},
		"no time at all": {phase{began: at(0), ended: at(0), logins: 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.phase.perSecond(); got != test.want {
				t.Errorf("%v a second, want %v", got, test.want)
			}
		})
	}
}
