// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// rotationFacts is what a refresh saw, kept in private state: the plan decides
// from it and asks no one.
type rotationFacts struct {
	rotation.Facts

	// Now is the clock of the refresh that last made a difference. It may be
	// behind, which makes a transition later, never earlier; and a private state
	// that changed with every refresh would make every refresh-only plan say so.
	Now time.Time
	// HeldSince is when hold was set; zero if it isn't, or if that was forgotten.
	HeldSince time.Time
	// Usage is what Okta's System Log said, if it had to be read.
	Usage rotationUsage
	// Refused says why the app would take no secret.
	Refused string `json:",omitempty"`
	// Views are what state shows of each secret, by id.
	Views map[string]secretView
}

// secretView is what state shows of a secret.
type secretView struct {
	Hash    string
	Created time.Time
}

// rotationPurpose marks the secret that follows the one with the id, see
// [okta.GeneratedFor].
func rotationPurpose(app, current string) []string { return []string{app, "follows", current} }

// newRotationFacts is a pure function of what was read.
func newRotationFacts(app string, memory rotation.Memory, secrets []okta.ClientSecret, now time.Time) rotationFacts {
	facts := rotationFacts{Facts: rotation.Facts{Memory: memory}, Now: now, Views: map[string]secretView{}}
	candidates := []string{"", memory.CurrentID, memory.PreviousID} // a mark can be checked, not read
	for _, secret := range secrets {
		candidates = append(candidates, secret.ID)
	}
	for _, secret := range secrets {
		facts.Views[secret.ID] = secretView{Hash: secret.Hash, Created: secret.Created}
		follows := slices.IndexFunc(candidates, func(id string) bool {
			return okta.GeneratedFor(secret.Value, rotationPurpose(app, id)...)
		})
		listed := rotation.Secret{
			ID: secret.ID, Active: secret.Status == okta.StatusActive, Created: secret.Created, LastUpdated: secret.LastUpdated,
		}
		if follows >= 0 {
			listed.Marked, listed.Follows = true, candidates[follows]
		}
		facts.Secrets = append(facts.Secrets, listed)
	}
	facts.sort()
	return facts
}

// sort gives the secrets an order, since Okta promises none: private state must not
// change with it, or every refresh-only plan says so.
func (f rotationFacts) sort() {
	slices.SortFunc(f.Secrets, func(a, b rotation.Secret) int { return cmp.Compare(a.ID, b.ID) })
}

// remembered corrects the memory, and forgets what is known of secrets that were deleted:
// the next refresh of the same app must find the same.
func (f rotationFacts) remembered(policy rotation.Policy) rotationFacts {
	f.Memory = f.next(policy).Memory
	f.Secrets = slices.Clone(f.Secrets)
	known := []string{"", f.CurrentID, f.PreviousID}
	for _, secret := range f.Secrets {
		known = append(known, secret.ID)
	}
	for i, secret := range f.Secrets {
		if !slices.Contains(known, secret.Follows) {
			f.Secrets[i].Marked, f.Secrets[i].Follows = false, ""
		}
	}
	f.Views = maps.Clone(f.Views)
	maps.DeleteFunc(f.Views, func(id string, _ secretView) bool { return !slices.Contains(known[3:], id) })
	return f
}

// next asks the machine.
func (f rotationFacts) next(policy rotation.Policy) rotation.Step {
	return rotation.Next(policy, f.Facts, f.Now)
}

// due returns the transitions that the next apply takes, and the facts after them.
func (f rotationFacts) due(policy rotation.Policy) (steps []rotation.Step, after rotationFacts) {
	steps, f.Facts = rotation.Due(policy, f.Facts, f.Now)
	return steps, f
}

// first is due for the apply that creates the object. It retires nothing: its plan
// names no secret, because Terraform makes that plan again at apply.
func (f rotationFacts) first(policy rotation.Policy) (steps []rotation.Step, after rotationFacts) {
	steps, after = f.due(policy)
	if retires(steps) {
		f.Memory = f.next(policy).Memory
		return nil, f
	}
	return steps, after
}

// after is what is there once a step has succeeded. done is Okta's response to it.
func (f rotationFacts) after(step rotation.Step, done okta.ClientSecret) rotationFacts {
	f.Facts = f.After(step, rotation.Secret{
		ID: done.ID, Created: done.Created, LastUpdated: done.LastUpdated, Marked: true, Follows: step.CurrentID,
	})
	f.sort()
	if step.Action == rotation.Create {
		f.Views = maps.Clone(f.Views)
		f.Views[done.ID] = secretView{Hash: done.Hash, Created: done.Created}
	}
	return f
}

// asked returns the facts with a rotation pending.
func (f rotationFacts) asked() rotationFacts {
	f.Pending = rotation.Triggered
	return f
}

// settled prefers the clock of before where the time since has made no difference.
func (f rotationFacts) settled(before rotationFacts, policy rotation.Policy) rotationFacts {
	old := f
	old.Now = before.Now
	if old.next(policy) != f.next(policy) {
		return f
	}
	was, _ := old.due(policy)
	is, _ := f.due(policy)
	if !slices.EqualFunc(was, is, sameStep) {
		return f
	}
	return old
}

// sameStep tells whether two steps do the same to the same app.
func sameStep(a, b rotation.Step) bool {
	return a.Action == b.Action && a.TargetID == b.TargetID && a.CurrentID == b.CurrentID && a.PreviousID == b.PreviousID
}

// status is the status of a secret, empty if there is no such secret.
func (f rotationFacts) status(id string) string {
	for _, secret := range f.Secrets {
		switch {
		case secret.ID == id && secret.Active:
			return string(okta.StatusActive)
		case secret.ID == id:
			return string(okta.StatusInactive)
		}
	}
	return ""
}

// statusSince is when the secret's status last changed; zero for a secret that isn't there.
func (f rotationFacts) statusSince(id string) (since time.Time) {
	for _, secret := range f.Secrets {
		if secret.ID == id {
			since = secret.LastUpdated
		}
	}
	return since
}

// blockedBy says what blocks the next rotation, empty if nothing does.
func (f rotationFacts) blockedBy(step rotation.Step) string {
	switch step.Blocked {
	case rotation.Held:
		return "hold is true"
	case rotation.Occupied:
		return "client secret " + step.BlockedBy + " is ACTIVE and not managed by this resource"
	case rotation.NotQuiet:
		return "client secret " + step.BlockedBy + " may still be in use"
	default:
		return f.Refused
	}
}
