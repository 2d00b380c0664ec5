// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	t.Parallel()
	at := func(ago time.Duration) time.Time { return noon.Add(-ago) }
	a := Secret{ID: "a", Active: true, Created: at(100 * day), LastUpdated: at(100 * day)}
	b := Secret{ID: "b", Active: true, Created: at(10 * day), LastUpdated: at(10 * day)}
	inactive := func(s Secret, ago time.Duration) Secret { s.Active, s.LastUpdated = false, at(ago); return s }
	both := Memory{CurrentID: "b", PreviousID: "a"}
	asked := Memory{CurrentID: "b", PreviousID: "a", Pending: Triggered}

	for _, test := range []struct {
		name   string
		policy Policy
		facts  Facts
		want   string
	}{
		{"nothing", monthly, Facts{Memory: Memory{CurrentID: "b"}, Secrets: []Secret{b}}, ""},
		{"one transition", monthly, Facts{Memory: both, Secrets: []Secret{a, b}}, "deactivate a (overlap_ended)"},
		{"no grace", Policy{Overlap: day}, Facts{Memory: both, Secrets: []Secret{a, b}}, "deactivate a (overlap_ended), delete a (grace_ended)"},
		{
			"no grace, and a rotation waits for the slot", Policy{Overlap: day}, Facts{Memory: asked, Secrets: []Secret{a, b}},
			"deactivate a (overlap_ended), delete a (grace_ended), create (rotate_when_changed)",
		},
		{
			"grace is over, and a rotation waits for the slot", monthly, Facts{Memory: asked, Secrets: []Secret{inactive(a, 2*day), b}},
			"delete a (grace_ended), create (rotate_when_changed)",
		},
		{
			"nothing follows a create, not even without overlap: consumers don't have the secret yet", Policy{RotateAfter: day},
			Facts{Memory: Memory{CurrentID: "b"}, Secrets: []Secret{b}}, "create (rotate_after)",
		},
		{
			"nothing follows an activation", Policy{}, Facts{Memory: both, Secrets: []Secret{a, inactive(b, day)}},
			"activate b (deactivated)",
		},
		{
			"an INACTIVE foreign secret makes room", monthly, Facts{Memory: Memory{CurrentID: "b", Pending: Triggered}, Secrets: []Secret{inactive(a, 2*day), b}},
			"delete a (slot_needed), create (rotate_when_changed)",
		},
	} {
		steps, _ := Due(test.policy, test.facts, noon)
		if got := names(steps); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func names(steps []Step) string {
	texts := make([]string, len(steps))
	for i, step := range steps {
		texts[i] = fmt.Sprintf("%s (%s)", strings.TrimSpace(fmt.Sprintf("%s %s", step.Action, step.TargetID)), step.Reason)
	}
	return strings.Join(texts, ", ")
}

// What one apply takes is what applies take one by one, without time passing.
func TestDue_IsSafeInEveryState(t *testing.T) {
	t.Parallel()
	most := 0
	for state := range everyState() {
		app := state.clone()
		steps, after := Due(app.policy, app.facts(), app.now)
		most = max(most, len(steps))
		if !slices.Equal(app.secrets, state.secrets) {
			t.Fatalf("it changed what it was given\nstate %+v\nafter %+v", state, app)
		}
		if err := takeAll(&app, steps); err != nil {
			t.Fatalf("%v\nstate %+v\nsteps %s", err, state, names(steps))
		}
		if len(steps) > 0 && after.CurrentID != app.memory.CurrentID && steps[len(steps)-1].Action != Create {
			t.Fatalf("%s is current, want %s\nstate %+v\nsteps %s", after.CurrentID, app.memory.CurrentID, state, names(steps))
		}
	}
	if most != 3 {
		t.Errorf("at most %d transitions were due at once, want 3", most)
	}
}

func takeAll(app *managed, steps []Step) error {
	for i, step := range steps {
		if last := i == len(steps)-1; !last && (step.Action == Create || step.Action == Adopt || step.Action == Activate) {
			return errors.New("something follows before consumers could be given the secret")
		}
		if now := app.next(0); now.Action != step.Action || now.TargetID != step.TargetID {
			return fmt.Errorf("step %d would be %s %s by itself", i, now.Action, now.TargetID)
		}
		if err := takeStep(app, 0); err != nil {
			return err
		}
	}
	return nil
}

func TestNext_Schedule(t *testing.T) {
	t.Parallel()
	current := Secret{ID: "b", Active: true, Created: noon, LastUpdated: noon}
	previous := Secret{ID: "a", Active: true, Created: noon.Add(-day), LastUpdated: noon.Add(-day)}
	one, two := []Secret{current}, []Secret{previous, current}
	held := func(p Policy) Policy { p.Hold = true; return p }
	for _, test := range []struct {
		name    string
		policy  Policy
		facts   Facts
		after   time.Duration // since noon
		at      time.Duration // since noon; -1: not scheduled
		overdue bool
		blocked Reason
	}{
		{"no age", Policy{}, Facts{Memory: Memory{CurrentID: "b"}, Secrets: one}, 99 * day, -1, false, ""},
		{"by age", monthly, Facts{Memory: Memory{CurrentID: "b"}, Secrets: one}, day, 30 * day, false, ""},
		{"the age is reached, and the plan rotates", monthly, Facts{Memory: Memory{CurrentID: "b"}, Secrets: one}, 30 * day, 30 * day, false, ""},
		{"held", held(monthly), Facts{Memory: Memory{CurrentID: "b"}, Secrets: one}, day, 30 * day, false, Held},
		{"held for too long", held(monthly), Facts{Memory: Memory{CurrentID: "b"}, Secrets: one}, 30 * day, 30 * day, true, Held},
		{"blocked", monthly, Facts{Memory: Memory{CurrentID: "b"}, Secrets: two}, day, 30 * day, false, Occupied},
		{"blocked for too long", monthly, Facts{Memory: Memory{CurrentID: "b"}, Secrets: two}, 31 * day, 30 * day, true, Occupied},
		{
			"an apply came so late that the previous secret still has the slot", monthly,
			Facts{Memory: Memory{CurrentID: "b", PreviousID: "a"}, Secrets: two}, 31 * day, 30 * day, true, "",
		},
		{
			"asked for, and the slot will be free", monthly,
			Facts{Memory: Memory{CurrentID: "b", PreviousID: "a", Pending: Triggered}, Secrets: two}, hour, 2 * day, false, "",
		},
		{
			"asked for, and held", held(monthly), Facts{Memory: Memory{CurrentID: "b", Pending: Triggered}, Secrets: one}, hour, 0, true, Held,
		},
		{
			"the previous secret may be in use", Policy{RotateAfter: 30 * day, Overlap: day, Grace: day, OnlyQuiet: true},
			Facts{Memory: Memory{CurrentID: "b", PreviousID: "a"}, Secrets: two}, 31 * day, 30 * day, true, NotQuiet,
		},
	} {
		step := Next(test.policy, test.facts, noon.Add(test.after))
		at := time.Duration(-1)
		if !step.RotatesAt.IsZero() {
			at = step.RotatesAt.Sub(noon)
		}
		if at != test.at || step.Overdue != test.overdue || step.Blocked != test.blocked {
			t.Errorf("%s: scheduled at %s, overdue %t, blocked by %q; want %s, %t, %q",
				test.name, at, step.Overdue, step.Blocked, test.at, test.overdue, test.blocked)
		}
	}
}
