// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	oldHash = "old-hash"
	newHash = "new-hash"
)

// quiet is evidence that proves that the previous secret isn't used: at noon, two
// days after the switch, for consumers that log in every day.
func quiet() Evidence {
	success := Login{At: noon.Add(-hour), Success: true, Hash: newHash, Transaction: "t1"}
	return Evidence{
		Previous: oldHash, Current: newHash, Listed: []string{newHash, oldHash},
		SwitchedAt: noon.Add(-2 * day), Window: day, Now: noon,
		Since: noon.Add(-day - UsageMargin), Until: noon,
		OfPrevious: Reading{Complete: true},
		OfCurrent:  Reading{Logins: []Login{success}}, // one of many
		All:        Reading{Complete: true, Logins: []Login{success}},
	}
}

func TestJudge_EachConditionOfQuietCounts(t *testing.T) {
	all := func(logins ...Login) func(*Evidence) {
		return func(e *Evidence) { e.All.Logins = append(e.All.Logins, logins...) }
	}
	for name, test := range map[string]struct {
		change func(*Evidence)
		usage  Usage
		doubts []Doubt
	}{
		"all of them hold": {func(*Evidence) {}, Quiet, nil},

		// A login with the previous secret.
		"it logged in a moment ago":          {all(Login{At: noon.Add(-time.Second), Success: true, Hash: oldHash}), InUse, nil},
		"it logged in when the window began": {all(Login{At: noon.Add(-day), Success: true, Hash: oldHash}), InUse, nil},
		"it tried to log in":                 {all(Login{At: noon.Add(-hour), Hash: oldHash, Rejected: true}), InUse, nil},
		"only its own query knows":           {func(e *Evidence) { e.OfPrevious.Logins = []Login{{At: noon.Add(-hour), Hash: oldHash}} }, InUse, nil},
		"it logged in at the switch": {func(e *Evidence) {
			e.SwitchedAt = noon.Add(-day)
			all(Login{At: e.SwitchedAt, Success: true, Hash: oldHash})(e)
		}, InUse, nil},
		"use is proved even if all else failed": {func(e *Evidence) {
			e.OfPrevious = Reading{Logins: []Login{{At: noon.Add(-hour), Hash: oldHash}}}
			e.OfCurrent, e.All, e.Window = Reading{Failure: QueryFailed}, Reading{}, 100*day
		}, InUse, nil},
		"it logged in before the switch only": {func(e *Evidence) {
			e.SwitchedAt, e.Window = noon.Add(-12*hour), 11*hour
			all(Login{At: noon.Add(-13 * hour), Success: true, Hash: oldHash})(e)
		}, Quiet, nil},

		// The queries.
		"the log may not be read": {func(e *Evidence) {
			e.OfPrevious, e.OfCurrent, e.All = Reading{Failure: Forbidden}, Reading{}, Reading{}
		}, Inconclusive, []Doubt{Forbidden, NoControl}},
		"the first query failed":                     {func(e *Evidence) { e.OfPrevious = Reading{Failure: QueryFailed} }, Inconclusive, []Doubt{QueryFailed}},
		"the control failed":                         {func(e *Evidence) { e.OfCurrent = Reading{Failure: QueryFailed} }, Inconclusive, []Doubt{QueryFailed}},
		"the last query failed":                      {func(e *Evidence) { e.All = Reading{Failure: QueryFailed} }, Inconclusive, []Doubt{QueryFailed}},
		"the first query was cut":                    {func(e *Evidence) { e.OfPrevious.Complete = false }, Inconclusive, []Doubt{TooManyEvents}},
		"the last query was cut":                     {func(e *Evidence) { e.All.Complete = false }, Inconclusive, []Doubt{TooManyEvents}},
		"the first query was not sent":               {func(e *Evidence) { e.OfPrevious = Reading{} }, Inconclusive, []Doubt{TooManyEvents}},
		"nothing was asked":                          {func(e *Evidence) { e.OfPrevious, e.OfCurrent, e.All = Reading{}, Reading{}, Reading{} }, Inconclusive, []Doubt{TooManyEvents, NoControl}},
		"empty answers, as for a role of other apps": {func(e *Evidence) { e.OfCurrent.Logins, e.All.Logins = nil, nil }, Inconclusive, []Doubt{NoControl}},

		// The control.
		"only the last query knows the control": {func(e *Evidence) { e.OfCurrent = Reading{Complete: true} }, Quiet, nil},
		"the current secret only failed": {func(e *Evidence) {
			failed := []Login{{At: noon.Add(-hour), Hash: newHash}}
			e.OfCurrent.Logins, e.All.Logins = failed, failed
		}, Inconclusive, []Doubt{NoControl}},
		"there is no current secret": {func(e *Evidence) { e.Current = "" }, Inconclusive, []Doubt{NoControl}},
		"both secrets have one value": {func(e *Evidence) {
			e.SwitchedAt, e.Previous = noon, newHash
			e.Window = 0
		}, Inconclusive, []Doubt{NoControl, WindowTooShort}},
		"the previous hash is unknown": {func(e *Evidence) { e.Previous = "" }, Inconclusive, []Doubt{NoControl}},

		// Logins that nobody can explain.
		"a secret that the app doesn't have": {all(Login{At: noon.Add(-hour), Success: true, Hash: "else"}), Inconclusive, []Doubt{UnexplainedLogin}},
		"a wrong secret":                     {all(Login{At: noon.Add(-hour), Hash: "else", Rejected: true}), Inconclusive, []Doubt{UnexplainedLogin}},
		"a login without a hash":             {all(Login{At: noon.Add(-hour), Success: true}), Inconclusive, []Doubt{UnexplainedLogin}},
		"a listed secret without a hash": {func(e *Evidence) {
			e.Listed = append(e.Listed, "")
			all(Login{At: noon.Add(-hour), Success: true})(e)
		}, Inconclusive, []Doubt{UnexplainedLogin}},
		"a login with a key": {all(Login{At: noon.Add(-hour), Success: true, WithoutSecret: true}), Quiet, nil},
		"no event has a hash": {func(e *Evidence) {
			e.OfCurrent.Logins, e.All.Logins = nil, []Login{{At: noon.Add(-hour), Success: true}}
		}, Inconclusive, []Doubt{NoControl, UnexplainedLogin}},
		"the hash is another one": {func(e *Evidence) {
			e.OfCurrent.Logins, e.All.Logins = nil, []Login{{At: noon, Success: true, Hash: "x"}}
		}, Inconclusive, []Doubt{NoControl, UnexplainedLogin}},
		"a third secret that is listed": {func(e *Evidence) {
			e.Listed = append(e.Listed, "third")
			all(Login{At: noon.Add(-hour), Success: true, Hash: "third"})(e)
		}, Quiet, nil},

		// The window.
		"the switch was just long enough ago": {func(e *Evidence) { e.SwitchedAt = noon.Add(-day - UsageMargin) }, Quiet, nil},
		"the switch was a second too late":    {func(e *Evidence) { e.SwitchedAt = noon.Add(-day - UsageMargin + time.Second) }, Inconclusive, []Doubt{WindowTooShort}},
		"the read begins a second too late":   {func(e *Evidence) { e.Since = e.Since.Add(time.Second) }, Inconclusive, []Doubt{WindowTooShort}},
		"no window is asked for":              {func(e *Evidence) { e.Window = 0 }, Inconclusive, []Doubt{WindowTooShort}},
		"the last minutes prove nothing":      {func(e *Evidence) { e.Now = noon.Add(-time.Second) }, Inconclusive, []Doubt{WindowTooShort}},
		"the read ended just in time":         {func(e *Evidence) { e.Until = noon.Add(-UsageMargin) }, Quiet, nil},
		"the reads took an hour":              {func(e *Evidence) { e.Now = noon.Add(hour) }, Quiet, nil},
		"the reads took more than an hour":    {func(e *Evidence) { e.Now = noon.Add(hour + 1) }, Inconclusive, []Doubt{Outdated}},
		"the window is as old as the log": {func(e *Evidence) {
			e.Since, e.SwitchedAt, e.Window = noon.Add(-90*day), noon.Add(-100*day), 89*day
		}, Quiet, nil},
		"the window is older than the log": {func(e *Evidence) {
			e.Since, e.SwitchedAt = noon.Add(-90*day-1), noon.Add(-100*day)
		}, Inconclusive, []Doubt{BeyondRetention}},
	} {
		t.Run(name, func(t *testing.T) {
			evidence := quiet()
			test.change(&evidence)
			verdict := evidence.Judge()
			if verdict.Usage != test.usage {
				t.Errorf("the usage is %s (%v), want %s", verdict.Usage, verdict.Doubts, test.usage)
			}
			if diff := cmp.Diff(test.doubts, verdict.Doubts); diff != "" {
				t.Errorf("the doubts differ (-want +got):\n%s", diff)
			}
		})
	}
}

