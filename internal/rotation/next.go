// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"cmp"
	"slices"
	"time"
)

// Next says where the app stands at now and which transition to take. It names
// one transition at a time: after that one has succeeded, ask again with
// Step.Done and a fresh list.
func Next(policy Policy, facts Facts, now time.Time) Step {
	app := assign(facts, now)
	next := app.transition(policy)
	step := Step{Memory: app.Memory, Phase: app.phase(), ForeignID: app.foreign.ID, UnrecordedID: app.unrecorded.ID, RotatesAt: app.rotatesAt(policy)}
	step.Blocked, step.BlockedBy = app.blocked(policy, now)
	switch {
	case next.action == None:
	case next.dueAt.After(now):
		step.DueAt = next.dueAt
	case step.Blocked == NotQuiet:
	default:
		step.Action, step.TargetID, step.Reason, step.DueAt = next.action, next.targetID, next.reason, next.dueAt
	}
	step.Overdue = !step.RotatesAt.IsZero() && !step.RotatesAt.After(now) && !step.rotates()
	return step
}

// Due returns the transitions that one apply takes, in order, and the facts after
// them. Several are due at once where overlap or grace is zero, or a rotation
// waits for the slot of the secret that is deleted. A transition that gives
// consumers a secret is always the last one: what depends on the secret is
// updated after that apply, and until then the previous one must remain.
func Due(policy Policy, facts Facts, now time.Time) (steps []Step, after Facts) {
	const createdID = "known after apply"
	for {
		step := Next(policy, facts, now)
		facts.Memory = step.Memory
		if step.Action == None {
			return steps, facts
		}
		steps = append(steps, step)
		facts = facts.After(step, Secret{ID: createdID, Created: now, LastUpdated: now, Marked: true, Follows: step.CurrentID})
		if step.Action != Deactivate && step.Action != Delete {
			return steps, facts
		}
	}
}

// After returns the facts once the step's action has succeeded. Okta's response
// tells the time of it, and what was created.
func (f Facts) After(step Step, response Secret) Facts {
	f.Memory = step.Done(response.ID)
	secrets := slices.Clone(f.Secrets)
	target := slices.IndexFunc(secrets, func(s Secret) bool { return s.ID == step.TargetID })
	switch step.Action {
	case Create:
		response.Active = true
		secrets = append(secrets, response)
	case Activate, Deactivate:
		secrets[target].Active, secrets[target].LastUpdated = step.Action == Activate, response.LastUpdated
	case Adopt:
		f.AdoptedAt = response.LastUpdated
	case Delete:
		secrets = slices.Delete(secrets, target, target+1)
	}
	f.Secrets = secrets
	return f
}

// rotates tells whether the step gives consumers another secret.
func (s Step) rotates() bool { return s.Action == Create || s.Action == Adopt }

// app is an app with the role of each secret known. A role no one has is the
// zero Secret.
type app struct {
	Memory
	current, previous, foreign, unrecorded Secret

	quietID string
	full    bool
}

// transition is what comes next, be it due or not.
type transition struct {
	action   Action
	targetID string
	dueAt    time.Time
	reason   Reason
}

// assign gives each secret its role.
func assign(facts Facts, now time.Time) app {
	memory, caughtUp := catchUp(facts, now)
	if caughtUp {
		facts.Memory = memory
	}
	for _, secret := range facts.Secrets {
		if !secret.Active || !secret.Marked || secret.ID == memory.CurrentID || secret.ID == memory.PreviousID {
			continue
		}
		rest := facts
		rest.Secrets = slices.DeleteFunc(slices.Clone(facts.Secrets), func(s Secret) bool { return s.ID == secret.ID })
		if app := assignRoles(rest, now); app.current.ID == secret.Follows && !app.current.inactive() {
			app.unrecorded = secret
			return app
		}
	}
	return assignRoles(facts, now)
}

// catchUp corrects a memory that is older than the app: while the secret that it
// calls current is not ACTIVE, the successor of that one is what consumers have.
func catchUp(facts Facts, now time.Time) (memory Memory, caughtUp bool) {
	memory = facts.Memory
	follows := func(id string) (Secret, bool) {
		i := slices.IndexFunc(facts.Secrets, func(s Secret) bool { return s.Marked && id != "" && s.Follows == id })
		if i < 0 {
			return Secret{}, false
		}
		return facts.Secrets[i], true
	}
	active := func(id string) bool {
		return slices.ContainsFunc(facts.Secrets, func(s Secret) bool { return s.ID == id && s.Active })
	}
	listed := func(id string) bool {
		return slices.ContainsFunc(facts.Secrets, func(s Secret) bool { return s.ID == id })
	}
	for range facts.Secrets {
		next, found := follows(memory.CurrentID)
		if last, _ := follows(next.ID); !found || active(memory.CurrentID) || !next.Active && !last.Active {
			break
		}
		previousID := memory.CurrentID
		if !listed(previousID) && next.ID != memory.PreviousID {
			previousID = memory.PreviousID
		}
		memory = Memory{CurrentID: next.ID, PreviousID: previousID, AdoptedAt: now}
		caughtUp = true
	}
	return memory, caughtUp
}

