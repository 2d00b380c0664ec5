// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"
)

// The promises of the package, for every state an app can be in.
//
// The machine acts on one state at a time and carries nothing else along. So if a
// single step is safe from every combination of secrets, memory, policy and
// clock, then no interleaving with what people do in the console is unsafe: each
// of its states is among these. Ages stand for all others because the machine
// only ever compares them: before, at and after each duration.

// mostActions is how many actions lie between any state and steady. The longest
// way: activate a current secret that was switched off, deactivate and delete the
// previous one, create the next, deactivate and delete the one that replaced it.
const mostActions = 6

func TestNext_KeepsItsPromises_InEveryState(t *testing.T) {
	t.Parallel()
	var cases, actions, blocked int
	for state := range everyState() {
		var settled []managed // with most clocks, and with hold or without, the same app comes of it
		for _, world := range []struct {
			hold bool
			skew time.Duration // hold doesn't look at the clock
		}{{false, -5 * hour}, {false, 0}, {false, 5 * hour}, {true, 0}} {
			app := state.clone()
			app.policy.Hold = world.hold
			step, err := checkAnswer(app.policy, app.facts(), app.now.Add(world.skew))
			if err == nil {
				err = takeStep(&app, world.skew)
			}
			if err == nil && !slices.ContainsFunc(settled, app.equals) {
				settled = append(settled, app.clone())
				err = settle(&app)
			}
			if err != nil {
				t.Fatalf("%v\n%+v\nstate %+v\nstep  %+v\nend   %+v", err, world, state, step, app)
			}
			cases++
			actions += count(step.Action != None)
			blocked += count(step.Blocked != "")
		}
	}
	t.Logf("%d cases: in %d an action was due, in %d a rotation was blocked; each reached steady", cases, actions, blocked)
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// everyState yields each combination of two slots, their marks, memory and policy.
func everyState() iter.Seq[managed] {
	return func(yield func(managed) bool) {
		for secrets := range everyPair() {
			for _, memory := range everyMemory() {
				for _, policy := range everyPolicy() {
					for _, quiet := range []string{"", memory.PreviousID, memory.CurrentID} {
						if quiet != "" && !policy.OnlyQuiet {
							continue
						}
						app := oktaApp{now: noon, secrets: secrets, born: 2}
						if !yield(managed{app, policy, memory, quiet}) {
							return
						}
					}
				}
			}
		}
	}
}

// mark says which secret a secret follows; unmarked is one that no rotation created.
type mark struct {
	marked  bool
	follows string
}

var (
	unmarked    = mark{}
	followsNone = mark{marked: true}
)

func follows(id string) mark { return mark{true, id} }

// everyPair yields two slots. Marks are tried with some ages only: what a mark decides
// doesn't depend on age. No two secrets follow the same one, or each other: a
// rotation creates one where another is, and there are two slots.
func everyPair() iter.Seq[[]Secret] {
	const all = 6
	return func(yield func([]Secret) bool) {
		for _, pair := range []struct {
			ages   int
			marks1 mark
			marks2 mark
		}{
			{all, unmarked, unmarked},
			{2, unmarked, follows("s1")},
			{2, follows("s2"), unmarked},
			{2, unmarked, follows("gone")},
			{2, unmarked, followsNone},
			{2, followsNone, follows("s1")},
			{2, follows("gone"), follows("s1")},
		} {
			for _, a := range everySlot("s1", pair.marks1, pair.ages) {
				for _, b := range everySlot("s2", pair.marks2, pair.ages) {
					if !yield(slices.Concat(a, b)) {
						return
					}
				}
			}
		}
	}
}

// everySlot is no secret, or one of either status and of the first so many ages.
func everySlot(id string, is mark, ages int) [][]Secret {
	slots := [][]Secret{nil}
	for _, age := range []struct{ ofSecret, ofStatus time.Duration }{
		{3 * hour, 3 * hour}, {2 * hour, 0}, {0, 0}, {2 * hour, 2 * hour}, {3 * hour, 0}, {-hour, -hour},
	}[:ages] {
		for _, active := range []bool{true, false} {
			slots = append(slots, []Secret{{
				ID:          id,
				Active:      active,
				Created:     noon.Add(-age.ofSecret),
				LastUpdated: noon.Add(-age.ofStatus),
				Marked:      is.marked,
				Follows:     is.follows,
			}})
		}
	}
	return slots
}

// everyMemory remembers either secret, one that is gone, or none, in each role.
func everyMemory() []Memory {
	var memories []Memory
	for _, current := range []string{"", "s1", "s2", "gone"} {
		for _, previous := range []string{"", "s1", "s2"} {
			for _, pending := range []Reason{"", Triggered} {
				memories = append(memories, Memory{CurrentID: current, PreviousID: previous, Pending: pending})
				if current != "" { // an adoption leaves a rotation pending; an import doesn't
					memories = append(memories, Memory{current, previous, pending, noon.Add(-hour)})
				}
			}
		}
	}
	return memories
}

func everyPolicy() []Policy {
	var policies []Policy
	for _, rotateAfter := range []time.Duration{0, 3 * hour} {
		for _, overlap := range []time.Duration{0, 2 * hour} {
			for _, grace := range []time.Duration{0, 2 * hour} {
				policies = append(policies, Policy{RotateAfter: rotateAfter, Overlap: overlap, Grace: grace})
			}
		}
	}
	return append(policies, Policy{RotateAfter: 3 * hour, Overlap: 2 * hour, Grace: 2 * hour, OnlyQuiet: true})
}

// takeStep applies what is due by a clock that is wrong by skew, and checks that
// it may be done, that Okta does it, and what becomes of the app.
func takeStep(app *managed, skew time.Duration) error {
	before := app.clone()
	step := app.next(skew)
	if err := checkAction(before.policy, before.facts(), app.now.Add(skew), step); err != nil {
		return err
	}
	if err := app.apply(step); err != nil {
		return err
	}
	return checkOutcome(before, step, app)
}

// checkAnswer asks for the step and checks that the answer is consistent in
// itself and with other ways to ask the same.
func checkAnswer(policy Policy, facts Facts, now time.Time) (Step, error) {
	given := slices.Clone(facts.Secrets)
	step := Next(policy, facts, now)
	sameButOverdue := func(other Step) bool {
		other.Overdue = step.Overdue // it may become so
		return other == step
	}
	serves := slices.ContainsFunc(given, func(s Secret) bool {
		return s.Active && (s.ID == step.CurrentID || s.ID == step.PreviousID)
	})
	switch {
	case !slices.Equal(given, facts.Secrets):
		return step, errors.New("it changed the facts it was given")
	case step.Action == None && step.CurrentID != "" && !serves:
		return step, errors.New("nothing that consumers were given is ACTIVE, and it does nothing")
	case step.Action == None && step.Phase == Grace && policy.Hold:
		return step, errors.New("hold does not bring the previous secret back")
	case step.Action == None && !step.DueAt.IsZero() && !step.DueAt.After(now):
		return step, errors.New("something is due, but there is no action")
	case step.Action != None && step.DueAt.After(now):
		return step, errors.New("it acts before it is due")
	case step.Blocked != "" && step.Blocked != Held && (step.Action != None || !step.DueAt.IsZero()):
		return step, errors.New("blocked, and yet it announces a transition")
	case (step.Blocked == Occupied || step.Blocked == NotQuiet) != (step.BlockedBy != ""):
		return step, errors.New("it doesn't name the secret that blocks")
	case (step.Action != None) != (step.Reason != ""):
		return step, errors.New("an action without a reason, or a reason without an action")
	case step.Overdue && (step.Action == Create || step.Action == Adopt || step.RotatesAt.IsZero() || step.RotatesAt.After(now)):
		return step, errors.New("overdue, but the rotation happens now or is scheduled for later")
	case !step.RotatesAt.IsZero() && !step.RotatesAt.After(now) && !step.Overdue && step.Action != Create && step.Action != Adopt:
		return step, errors.New("a rotation whose time has passed doesn't happen, and is not overdue")
	}

	swapped := slices.Clone(facts.Secrets)
	slices.Reverse(swapped)
	if other := Next(policy, Facts{facts.Memory, swapped, facts.QuietID}, now); other != step {
		return step, fmt.Errorf("it depends on the order of the list: %s", diff(step, other))
	}
	if again := Next(policy, Facts{step.Memory, facts.Secrets, facts.QuietID}, now); again != step {
		return step, fmt.Errorf("a refresh changes its mind: %s", diff(step, again))
	}
	if step.Action == None && (!step.DueAt.IsZero() || step.Blocked != "") {
		return step, nil // time or somebody changes it
	}
	for _, wait := range []time.Duration{time.Second, 1000 * hour} {
		later := Next(policy, Facts{step.Memory, facts.Secrets, facts.QuietID}, now.Add(wait))
		if !sameButOverdue(later) {
			return step, fmt.Errorf("waiting %s changes what is due, or that nothing ever is: %s", wait, diff(step, later))
		}
	}
	return step, nil
}

// checkAction checks that what is about to be done may be done.
func checkAction(policy Policy, facts Facts, now time.Time, step Step) error {
	find := func(id string) Secret {
		return facts.Secrets[slices.IndexFunc(facts.Secrets, func(s Secret) bool { return s.ID == id })]
	}
	known := func(id string) bool { return id != "" && (id == facts.CurrentID || id == facts.PreviousID) }
	ours := func(s Secret) bool { return known(s.ID) || s.Marked && known(s.Follows) }
	takeOver := !slices.ContainsFunc(facts.Secrets, func(s Secret) bool { return known(s.ID) })

	if policy.Hold && step.Action != None && step.Action != Activate && (step.Action != Create && step.Action != Adopt || step.CurrentID != "") {
		return errors.New("hold did not stop it")
	}
	succeeded := slices.ContainsFunc(facts.Secrets, func(s Secret) bool { return s.Active && s.Marked && s.Follows == step.TargetID })
	switch step.Action {
	case Activate:
		switch {
		case !ours(find(step.TargetID)):
			return errors.New("it activates a foreign secret")
		case succeeded && !policy.Hold:
			return errors.New("it activates a secret whose successor is ACTIVE")
		}
	case Adopt:
		if next := find(step.TargetID); !next.Active || !next.Marked || next.Follows != step.CurrentID {
			return errors.New("it adopts a secret that doesn't follow the current one")
		}
	case Deactivate:
		current, previous := find(step.CurrentID), find(step.PreviousID)
		switch {
		case step.TargetID != previous.ID || step.TargetID == current.ID:
			return errors.New("it deactivates another than the previous secret")
		case !known(previous.ID) && !takeOver:
			return errors.New("it deactivates a foreign secret")
		case policy.OnlyQuiet && facts.QuietID != previous.ID:
			return errors.New("it deactivates a secret that may be in use")
		case !known(current.ID) && policy.Overlap > 0:
			return errors.New("consumers had no time to learn of the current secret")
		}
		for _, since := range []time.Time{current.LastUpdated, previous.LastUpdated, step.AdoptedAt} {
			if now.Sub(since) < policy.Overlap {
				return errors.New("the overlap was cut short")
			}
		}
	case Delete:
		if now.Sub(find(step.TargetID).LastUpdated) < policy.Grace {
			return errors.New("the grace was cut short")
		}
	}
	return nil
}

// checkOutcome checks the app after a step was carried out.
func checkOutcome(before managed, step Step, after *managed) error {
	takesAway := step.Action == Deactivate || step.Action == Delete
	switch {
	case len(after.secrets) > 2:
		return fmt.Errorf("there are %d secrets", len(after.secrets))
	case takesAway && !after.isActive(after.memory.CurrentID) && len(before.active()) > 0:
		return errors.New("no ACTIVE secret is left that consumers were given")
	case len(before.active()) > 0 && len(after.active()) == 0:
		return errors.New("no ACTIVE secret is left")
	case step.Action == Create && (!after.isActive(after.memory.CurrentID) || after.memory.PreviousID != step.CurrentID):
		return errors.New("the new secret is not current, or the old one not previous")
	}
	return nil
}

// settle lets time pass, hold off and nobody interfering, until the app is
// steady with nothing pending. Where a foreign secret blocks, somebody follows
// the advice and deactivates it.
func settle(app *managed) error {
	app.policy.Hold = false
	begin := app.now
	if app.memory.AdoptedAt.After(begin) {
		begin = app.memory.AdoptedAt // a clock that was ahead has to be waited for
	}
	for actions := 0; ; {
		step := app.next(0)
		switch {
		case step.Blocked == NotQuiet:
			if app.quiet = step.BlockedBy; app.next(0).Action != Deactivate {
				return fmt.Errorf("the secret is quiet, and still not deactivated: %+v", app.next(0))
			}
		case step.Blocked == Occupied:
			if err := app.deactivate(step.BlockedBy); err != nil {
				return fmt.Errorf("advice that cannot be followed: %w", err)
			}
		case step.Phase == Steady && step.Pending == "" && app.isActive(step.CurrentID):
			return checkWait(app, begin)
		case step.Action != None && actions == mostActions:
			return fmt.Errorf("not steady after %d actions, and now %+v", actions, step)
		case step.Action != None:
			if err := takeStep(app, 0); err != nil {
				return err
			}
			actions++
		case step.DueAt.IsZero():
			return fmt.Errorf("stuck at %+v", step)
		default:
			app.memory, app.now = step.Memory, step.DueAt
			if now := app.next(0); now.Action == None && now.Blocked != NotQuiet {
				return fmt.Errorf("it announced a transition that did not come: %+v", step)
			}
		}
	}
}

// checkWait checks that the way to steady took no longer than two rotations.
func checkWait(app *managed, begin time.Time) error {
	const secretsFromTheFuture = 5 * hour
	most := 2*(app.policy.Overlap+app.policy.Grace) + secretsFromTheFuture
	if took := app.now.Sub(begin); took > most {
		return fmt.Errorf("steady only after %s", took)
	}
	return nil
}

// equals compares what steps change.
func (m managed) equals(other managed) bool {
	return m.memory == other.memory && slices.Equal(m.secrets, other.secrets)
}

func (m managed) clone() managed {
	m.secrets = slices.Clone(m.secrets)
	return m
}

func diff(a, b Step) string { return fmt.Sprintf("\n\tfirst %+v\n\tthen  %+v", a, b) }