// Every combination of what a query can answer: quiet is said of exactly one.
func TestJudge_QuietNeedsEveryAnswer(t *testing.T) {
	answers := func(logins []Login) []Reading {
		return []Reading{
			{}, {Failure: Forbidden}, {Failure: QueryFailed}, {Complete: true}, {Logins: logins}, {Logins: logins, Complete: true},
		}
	}
	used := []Login{{At: noon.Add(-hour), Success: true, Hash: oldHash}}
	control := []Login{{At: noon.Add(-hour), Success: true, Hash: newHash}}
	for _, ofPrevious := range append(answers(nil), answers(used)...) {
		for _, ofCurrent := range answers(control) {
			for _, all := range append(answers(control), answers(append(used, control...))...) {
				evidence := quiet()
				evidence.OfPrevious, evidence.OfCurrent, evidence.All = ofPrevious, ofCurrent, all
				hit := len(ofPrevious.Logins) > 0 || len(all.Logins) > 1
				seen := len(ofCurrent.Logins) > 0 || len(all.Logins) > 0
				answered := ofPrevious.Complete && ofCurrent.Failure == "" && all.Complete
				want := Inconclusive
				if hit {
					want = InUse
				} else if seen && answered {
					want = Quiet
				}
				verdict := evidence.Judge()
				if verdict.Usage != want || (want == Inconclusive) != (len(verdict.Doubts) > 0) {
					t.Errorf("%+v\n%+v\n%+v\nis %s (%v), want %s", ofPrevious, ofCurrent, all, verdict.Usage, verdict.Doubts, want)
				}
			}
		}
	}
}

