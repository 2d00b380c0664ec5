package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// transit makes the one transition that is due, if any, and has the outcome
// saved.
func (r *appClientSecretRotationResource) transit(
	ctx context.Context, model appClientSecretRotationModel, facts rotationFacts, policy rotation.Policy,
	diags *diag.Diagnostics, save func(appClientSecretRotationModel, rotationFacts),
) {
	app := model.AppID.ValueString()
	step := facts.next(policy)
	done, err := r.act(ctx, model, step)
	if unverified, ok := errors.AsType[*unverifiedError](err); ok {
		diags.AddError("Client secret "+unverified.id+" of app "+app+" can't be verified", explain(unverified.err)+
			"\n\nThe secret before stays current. Apply again: the next run tries the same secret once more.")
		return
	}
	if err != nil {
		diags.Append(failure(describe(step)+" in the rotation of app "+app, err))
		return
	}
	facts.Memory = step.Memory
	if step.Action != rotation.None {
		facts = facts.after(step, done.Metadata)
		model.LastTransition = types.StringValue(describe(step))
	}
	if step.Action == rotation.Create {
		facts.Successor = ""
		facts.Views[done.ID] = secretView{Hash: done.Hash, Created: done.Created}
	}
	if done.takenOver {
		facts.AdoptedAt = r.now() // nobody was given it before: the overlap begins now
	}
	model.show(facts, facts.next(policy))
	if model.LastTransition.IsUnknown() {
		model.LastTransition = types.StringNull()
	}
	if model.ClientSecret.IsUnknown() {
		if done.value == "" {
			done.value, err = r.value(ctx, app, step.CurrentID)
		}
		if err != nil {
			diags.Append(failure("read the current client secret of app "+app, err))
			return
		}
		model.ClientSecret = types.StringValue(done.value)
	}
	save(model, facts)
}

// describe names a transition, in plans and messages.
func describe(step rotation.Step) string {
	switch {
	case step.Action == rotation.None:
		return "read"
	case step.TargetID == "":
		return string(step.Action)
	default:
		return string(step.Action) + " " + step.TargetID
	}
}

// acted is what came of a transition: Okta's answer, the value of a new secret,
// and whether that was there before.
type acted struct {
	okta.ClientSecret

	value     string
	takenOver bool
}

// act makes a transition.
func (r *appClientSecretRotationResource) act(ctx context.Context, model appClientSecretRotationModel, step rotation.Step) (done acted, err error) {
	app := model.AppID.ValueString()
	switch step.Action {
	case rotation.Create:
		return r.create(ctx, model, step.CurrentID)
	case rotation.Activate:
		done.ClientSecret, err = r.client.Secrets.Activate(ctx, app, step.TargetID)
	case rotation.Deactivate:
		done.ClientSecret, err = r.client.Secrets.Deactivate(ctx, app, step.TargetID)
	case rotation.Delete:
		err = r.client.Secrets.Delete(ctx, app, step.TargetID)
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

// create creates the secret that follows the current one. One that an
// interrupted run created for the same purpose is taken instead.
func (r *appClientSecretRotationResource) create(ctx context.Context, model appClientSecretRotationModel, current string) (acted, error) {
	app := model.AppID.ValueString()
	purpose := rotationPurpose(app, current)
	value, err := r.client.GenerateSecret(purpose...)
	if err != nil {
		return acted{}, err
	}
	created, err := r.client.Secrets.Create(ctx, app, okta.Wanted[okta.ClientSecret]{
		Body: okta.NewClientSecret{Value: value, Status: okta.StatusActive},
		Is:   func(s okta.ClientSecret) bool { return okta.GeneratedFor(s.Value, purpose...) },
	})
	if err != nil {
		return acted{}, err
	}
	if created.Existing {
		value = created.Credential.Value
	}
	if model.Verify.ValueBool() {
		// A secret that is not accepted stays where it is, in nobody's hands: the
		// next apply finds it by its purpose and tries it again.
		found, err := r.client.App(ctx, app)
		if err != nil {
			return acted{}, &unverifiedError{id: created.Credential.ID, err: err}
		}
		if err := r.client.Verify(ctx, found, value); err != nil {
			return acted{}, &unverifiedError{id: created.Credential.ID, err: err}
		}
	}
	return acted{ClientSecret: created.Credential, value: value, takenOver: created.Existing}, nil
}

// value reads the value of a secret that is there.
func (r *appClientSecretRotationResource) value(ctx context.Context, app, id string) (string, error) {
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		return "", err
	}
	secret, ok := find(secrets, id)
	if !ok {
		return "", errors.New("it is gone")
	}
	return secret.Value, nil
}
