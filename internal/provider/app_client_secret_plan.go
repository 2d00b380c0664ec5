// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// ModifyPlan decides between keeping and replacing, and shows in the plan what Create would refuse.
//
// Terraform calls it with the prior state; for a replacement a second time without, but with the
// private state of the first call; and again at apply. It must decide the same each time, so it
// decides from configuration, state and private state alone: Read has read the clock.
func (r *appClientSecretResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, plan, state appClientSecretModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	facts, _ := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(r.planDestroy(ctx, secretObject, state.AppID, state.ID, state.OnDestroy, resp)...)
		return
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}

	plan.ClientSecret = plannedValue(config, plan, state.ClientSecret)
	moves := !plan.AppID.Equal(state.AppID)
	if !req.State.Raw.IsNull() {
		setPrivate(ctx, resp.Private, keyDestroy, moves, &resp.Diagnostics)
	}
	switch {
	case req.State.Raw.IsNull():
		plan.ClientSecret = plannedValue(config, plan, types.StringUnknown())
		resp.Diagnostics.Append(r.planNew(ctx, plan, config, facts, false)...)
	case moves: // replaced by one of another app, and the facts are of this one
		resp.Diagnostics.Append(r.warnOfLateArguments(secretObject, state.AppID.ValueString(), state.ID.ValueString(), state.end(), plan.end())...)
		resp.Diagnostics.Append(r.leaves(secretObject, state.AppID, state.ID, state.OnDestroy)...)
		resp.Diagnostics.Append(r.planNew(ctx, plan, config, secretFacts{}, true)...)
		setPrivate(ctx, resp.Private, keyFacts, movedTo(plan.AppID, facts), &resp.Diagnostics)
	default:
		if r.planInState(ctx, secretObject, config, &plan, state, facts, resp) {
			plan.ClientSecret = plannedValue(config, plan, types.StringUnknown())
			resp.Diagnostics.Append(r.initialInState(ctx, plan, facts)...)
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// forget marks as unknown every attribute that a new secret changes.
func (m *appClientSecretModel) forget() {
	m.ID = types.StringUnknown()
	m.SecretHash = types.StringUnknown()
	m.Created = types.StringUnknown()
	m.LastUpdated = types.StringUnknown()
	m.Version = types.Int64Unknown()
	m.RotatesAt, m.Overdue, m.BlockedBy = types.StringUnknown(), types.BoolUnknown(), types.StringUnknown()
}

// end says how the secret ends.
func (m *appClientSecretModel) end() credentialEnd { return credentialEnd{m.OnDestroy, m.Drain} }

// plannedValue is what the plan says of client_secret: the configuration's value, null where it remains
// out of state, else what is there already.
func plannedValue(config, plan appClientSecretModel, present types.String) types.String {
	switch {
	case !config.ClientSecret.IsNull():
		return config.ClientSecret
	case plan.OmitSecret.ValueBool() || config.hasOwnValue():
		return types.StringNull()
	case present.IsNull():
		return types.StringUnknown() // read from Okta
	default:
		return present
	}
}

// secretRequest is what a plan asks of the secret in state. It is a pure function of what ModifyPlan
// is given.
func secretRequest(config, plan, state appClientSecretModel, facts secretFacts) request {
	changed, unknown := valueChanged(config, state)
	asked := request{
		wish:      newSecretWish(plan, config),
		triggered: rotationAsked(plan.RotateWhenChanged, state.RotateWhenChanged),
		// The refresh has judged the duration in state, not another one in the plan.
		aged:    facts.Reached != "" && facts.Reached == plan.schedule().key(),
		changed: changed,
	}
	wish := &asked.wish
	wish.Forced = false
	wish.Unknown = unknown || changed && wish.Unknown
	wish.Replace = changed || asked.triggered || asked.aged || facts.Pending
	// Where the configuration had it INACTIVE, to activate it is what the user now asks for. Otherwise it
	// may have been replaced, by a run whose state was lost.
	wish.Activate = facts.Deactivated && plan.Status.ValueString() == string(okta.StatusActive) && state.Status.ValueString() == string(okta.StatusInactive)
	asked.noValue = config.hasOwnValue() && wish.Hash == "" && !wish.Unknown
	return asked
}

// newSecretWish is what a new object asks for.
func newSecretWish(plan, config appClientSecretModel) rotation.Wish {
	return rotation.Wish{
		Forced:  true,
		Hash:    config.ownHash(),
		Unknown: config.ClientSecret.IsUnknown() || config.ClientSecretWO.IsUnknown(),
		Adopt:   plan.AdoptInterrupted.ValueBool(),
		Reclaim: plan.WhenFull.ValueString() == whenFullDeleteInactive,
	}
}

// valueChanged tells whether the configuration gives another secret than the one that is there, and
// whether that can't be told yet. A write-only value with a version counts only when the number
// changes.
func valueChanged(config, state appClientSecretModel) (changed, unknown bool) {
	version, before := config.ClientSecretWOVersion, state.ClientSecretWOVersion
	switch {
	case !config.ClientSecret.IsNull():
		return config.ownHash() != state.SecretHash.ValueString(), config.ClientSecret.IsUnknown()
	case !version.IsNull() && !before.IsNull():
		return !version.Equal(before), false
	case config.ClientSecretWO.IsNull():
		return false, false
	default: // unknown counts as unchanged: a replacement that turns out needless would be worse
		return !config.ClientSecretWO.IsUnknown() && config.ownHash() != state.SecretHash.ValueString(), false
	}
}

// planNew shows what Create would refuse or adopt. Of a replacement that another call has decided
// there is nothing to say. moves says that the new secret replaces one of another app: an apply isn't told, so
// that this is a plan.
func (r *appClientSecretResource) planNew(ctx context.Context, plan, config appClientSecretModel, facts secretFacts, moves bool) (diags diag.Diagnostics) {
	app, wish := plan.AppID.ValueString(), newSecretWish(plan, config)
	replaces := facts.App != "" && facts.App == app // named by -replace, unless decided
	if !r.ready() || replaces && facts.Replacing {
		return nil
	}
	inventory, proof := facts.Inventory, replaces || moves
	var conflicts diag.Diagnostics // whose severity is right already
	asked := request{wish: wish, noValue: config.hasOwnValue() && wish.Hash == "" && !wish.Unknown}
	if plan.AppID.IsUnknown() { // of another app than the old one, if there is one
		inventory = rotation.Inventory{App: unknownApp}
		if verdict := judge(asked, secretFacts{}, inventory); verdict.Reason == noValue {
			diags = r.explainVerdict(secretObject, inventory, verdict, diag.SeverityError)
		}
		return r.planErrors(unknownApp, proof, diags)
	}
	var present []okta.ClientSecret
	if replaces {
		conflicts = r.ledger.replacesAfterAll(app, secretObject, facts.Self.ID)
	} else {
		conflicts = r.ledger.add(app, entry{object: secretObject, apart: true, proof: proof})
		var err error
		present, err = r.client.Secrets.Snapshot(ctx, app)
		if err == nil {
			inventory = newInventory(app, "", present, func(id string) bool { return r.ledger.held(app, id) })
			err = r.checkMethod(ctx, inventory, config.ownLength())
			conflicts.Append(r.enterInitial(ctx, plan, present)...)
		}
		if err != nil {
			diags.Append(failure(createOf(app), err))
			return append(conflicts, r.planErrors(app, proof, diags)...)
		}
	}
	conflicts.Append(r.initialInState(ctx, plan, facts)...)
	verdict := judge(asked, facts, inventory)
	conflicts.Append(r.enterNew(secretObject, inventory, wish, verdict)...)
	switch {
	case verdict.Reason == rotation.HeldByAnother: // the ledger has said so
	case verdict.Conflict(wish), verdict.Reason == noValue, replaces && isBlocked(verdict): // without create_before_destroy, the old one would be deleted anyway
		diags.Append(r.explainVerdict(secretObject, inventory, verdict, diag.SeverityError)...)
	case verdict.Action == rotation.Create && verdict.Reason == rotation.NoReason && !replaces && plan.InitialSecret.ValueString() != initialSecretReplace:
		diags.Append(r.warnOfUnmanaged(app, present)...)
	default:
		diags.Append(r.explainVerdict(secretObject, inventory, verdict, diag.SeverityWarning)...)
	}
	return append(conflicts, r.planErrors(app, proof, diags)...)
}

// isBlocked tells whether Create will certainly refuse. A secret of another object may be deleted
// by then.
func isBlocked(verdict rotation.Judgment) bool {
	return verdict.Action == rotation.Refuse && verdict.Reason != rotation.SlotManaged
}

// unknownApp stands for the id of an app that is created in the same apply.
const unknownApp = "(known after apply)"

func createOf(app string) string { return "create a client secret of app " + app }

// checkMethod asks for the app's authentication method where it may matter: an app that uses
// private_key_jwt has no secrets, because Okta deleted them [D], and Okta rejects a short one under
// client_secret_jwt [S].
func (r *appClientSecretResource) checkMethod(ctx context.Context, inventory rotation.Inventory, length int) error {
	if len(inventory.Others) > 0 && (length == 0 || length >= okta.MinJWTSecretLength) {
		return nil
	}
	found, err := r.client.App(ctx, inventory.App)
	if err != nil {
		return err
	}
	return checkSecretForApp(found, length)
}