func TestJudge_TellsTheLastLoginOfEachSecret(t *testing.T) {
	evidence := quiet()
	evidence.SwitchedAt = noon.Add(-2 * hour)
	evidence.All.Logins = append(evidence.All.Logins,
		Login{At: noon.Add(-5 * hour), Hash: oldHash}, Login{At: noon.Add(-3 * hour), Hash: oldHash}, Login{At: noon.Add(-4 * hour), Hash: oldHash})
	verdict := evidence.Judge()
	if !verdict.PreviousLastUsed.Equal(noon.Add(-3*hour)) || !verdict.CurrentLastUsed.Equal(noon.Add(-hour)) {
		t.Errorf("%+v", verdict)
	}
	if verdict := quiet().Judge(); !verdict.PreviousLastUsed.IsZero() {
		t.Errorf("%+v", verdict)
	}
}

func TestReading_WithKeepsTheLoginsOfOneSecretAndWhetherTheyAreAll(t *testing.T) {
	logins := []Login{{Hash: oldHash}, {Hash: newHash}, {Hash: ""}, {Hash: oldHash}}
	before := slices.Clone(logins)
	got := Reading{Logins: logins, Complete: true, Failure: QueryFailed}.With(oldHash)
	want := Reading{Logins: []Login{{Hash: oldHash}, {Hash: oldHash}}, Complete: true, Failure: QueryFailed}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, logins); diff != "" {
		t.Errorf("the original changed (-want +got):\n%s", diff)
	}
}

func TestCountAttempts(t *testing.T) {
	since := noon.Add(-day)
	at := func(ago time.Duration, login Login) Login {
		login.At = noon.Add(-ago)
		return login
	}
	failures := []Login{
		at(hour, Login{Hash: oldHash, Transaction: "a"}),
		at(hour, Login{Hash: oldHash, Transaction: "a"}), // the same request
		at(2*hour, Login{Hash: oldHash, Transaction: "b"}),
		at(3*hour, Login{Hash: oldHash}),
		at(4*hour, Login{Hash: oldHash}),
		at(5*hour, Login{Rejected: true, Transaction: "c"}), // with which secret isn't told
		// None of these:
		at(time.Minute, Login{Transaction: "d"}), // failed for another reason
		at(time.Minute, Login{Hash: newHash, Rejected: true, Transaction: "e"}),
		at(time.Minute, Login{Hash: oldHash, Success: true, Transaction: "f"}),
		at(time.Minute, Login{Rejected: true, WithoutSecret: true, Transaction: "g"}),
		at(day+1, Login{Hash: oldHash, Transaction: "h"}),
	}
	if diff := cmp.Diff(Attempts{Count: 5, Last: noon.Add(-hour)}, CountAttempts(failures, oldHash, since)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Attempts{}, CountAttempts(nil, oldHash, since)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
