package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// ModifyPlan shows the transition that is due. It decides from configuration,
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
		resp.Diagnostics.Append(r.claims.add(plan.AppID.ValueString(), claim{
			object: rotationObject, id: plan.CurrentSecretID.ValueString(), again: r.claims.again(ctx, req, resp),
		})...)
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(r.soften(plan.AppID.ValueString(), r.checkTakeOver(ctx, plan, policy))...)
		if plan.OmitSecret.ValueBool() {
			plan.ClientSecret = types.StringNull()
		}
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	var state appClientSecretRotationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	facts, _ := getPrivate[rotationFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !plan.AppID.Equal(state.AppID) {
		return
	}
	if rotationAsked(plan.RotateWhenChanged, state.RotateWhenChanged) {
		facts.Pending = true
	}
	step := facts.next(policy)
	resp.Diagnostics.Append(rotationDiagnostics(plan.AppID.ValueString(), facts, step)...)
	plan.planTransition(state, facts, step, policy)
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planTransition puts into the plan what the step leads to.
func (m *appClientSecretRotationModel) planTransition(state appClientSecretRotationModel, facts rotationFacts, step rotation.Step, policy rotation.Policy) {
	m.LastTransition = state.LastTransition
	m.ClientSecret = state.ClientSecret
	switch {
	case m.OmitSecret.ValueBool():
		m.ClientSecret = types.StringNull()
	case state.ClientSecret.IsNull():
		m.ClientSecret = types.StringUnknown() // read from Okta
	}
	if step.Action == rotation.None {
		m.show(facts, step)
		return
	}
	after := facts.after(step, outcome(step))
	m.show(after, after.next(policy))
	m.LastTransition = types.StringValue(describe(step))
	m.NextTransitionAt = types.StringUnknown() // counts from Okta's clock
	if step.Action == rotation.Create {
		m.CurrentSecretID, m.SecretHash, m.Created = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
		m.Version = types.Int64Unknown()
		if !m.OmitSecret.ValueBool() {
			m.ClientSecret = types.StringUnknown()
		}
	}
}

// outcome is what Okta will answer to the step, as far as a plan can know.
func outcome(step rotation.Step) okta.Metadata {
	switch step.Action {
	case rotation.Create:
		return okta.Metadata{ID: "known after apply", Status: okta.StatusActive}
	case rotation.Activate:
		return okta.Metadata{ID: step.TargetID, Status: okta.StatusActive}
	default:
		return okta.Metadata{ID: step.TargetID, Status: okta.StatusInactive}
	}
}

// rotationDiagnostics says what stands in the way, and what is taken over.
func rotationDiagnostics(app string, facts rotationFacts, step rotation.Step) (diags diag.Diagnostics) {
	switch {
	case step.BlockedBy != "":
		diags.AddWarning("The rotation of app "+app+" is blocked",
			"Client secret "+step.BlockedBy+" is ACTIVE, is not of this rotation, and holds the place that the next secret needs. If nobody uses it, deactivate it: "+
				"it then leaves by itself when the place is needed, and can be activated again until then.")
	case step.Action == rotation.Create && facts.Refused != "":
		// No error: Terraform plans this on the way to `terraform destroy` as well.
		diags.AddWarning("Okta would refuse a new client secret of app "+app, facts.Refused)
	case step.Action == rotation.Create && facts.Successor != "":
		diags.AddWarning("The rotation takes over client secret "+facts.Successor+" of app "+app,
			"An interrupted run created it as the next one and could not record it. It becomes current; no other is created.")
	case facts.Successor != "":
		diags.AddWarning("Client secret "+facts.Successor+" of app "+app+" is left over from an interrupted run",
			"It was created as the next one and could not be recorded. It is ACTIVE, and nobody was given it. The next rotation takes it over; to have it gone before, deactivate and delete it in Okta.")
	}
	return diags
}

// checkTakeOver finds what would keep the rotation from beginning, and what an
// interrupted beginning has left.
func (r *appClientSecretRotationResource) checkTakeOver(ctx context.Context, plan appClientSecretRotationModel, policy rotation.Policy) (diags diag.Diagnostics) {
	if !r.ready() || plan.AppID.IsUnknown() {
		return diags
	}
	app := plan.AppID.ValueString()
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		diags.Append(failure("take over the client secrets of app "+app, err))
		return diags
	}
	if reason := r.refusal(ctx, app, secrets); reason != "" {
		diags.AddError("Okta would refuse a client secret of app "+app, reason)
		return diags
	}
	facts := newRotationFacts(app, rotation.Memory{}, secrets, r.now())
	diags.Append(rotationDiagnostics(app, facts, facts.next(policy))...)
	return diags
}