// assignRoles gives each secret a role, none of them being unrecorded.
func assignRoles(facts Facts, now time.Time) app {
	memory := facts.Memory
	isCurrent := func(s Secret) bool { return s.ID == memory.CurrentID }
	isPrevious := func(s Secret) bool { return s.ID == memory.PreviousID }
	isRemembered := func(s Secret) bool { return isCurrent(s) || isPrevious(s) }

	// The best claim to be current comes first. Ids decide between twins, because
	// Okta promises no order and its times have whole seconds only. [R]
	secrets := slices.Clone(facts.Secrets)
	slices.SortFunc(secrets, func(a, b Secret) int {
		return cmp.Or(
			trueFirst(isCurrent(a), isCurrent(b)),
			trueFirst(a.Active, b.Active),
			trueFirst(isPrevious(a), isPrevious(b)),
			b.Created.Compare(a.Created),
			cmp.Compare(a.ID, b.ID),
		)
	})
	adopts := !slices.ContainsFunc(secrets, isRemembered)

	app := app{full: len(secrets) >= MaxSecrets, quietID: facts.QuietID}
	for _, secret := range secrets {
		switch ours := secret.Active || isRemembered(secret); {
		case app.current.ID == "" && ours:
			app.current = secret
		case isPrevious(secret), app.previous.ID == "" && adopts && secret.Active:
			app.previous = secret
		default:
			app.foreign = secret // of several, the last: INACTIVE and the oldest
		}
	}

	app.Memory = Memory{
		CurrentID:  app.current.ID,
		PreviousID: app.previous.ID,
		Pending:    memory.Pending,
		AdoptedAt:  memory.AdoptedAt,
	}
	lost := memory.CurrentID != ""
	switch {
	case app.current.ID == "" && app.Pending == "":
		app.Pending = either(lost, Missing, NoSecret)
	case app.current.ID != memory.CurrentID && app.current.ID != "":
		app.Pending, app.AdoptedAt = either(lost, Missing, Adopted), now
	}
	return app
}

// transition names what comes next: the first case that applies.
func (a app) transition(policy Policy) transition {
	const noID = ""
	var atOnce time.Time
	rotateAt, why, rotates := a.rotation(policy)
	current, previous, foreign, next := a.current, a.previous, a.foreign, a.unrecorded

	switch {
	// Safety first: what consumers were given is accepted.
	case current.inactive() && !(policy.Hold && previous.Active):
		return transition{Activate, current.ID, atOnce, Deactivated}
	case current.ID == "" && next.ID != "":
		return transition{Adopt, next.ID, atOnce, why}
	case current.ID == "" && !a.full:
		return transition{Create, noID, atOnce, why}

	case policy.Hold && previous.inactive():
		return transition{Activate, previous.ID, atOnce, Held}
	case policy.Hold:
		return transition{}

	// The previous secret is retired. The current one is ACTIVE from here on.
	case previous.Active:
		return transition{Deactivate, previous.ID, a.overlapEnds(policy), either(policy.OnlyQuiet, Unused, OverlapEnded)}
	case previous.inactive():
		return transition{Delete, previous.ID, previous.statusSince().Add(policy.Grace), GraceEnded}

	// The next rotation, and the slot that it needs.
	case foreign.Active, !rotates:
		return transition{}
	case next.ID != "":
		return transition{Adopt, next.ID, rotateAt, why}
	case a.full:
		return transition{Delete, foreign.ID, latest(rotateAt, foreign.statusSince().Add(policy.Grace)), SlotNeeded}
	default:
		return transition{Create, noID, rotateAt, why}
	}
}

// blocked names what the next rotation waits for that time doesn't bring.
func (a app) blocked(policy Policy, now time.Time) (reason Reason, secretID string) {
	switch {
	case policy.Hold:
		return Held, ""
	case a.previous.Active && policy.OnlyQuiet && a.quietID != a.previous.ID && !a.overlapEnds(policy).After(now) && a.current.Active:
		return NotQuiet, a.previous.ID
	case a.foreign.Active && a.previous.ID == "" && a.current.Active:
		return Occupied, a.foreign.ID
	default:
		return "", ""
	}
}

// rotation returns when the current secret may be replaced at the earliest, and
// why it is, if ever.
func (a app) rotation(policy Policy) (at time.Time, why Reason, ok bool) {
	switch {
	case a.Pending != "":
		return time.Time{}, a.Pending, true
	case policy.RotateAfter > 0:
		return a.current.Created.Add(policy.RotateAfter), Aged, true
	default:
		return time.Time{}, "", false
	}
}

// rotatesAt returns when the current secret is scheduled to be replaced. A
// rotation that is pending is scheduled for when it has a slot.
func (a app) rotatesAt(policy Policy) time.Time {
	at, _, ok := a.rotation(policy)
	switch {
	case !ok || a.Pending == "":
		return at
	case a.previous.Active:
		return a.overlapEnds(policy).Add(policy.Grace)
	case a.previous.inactive():
		return a.previous.statusSince().Add(policy.Grace)
	case a.foreign.inactive() && a.full:
		return a.foreign.statusSince().Add(policy.Grace)
	default:
		return latest(a.current.Created, a.AdoptedAt)
	}
}

// overlapEnds returns since when the overlap of both secrets is over.
func (a app) overlapEnds(policy Policy) time.Time {
	return latest(a.current.statusSince(), a.previous.statusSince(), a.AdoptedAt).Add(policy.Overlap)
}

func (a app) phase() Phase {
	switch {
	case a.previous.Active:
		return Overlap
	case a.previous.inactive():
		return Grace
	default:
		return Steady
	}
}

// inactive tells an INACTIVE secret from a role that no one has.
func (s Secret) inactive() bool { return s.ID != "" && !s.Active }

// statusSince returns since when the secret has had its present status.
func (s Secret) statusSince() time.Time { return latest(s.Created, s.LastUpdated) }

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

func either(condition bool, yes, no Reason) Reason {
	if condition {
		return yes
	}
	return no
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}
