package provider

import (
	"cmp"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// appClientSecretRotationModel is the resource's data.
type appClientSecretRotationModel struct {
	AppID             types.String   `tfsdk:"app_id"`
	RotateAfter       types.String   `tfsdk:"rotate_after"`
	RotateWhenChanged types.Map      `tfsdk:"rotate_when_changed"`
	Overlap           types.String   `tfsdk:"overlap"`
	Grace             types.String   `tfsdk:"grace"`
	Hold              types.Bool     `tfsdk:"hold"`
	OmitSecret        types.Bool     `tfsdk:"omit_secret"`
	Verify            types.Bool     `tfsdk:"verify"`
	Phase             types.String   `tfsdk:"phase"`
	LastTransition    types.String   `tfsdk:"last_transition"`
	NextTransitionAt  types.String   `tfsdk:"next_transition_at"`
	CurrentSecretID   types.String   `tfsdk:"current_secret_id"`
	CurrentStatus     types.String   `tfsdk:"current_status"`
	ClientSecret      types.String   `tfsdk:"client_secret"`
	SecretHash        types.String   `tfsdk:"secret_hash"`
	Created           types.String   `tfsdk:"created"`
	Version           types.Int64    `tfsdk:"version"`
	PreviousSecretID  types.String   `tfsdk:"previous_secret_id"`
	PreviousStatus    types.String   `tfsdk:"previous_status"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

// policy is what the configuration asks for.
func (m *appClientSecretRotationModel) policy() (policy rotation.Policy, diags diag.Diagnostics) {
	policy = rotation.Policy{
		RotateAfter: durationOf(m.RotateAfter, &diags),
		Overlap:     durationOf(m.Overlap, &diags),
		Grace:       durationOf(m.Grace, &diags),
		Hold:        m.Hold.ValueBool(),
	}
	return policy, diags
}

// memory is as much as state remembers without private state, which Terraform
// drops when the provider dies during an update. What is lost errs on the safe
// side: an overlap begins again, and a rotation that may have been asked for is
// made.
func (m *appClientSecretRotationModel) memory(now time.Time) rotation.Memory {
	return rotation.Memory{
		CurrentID: m.CurrentSecretID.ValueString(), PreviousID: m.PreviousSecretID.ValueString(),
		Pending: true, AdoptedAt: now,
	}
}

// rotationFacts is what a refresh saw, kept in private state: the plan decides
// from it and asks nobody.
type rotationFacts struct {
	rotation.Facts

	// Now is the clock of the refresh that last made a difference. It may be
	// behind, which makes a transition later, never earlier; and a private state
	// that changed with every refresh would make every refresh-only plan say so.
	Now time.Time
	// Successor is an ACTIVE secret that an interrupted run created to follow the
	// one that is current without it. It is kept out of Facts, so that the machine
	// creates: and the create finds it. One that somebody has deactivated since is
	// foreign, like all that is switched off for reasons nobody knows.
	Successor string
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
	for _, secret := range secrets {
		facts.Views[secret.ID] = secretView{Hash: secret.Hash, Created: secret.Created}
		facts.Secrets = append(facts.Secrets, rotation.Secret{
			ID: secret.ID, Active: secret.Status == okta.StatusActive, Created: secret.Created, LastUpdated: secret.LastUpdated,
		})
	}
	// Okta promises no order; private state must not change with it.
	slices.SortFunc(facts.Secrets, func(a, b rotation.Secret) int { return cmp.Compare(a.ID, b.ID) })
	for _, secret := range active(secrets) {
		without := facts.without(secret.ID)
		if secret.ID != memory.CurrentID && secret.ID != memory.PreviousID && okta.GeneratedFor(secret.Value, rotationPurpose(app, without.next(rotation.Policy{}).CurrentID)...) {
			without.Successor = secret.ID
			return without
		}
	}
	return facts
}

// without leaves a secret out of what the machine is told.
func (f rotationFacts) without(id string) rotationFacts {
	f.Secrets = slices.DeleteFunc(slices.Clone(f.Secrets), func(s rotation.Secret) bool { return s.ID == id })
	return f
}

// next asks the machine.
func (f rotationFacts) next(policy rotation.Policy) rotation.Step {
	return rotation.Next(policy, f.Facts, f.Now)
}

// after is what is there once the step's action has succeeded. done is Okta's
// answer to it; a deletion has none.
func (f rotationFacts) after(step rotation.Step, done okta.Metadata) rotationFacts {
	next := rotationFacts{Facts: rotation.Facts{Memory: step.Done(done.ID)}, Now: f.Now, Views: f.Views}
	for _, secret := range f.Secrets {
		if secret.ID == step.TargetID {
			if step.Action == rotation.Delete {
				continue
			}
			secret.Active, secret.LastUpdated = done.Status == okta.StatusActive, done.LastUpdated
		}
		next.Secrets = append(next.Secrets, secret)
	}
	if step.Action == rotation.Create {
		next.Secrets = append(next.Secrets, rotation.Secret{ID: done.ID, Active: true, Created: done.Created, LastUpdated: done.LastUpdated})
	}
	return next
}

// settled prefers the facts of before where the clock has made no difference.
func (f rotationFacts) settled(before rotationFacts, policy rotation.Policy) rotationFacts {
	old := f
	old.Now = before.Now
	was, is := old.next(policy), f.next(policy)
	if was.Action == is.Action && was.TargetID == is.TargetID && was.DueAt.Equal(is.DueAt) && was.Memory == is.Memory {
		return old
	}
	return f
}

// show puts what a step says of the app into the model.
func (m *appClientSecretRotationModel) show(facts rotationFacts, step rotation.Step) {
	m.Phase = types.StringValue(string(step.Phase))
	m.NextTransitionAt = timestamp(step.DueAt)
	m.CurrentSecretID = stringOrNull(step.CurrentID)
	m.CurrentStatus = stringOrNull(facts.status(step.CurrentID))
	m.PreviousSecretID = stringOrNull(step.PreviousID)
	m.PreviousStatus = stringOrNull(facts.status(step.PreviousID))
	view, ok := facts.Views[step.CurrentID]
	if !ok {
		m.SecretHash, m.Created, m.Version = types.StringNull(), types.StringNull(), types.Int64Null()
		return
	}
	m.SecretHash, m.Created = types.StringValue(view.Hash), timestamp(view.Created)
	m.Version = types.Int64Value(view.Created.Unix())
}

func (f rotationFacts) status(id string) string {
	for _, secret := range f.Secrets {
		if secret.ID == id {
			if secret.Active {
				return string(okta.StatusActive)
			}
			return string(okta.StatusInactive)
		}
	}
	return ""
}
