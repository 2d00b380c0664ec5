// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// ValidateConfig finds durations that contradict each other.
func (r *appClientSecretRotationResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config appClientSecretRotationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(checkSchedule(config.RotateAfter, config.Stagger)...)
	if resp.Diagnostics.HasError() || config.Overlap.IsUnknown() {
		return
	}
	if config.Overlap.IsNull() {
		config.Overlap = types.StringValue(defaultStay)
	}
	var unreadable diag.Diagnostics // refused by its own validator
	age, overlap := durationOf(config.RotateAfter, &unreadable), durationOf(config.Overlap, &unreadable)
	if unreadable.HasError() {
		return
	}
	if overlap == 0 && config.RetireWhen.ValueString() == retireWhenUnused {
		resp.Diagnostics.AddAttributeError(path.Root("overlap"), "retire_when = \"unused\" needs an overlap",
			"The previous secret counts as unused if there was no login with it for the length of overlap. Set overlap to how long your slowest consumer may go without a login, for example 7d.")
	}
	if age > 0 && overlap >= age {
		resp.Diagnostics.AddAttributeError(path.Root("overlap"), "overlap must be shorter than rotate_after",
			"The overlap is "+config.Overlap.ValueString()+", and the next rotation is scheduled after "+config.RotateAfter.ValueString()+
				", when the previous secret would still be in the slot that the next one needs. Shorten overlap, or raise rotate_after.")
	}
}

// ModifyPlan shows the transitions that are due. It decides from configuration,
// state and private state alone: Read has asked Okta and the clock.
func (r *appClientSecretRotationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan appClientSecretRotationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	policy, diags := plan.policy()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.ready() && !plan.AppID.IsUnknown() {
		resp.Diagnostics.Append(r.ledger.add(plan.AppID.ValueString(), entry{
			object: rotationObject, id: plan.CurrentSecretID.ValueString(), again: r.ledger.again(ctx, req, resp),
		})...)
	}
	plan.ID, plan.MaxAge = plan.AppID, plan.maxAge()
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(r.planCreate(ctx, plan, policy)...)
		resp.Diagnostics.Append(r.planErrors(plan.AppID.ValueString(), true, r.checkUsage(plan, appClientSecretRotationModel{}))...)
		if plan.OmitSecret.ValueBool() {
			plan.ClientSecret = types.StringNull()
		}
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	var state appClientSecretRotationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.rotates(state.AppID.ValueString(), state.CurrentSecretID.ValueString(), state.PreviousSecretID.ValueString())...)
	facts, refreshed := getPrivate[rotationFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !plan.AppID.Equal(state.AppID) {
		return
	}
	if !refreshed {
		// Terraform drops private state when the provider dies during an update. Without it, the app would
		// look as if it had no secret.
		r.report(rotation.NotRefreshed, plan.AppID.ValueString(), "")
		resp.Diagnostics.AddError("The rotation of app "+plan.AppID.ValueString()+" was not refreshed",
			"An earlier apply was killed, and only a refresh can tell which secrets the app has. Nothing was changed. Run the command again without -refresh=false.")
		return
	}
	resp.Diagnostics.Append(r.planErrors(plan.AppID.ValueString(), true, r.checkUsage(plan, state))...)
	if rotationAsked(plan.RotateWhenChanged, state.RotateWhenChanged) {
		facts = facts.asked()
	}
	plan.planUpdate(state, facts, policy)
	resp.Diagnostics.Append(rotationNotices{
		app: plan.AppID.ValueString(), facts: facts, policy: policy, warnOnRetire: plan.WarnOnRetire.ValueBool(),
		failOnBlocked: plan.OnBlocked.ValueString() == onBlockedError, wasHeld: state.Hold.ValueBool(),
	}.diagnostics(r.report)...)
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	steps, _ := facts.due(policy)
	if len(steps) > 0 {
		resp.Diagnostics.Append(r.retiresOwnSecret(plan.AppID.ValueString(), state.CurrentSecretID.ValueString())...)
	}
	if len(steps) == 0 && !resp.Plan.Raw.Equal(req.State.Raw) {
		// An update that takes no step. Without an update, pending remains as it is: a
		// plan that changed only that would say that something is due.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("pending"), pendingList(nil, types.StringNull()))...)
	}
}

// planUpdate puts into the plan what the transitions that are due lead to.
func (m *appClientSecretRotationModel) planUpdate(state appClientSecretRotationModel, facts rotationFacts, policy rotation.Policy) {
	steps, after := facts.due(policy)
	m.show(after, policy)
	m.Pending, m.LastTransition = state.Pending, state.LastTransition
	m.ClientSecret = state.ClientSecret
	switch {
	case m.OmitSecret.ValueBool():
		m.ClientSecret = types.StringNull()
	case state.ClientSecret.IsNull():
		m.ClientSecret = types.StringUnknown() // read from Okta
	}
	if len(steps) == 0 {
		return
	}
	m.Pending = pendingList(steps, types.StringUnknown())
	m.LastTransition = types.StringValue(describe(steps[len(steps)-1]))
	// These count from Okta's clock.
	m.NextTransitionAt = types.StringUnknown()
	if creates(steps) || after.Pending != "" {
		m.RotatesAt = types.StringUnknown()
	}
	if after.CurrentID != facts.next(policy).CurrentID && !m.OmitSecret.ValueBool() {
		m.ClientSecret = types.StringUnknown()
	}
	if creates(steps) {
		m.CurrentSecretID, m.SecretHash, m.Created = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	}
	// One that is activated again is delivered again: a run whose state was lost may have delivered the
	// other one, and nothing would put that right.
	if creates(steps) || slices.ContainsFunc(steps, func(s rotation.Step) bool { return s.Action == rotation.Activate && s.TargetID == after.CurrentID }) {
		m.Version = types.Int64Unknown()
	}
}

// planCreate finds what would keep the rotation from beginning, and says what the
// first apply does. The plan itself shows nothing of it as known: Terraform makes
// it again at apply, and doesn't accept that the app has changed meanwhile.
func (r *appClientSecretRotationResource) planCreate(ctx context.Context, plan appClientSecretRotationModel, policy rotation.Policy) (diags diag.Diagnostics) {
	if !r.ready() || plan.AppID.IsUnknown() {
		return diags
	}
	app := plan.AppID.ValueString()
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		diags.Append(failure("adopt the client secrets of app "+app, err))
		return r.planErrors(app, false, diags)
	}
	if diags = r.refusal(ctx, app, secrets); diags.HasError() {
		return r.planErrors(app, false, diags)
	}
	for _, secret := range secrets {
		diags.Append(r.rotates(app, secret.ID)...)
	}
	facts := newRotationFacts(app, rotation.Memory{}, secrets, r.now())
	return append(diags, rotationNotices{app: app, facts: facts, policy: policy, begins: true}.diagnostics(r.report)...)
}

// rotates tells the other objects of the run which secrets the rotation holds, or takes over.
func (r *appClientSecretRotationResource) rotates(app string, ids ...string) (diags diag.Diagnostics) {
	for _, id := range ids {
		diags.Append(r.ledger.add(app, entry{object: rotationObject, role: rotates, id: id})...)
	}
	return diags
}
