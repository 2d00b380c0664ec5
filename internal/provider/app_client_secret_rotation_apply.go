// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// transitions is what an apply does to a rotation.
type transitions struct {
	model  appClientSecretRotationModel // as planned
	facts  rotationFacts                // as read just now
	policy rotation.Policy
	steps  []rotation.Step
	save   func(appClientSecretRotationModel, rotationFacts)
}

// run takes the steps one after the other, and has the outcome saved after each: a
// step that fails doesn't undo those before it.
func (r *appClientSecretRotationResource) run(ctx context.Context, t transitions, diags *diag.Diagnostics) {
	app := t.model.AppID.ValueString()
	value := ""
	facts := t.facts
	clock := facts.Now
	facts.Memory = facts.next(t.policy).Memory
	for i, want := range t.steps {
		step := rotation.Next(t.policy, facts.Facts, clock)
		if !sameStep(step, want) {
			diags.AddError("The rotation of app "+app+" stopped before it could "+describe(want),
				"Okta's responses don't lead to this step. The steps before it are done. Plan again.")
			return
		}
		done, err := r.act(ctx, t.model, step)
		if unverified, ok := errors.AsType[*unverifiedError](err); ok {
			diags.AddError("Client secret "+unverified.id+" of app "+app+" can't be verified", explain(unverified.err)+
				"\n\nThe previous secret remains current. Apply again: the next run retries the same secret.")
			return
		}
		if err != nil {
			diags.Append(failure(describe(step)+" in the rotation of app "+app, err))
			return
		}
		facts = facts.after(step, done.ClientSecret)
		if done.existing {
			facts.AdoptedAt = r.now() // it was never delivered: the overlap begins now
		}
		value = done.value
		if done.LastUpdated.After(clock) {
			clock = done.LastUpdated // by which the next step is due too
		}
		t.model.LastTransition = types.StringValue(describe(step))
		if i < len(t.steps)-1 {
			r.finish(ctx, t, facts, value, diags)
		}
	}
	r.finish(ctx, t, facts, value, diags)
}

// finish puts the outcome into the model and saves it. value is that of a secret
// that has just become current; empty if there is none.
func (r *appClientSecretRotationResource) finish(ctx context.Context, t transitions, facts rotationFacts, value string, diags *diag.Diagnostics) {
	model := t.model
	facts = facts.remembered(t.policy)
	model.show(facts, t.policy)
	if !t.model.Overdue.IsUnknown() && !t.model.Overdue.IsNull() {
		// The plan has promised these, and time has passed since; the next refresh corrects them.
		model.Overdue, model.BlockedBy = t.model.Overdue, t.model.BlockedBy
	}
	if model.LastTransition.IsUnknown() {
		model.LastTransition = types.StringNull()
	}
	model.Pending = pendingList(t.steps, model.CurrentSecretID)
	if model.ClientSecret.IsUnknown() {
		if value == "" {
			var err error
			if value, err = r.value(ctx, model.AppID.ValueString(), facts.CurrentID); err != nil {
				diags.Append(failure("read the current client secret of app "+model.AppID.ValueString(), err))
				return
			}
		}
		model.ClientSecret = types.StringValue(value)
	}
	t.save(model, facts)
}

// acted is what came of a transition: Okta's response, the value of a secret that
// becomes current, and whether that was there before.
type acted struct {
	okta.ClientSecret

	value    string
	existing bool
}

// act makes a transition.
func (r *appClientSecretRotationResource) act(ctx context.Context, model appClientSecretRotationModel, step rotation.Step) (done acted, err error) {
	app := model.AppID.ValueString()
	switch step.Action {
	case rotation.Create:
		done, err = r.create(ctx, app, step.CurrentID)
	case rotation.Adopt:
		done, err = r.adopt(ctx, app, step.TargetID)
	case rotation.Activate:
		done.ClientSecret, err = r.client.Secrets.SetStatus(ctx, app, step.TargetID, okta.StatusActive)
	case rotation.Deactivate:
		done.ClientSecret, err = r.client.Secrets.SetStatus(ctx, app, step.TargetID, okta.StatusInactive)
	case rotation.Delete:
		err = r.client.Secrets.Delete(ctx, app, step.TargetID)
	}
	if err == nil && done.value != "" && model.Verify.ValueBool() {
		err = r.verify(ctx, app, done)
	}
	return done, err
}

// unverifiedError says that a secret was created, and not seen to be accepted.
type unverifiedError struct {
	id  string
	err error
}

func (e *unverifiedError) Error() string {
	return "verifying client secret " + e.id + ": " + e.err.Error()
}

func (e *unverifiedError) Unwrap() error { return e.err }

// verify waits until Okta accepts the secret. One that isn't accepted remains where
// it is, and no one is given it: the next apply finds it by its mark and retries it.
func (r *appClientSecretRotationResource) verify(ctx context.Context, app string, secret acted) error {
	found, err := r.client.App(ctx, app)
	if err == nil {
		err = r.client.Verify(ctx, found, secret.value)
	}
	if err != nil {
		return &unverifiedError{id: secret.ID, err: err}
	}
	return nil
}

// create creates the secret that follows the current one.
func (r *appClientSecretRotationResource) create(ctx context.Context, app, current string) (acted, error) {
	purpose := rotationPurpose(app, current)
	value, err := r.client.GenerateSecret(purpose...)
	if err != nil {
		return acted{}, err
	}
	created, err := r.client.Secrets.Create(ctx, app, okta.Wanted[okta.ClientSecret]{
		Body: okta.NewClientSecret{Value: value, Status: okta.StatusActive},
		Is:   func(s okta.ClientSecret) bool { return okta.GeneratedFor(s.Value, purpose...) },
	})
	if exists, ok := errors.AsType[*okta.ExistsError](err); ok { // another run of this rotation was faster
		return r.adopt(ctx, app, exists.Existing.ID)
	}
	return acted{ClientSecret: created, value: value}, err
}

// adopt finds the secret that an interrupted run has created.
func (r *appClientSecretRotationResource) adopt(ctx context.Context, app, id string) (acted, error) {
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		return acted{}, err
	}
	secret, ok := find(secrets, id)
	if !ok {
		return acted{}, fmt.Errorf("client secret %s doesn't exist any more", id)
	}
	value, err := secret.CheckedValue()
	return acted{ClientSecret: secret, value: value, existing: true}, err
}

// value reads the value of a secret that is there.
func (r *appClientSecretRotationResource) value(ctx context.Context, app, id string) (string, error) {
	secret, err := r.adopt(ctx, app, id)
	return secret.value, err
}
