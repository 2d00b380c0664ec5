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
	step := Step{Memory: app.Memory, Phase: app.phase()}
	switch {
	case next.action == blocked:
		step.BlockedBy = next.targetID
	case next.action == None:
	case next.dueAt.After(now):
		step.DueAt = next.dueAt
	default:
		step.Action, step.TargetID, step.DueAt = next.action, next.targetID, next.dueAt
	}
	return step
}

// app is an app with the role of each secret known. A role nobody has is the
// zero Secret.
type app struct {
	Memory
	current, previous, foreign Secret
	full                       bool
}

// transition is what comes next, be it due or not.
type transition struct {
	action   Action
	targetID string
	dueAt    time.Time
}

// blocked is a rotation that has to wait for somebody to free a slot.
const blocked Action = "blocked"

// assign gives each secret its role.
func assign(facts Facts, now time.Time) app {
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
	takeOver := !slices.ContainsFunc(secrets, isRemembered)

	app := app{full: len(secrets) >= MaxSecrets}
	for _, secret := range secrets {
		switch ours := secret.Active || isRemembered(secret); {
		case app.current.ID == "" && ours:
			app.current = secret
		case isPrevious(secret), app.previous.ID == "" && takeOver && secret.Active:
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
	switch app.current.ID {
	case "":
		app.Pending = true
	case memory.CurrentID:
	default:
		app.Pending, app.AdoptedAt = true, now
	}
	return app
}

// transition names what comes next: the first case that applies.
func (a app) transition(policy Policy) transition {
	const noID = ""
	var atOnce time.Time
	rotateAt, rotates := a.rotation(policy)
	graceOver := func(s Secret) time.Time { return s.statusSince().Add(policy.Grace) }
	current, previous, foreign := a.current, a.previous, a.foreign

	switch {
	// Safety first: what consumers were given is accepted.
	case current.inactive() && !(policy.Hold && previous.Active):
		return transition{Activate, current.ID, atOnce}
	case current.ID == "" && !a.full:
		return transition{Create, noID, atOnce}

	case policy.Hold && previous.inactive():
		return transition{Activate, previous.ID, atOnce}
	case policy.Hold:
		return transition{}

	// The previous secret leaves. The current one is ACTIVE from here on.
	case previous.Active:
		bothSince := latest(current.statusSince(), previous.statusSince(), a.AdoptedAt)
		return transition{Deactivate, previous.ID, bothSince.Add(policy.Overlap)}
	case previous.inactive():
		return transition{Delete, previous.ID, graceOver(previous)}

	// The next rotation, and the slot that it needs.
	case foreign.Active:
		return transition{blocked, foreign.ID, atOnce}
	case !rotates:
		return transition{}
	case a.full:
		return transition{Delete, foreign.ID, latest(rotateAt, graceOver(foreign))}
	default:
		return transition{Create, noID, rotateAt}
	}
}

// rotation returns when the current secret is to be replaced, if ever.
func (a app) rotation(policy Policy) (at time.Time, ok bool) {
	switch {
	case a.Pending:
		return time.Time{}, true
	case policy.RotateAfter > 0:
		return a.current.Created.Add(policy.RotateAfter), true
	default:
		return time.Time{}, false
	}
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

// inactive tells an INACTIVE secret from a role that nobody has.
func (s Secret) inactive() bool { return s.ID != "" && !s.Active }

// statusSince returns since when the secret has had its present status.
func (s Secret) statusSince() time.Time { return latest(s.Created, s.LastUpdated) }

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

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
