// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// Where TestNext_KeepsItsPromises_InEveryState judges single steps, the walks
// judge whole histories: what was promised over time and what consumers saw.
//
// A walk is made from its seed alone. ROTATION_SEED=n walks that one again.
const (
	walks        = 2000
	walkLength   = 150
	seedVariable = "ROTATION_SEED"
)

// eachWalk runs walk once per seed and logs how many steps that made. A walk that
// fails is run again to tell what happened.
func eachWalk(t *testing.T, walk func(rnd *rand.Rand, report teller) (steps int, err error)) {
	t.Helper()
	first, last := uint64(1), uint64(walks)
	if only := os.Getenv(seedVariable); only != "" {
		seed, err := strconv.ParseUint(only, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
		first, last = seed, seed
	}
	var total int
	for seed := first; seed <= last; seed++ {
		steps, err := walk(rand.New(rand.NewPCG(seed, 0)), func(time.Time, string, ...any) {})
		if err != nil {
			_, _ = walk(rand.New(rand.NewPCG(seed, 0)), func(at time.Time, what string, args ...any) {
				t.Logf("%12s  %s", at.Sub(noon), fmt.Sprintf(what, args...))
			})
			t.Fatalf("%v\nagain with: %s=%d go test -run '^%s$'", err, seedVariable, seed, t.Name())
		}
		total += steps
	}
	t.Logf("%d walks, %d steps", last-first+1, total)
}

// teller is told what happens in a walk, for the reader of a failure.
type teller func(at time.Time, what string, args ...any)

// told puts a step into words only where somebody reads them.
type told Step

func (s told) String() string { return tell(Step(s)) }

// witness remembers what neither Okta nor the machine does.
type witness struct {
	wasCurrent  map[string]bool
	statusSince map[string]time.Time // by the true clock
}

func (w witness) see(app *managed) {
	if app.memory.CurrentID != "" {
		w.wasCurrent[app.memory.CurrentID] = true
	}
}

func TestNext_KeepsItsPromises_WhateverPeopleDoMeanwhile(t *testing.T) {
	t.Parallel()
	eachWalk(t, func(rnd *rand.Rand, report teller) (steps int, err error) {
		app := managed{policy: randomPolicy(rnd)}
		app.now = noon
		seen := witness{map[string]bool{}, map[string]time.Time{}}
		people := everythingPeopleDo()
		skew := time.Duration(0)

		for range walkLength {
			before := app.clone()
			switch rnd.IntN(6) {
			case 0:
				event := people[rnd.IntN(len(people))]
				err := event.do(&app, rnd)
				report(app.now, "somebody %s: %v", event.name, err) // Okta may refuse; so be it
			case 1:
				skew = time.Duration(rnd.IntN(3)-1) * time.Duration(rnd.IntN(100)) * hour
				report(app.now, "the clock is wrong by %s", skew)
			case 2, 3:
				app.now = app.now.Add(time.Duration(rnd.IntN(30*60)) * time.Minute)
			default:
				steps++
				step, err := checkAnswer(app.policy, app.facts(), app.now.Add(skew))
				report(app.now, "%s", told(step))
				if err != nil {
					return steps, err
				}
				if err := takeStep(&app, skew); err != nil {
					return steps, err
				}
				seen.see(&app)
				if err := seen.judge(&app, step, skew); err != nil {
					return steps, err
				}
			}
			for _, secret := range app.secrets {
				if i := before.index(secret.ID); i < 0 || before.secrets[i].Active != secret.Active {
					seen.statusSince[secret.ID] = app.now
				}
			}
		}
		return steps, settle(&app)
	})
}

// judge checks a step against what was seen, not against what Okta or the
// machine says.
func (w witness) judge(app *managed, step Step, skew time.Duration) error {
	if step.Action != Deactivate && step.Action != Delete {
		return nil
	}
	survives := false
	for _, id := range app.active() {
		survives = survives || w.wasCurrent[id]
	}
	if !survives && len(app.active()) > 0 {
		return errors.New("no ACTIVE secret that was ever current is left")
	}
	if skew > 0 {
		return nil // no promise about time can be kept by a clock that is ahead
	}
	statusSince := func(id string) time.Duration { return app.now.Sub(w.statusSince[id]) }
	if step.Action == Delete && statusSince(step.TargetID) < app.policy.Grace {
		return errors.New("the secret could have been restored for less than grace")
	}
	if step.Action == Deactivate && min(statusSince(step.TargetID), statusSince(step.CurrentID)) < app.policy.Overlap {
		return errors.New("both secrets were ACTIVE for less than overlap")
	}
	return nil
}

type event struct {
	name string
	do   func(*managed, *rand.Rand) error
}

// everythingPeopleDo is what happens to an app and its object, besides plain applies.
func everythingPeopleDo() []event {
	console := func(act func(*managed, string) error) func(*managed, *rand.Rand) error {
		return func(m *managed, rnd *rand.Rand) error {
			if len(m.secrets) == 0 {
				return nil
			}
			return act(m, m.secrets[rnd.IntN(len(m.secrets))].ID)
		}
	}
	return []event{
		{"activates a secret", console(func(m *managed, id string) error { return m.activate(id) })},
		{"deactivates a secret", console(func(m *managed, id string) error { return m.deactivate(id) })},
		{"deletes a secret", console(func(m *managed, id string) error { return m.delete(id) })},
		{"adds a secret", func(m *managed, _ *rand.Rand) error { return created(m) }},
		{"adds an INACTIVE secret", func(m *managed, _ *rand.Rand) error { _, err := m.create(false); return err }},
		{"switches to private_key_jwt, which deletes all secrets", func(m *managed, _ *rand.Rand) error { return wiped(m) }},
		{"asks for a rotation", func(m *managed, _ *rand.Rand) error { return asked(m) }},
		{"changes the policy, perhaps to hold", func(m *managed, rnd *rand.Rand) error { m.policy = randomPolicy(rnd); return nil }},
		{"forgets the object (terraform state rm)", func(m *managed, _ *rand.Rand) error { m.memory = Memory{}; return nil }},
		{"kills an apply before its result is saved", func(m *managed, _ *rand.Rand) error {
			memory := m.memory
			err := m.apply(m.next(0))
			m.memory = memory
			return err
		}},
	}
}

func randomPolicy(rnd *rand.Rand) Policy {
	hours := func(choices ...int) time.Duration { return time.Duration(choices[rnd.IntN(len(choices))]) * hour }
	return Policy{
		RotateAfter: hours(0, 1, 100),
		Overlap:     hours(0, 1, 24),
		Grace:       hours(0, 1, 24),
		Hold:        rnd.IntN(4) == 0,
	}
}

// The purpose of it all. Consumers pick up the secret that was delivered some
// time later, but within the overlap. Nobody but the machine changes the app.
func TestNext_ConsumersThatFollowWithinTheOverlap_AreNeverRefused(t *testing.T) {
	t.Parallel()
	eachWalk(t, func(rnd *rand.Rand, report teller) (steps int, err error) {
		app := managed{policy: randomPolicy(rnd)}
		app.policy.Overlap = time.Duration(1+rnd.IntN(48)) * hour
		app.now = noon
		if err := born([][]bool{{active}, {active, active}, {inactive, active}}[rnd.IntN(3)]...)(&app); err != nil {
			return steps, err
		}

		type consumer struct {
			holds, delivered string
			picksUpAt        time.Time
		}
		consumers := make([]consumer, 5)
		for i := range consumers {
			consumers[i].holds = app.active()[rnd.IntN(len(app.active()))]
		}

		for range walkLength {
			app.now = app.now.Add(time.Duration(rnd.IntN(8*60)) * time.Minute)
			switch rnd.IntN(20) {
			case 0:
				app.memory.Pending = Triggered
			case 1:
				app.policy.Hold = !app.policy.Hold
			}
			for i := range consumers {
				c := &consumers[i]
				if c.delivered != "" && !c.picksUpAt.After(app.now) {
					c.holds = c.delivered
				}
			}
			if rnd.IntN(3) == 0 {
				steps++
				report(app.now, "%s", told(app.next(0)))
				if err := takeStep(&app, 0); err != nil {
					return steps, err
				}
			}
			for i := range consumers {
				c := &consumers[i]
				if c.delivered != app.memory.CurrentID {
					c.delivered = app.memory.CurrentID
					c.picksUpAt = app.now.Add(time.Duration(rnd.Int64N(int64(app.policy.Overlap))))
				}
				if !app.isActive(c.holds) {
					return steps, fmt.Errorf("a consumer that holds %s is refused", c.holds)
				}
			}
		}
		return steps, settle(&app)
	})
}
