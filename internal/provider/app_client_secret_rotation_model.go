// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// appClientSecretRotationModel is the resource's data.
type appClientSecretRotationModel struct {
	ID                 types.String   `tfsdk:"id"`
	AppID              types.String   `tfsdk:"app_id"`
	RotateAfter        types.String   `tfsdk:"rotate_after"`
	Stagger            types.String   `tfsdk:"stagger"`
	RotateWhenChanged  types.Map      `tfsdk:"rotate_when_changed"`
	Overlap            types.String   `tfsdk:"overlap"`
	Grace              types.String   `tfsdk:"grace"`
	Hold               types.Bool     `tfsdk:"hold"`
	RetireWhen         types.String   `tfsdk:"retire_when"`
	OnBlocked          types.String   `tfsdk:"on_blocked"`
	WarnOnRetire       types.Bool     `tfsdk:"warn_on_retire"`
	OmitSecret         types.Bool     `tfsdk:"omit_secret"`
	Verify             types.Bool     `tfsdk:"verify"`
	Phase              types.String   `tfsdk:"phase"`
	Pending            types.List     `tfsdk:"pending"`
	LastTransition     types.String   `tfsdk:"last_transition"`
	NextTransitionAt   types.String   `tfsdk:"next_transition_at"`
	RotatesAt          types.String   `tfsdk:"rotates_at"`
	Overdue            types.Bool     `tfsdk:"overdue"`
	BlockedBy          types.String   `tfsdk:"blocked_by"`
	MaxAge             types.String   `tfsdk:"max_age"`
	CurrentSecretID    types.String   `tfsdk:"current_secret_id"`
	CurrentStatus      types.String   `tfsdk:"current_status"`
	ClientSecret       types.String   `tfsdk:"client_secret"`
	SecretHash         types.String   `tfsdk:"secret_hash"`
	Created            types.String   `tfsdk:"created"`
	Version            types.Int64    `tfsdk:"version"`
	PreviousSecretID   types.String   `tfsdk:"previous_secret_id"`
	PreviousStatus     types.String   `tfsdk:"previous_status"`
	Usage              types.String   `tfsdk:"usage"`
	PreviousLastUsedAt types.String   `tfsdk:"previous_last_used_at"`
	CurrentLastUsedAt  types.String   `tfsdk:"current_last_used_at"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// policy is what the configuration asks for.
func (m *appClientSecretRotationModel) policy() (policy rotation.Policy, diags diag.Diagnostics) {
	policy = rotation.Policy{
		RotateAfter: durationOf(m.RotateAfter, &diags),
		Overlap:     durationOf(m.Overlap, &diags),
		Grace:       durationOf(m.Grace, &diags),
		Hold:        m.Hold.ValueBool(),
		OnlyQuiet:   m.RetireWhen.ValueString() == retireWhenUnused,
	}
	if policy.RotateAfter > 0 {
		policy.RotateAfter -= rotation.Stagger(m.AppID.ValueString(), durationOf(m.Stagger, &diags))
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
		Pending: rotation.Triggered, AdoptedAt: now,
	}
}

// show puts into the model where the app stands.
func (m *appClientSecretRotationModel) show(facts rotationFacts, policy rotation.Policy) {
	step := facts.next(policy)
	m.ID = m.AppID
	m.Phase = types.StringValue(string(step.Phase))
	m.NextTransitionAt = timestamp(step.DueAt)
	m.RotatesAt = timestamp(step.RotatesAt)
	m.Overdue = types.BoolValue(step.Overdue)
	m.BlockedBy = stringOrNull(facts.blockedBy(step))
	m.MaxAge = m.maxAge()
	m.CurrentSecretID = stringOrNull(step.CurrentID)
	m.CurrentStatus = stringOrNull(facts.status(step.CurrentID))
	m.PreviousSecretID = stringOrNull(step.PreviousID)
	m.PreviousStatus = stringOrNull(facts.status(step.PreviousID))
	m.showUsage(facts)
	view, ok := facts.Views[step.CurrentID]
	if !ok {
		m.SecretHash, m.Created, m.Version = types.StringNull(), types.StringNull(), types.Int64Null()
		return
	}
	m.SecretHash, m.Created = types.StringValue(view.Hash), timestamp(view.Created)
	m.Version = types.Int64Value(latestOf(view.Created, facts.statusSince(step.CurrentID)).Unix())
}

// maxAge is how old a secret can be that Okta still accepts, if an apply runs when
// a transition is due.
func (m *appClientSecretRotationModel) maxAge() types.String {
	if m.RotateAfter.IsNull() {
		return types.StringNull()
	}
	if m.RotateAfter.IsUnknown() || m.Overlap.IsUnknown() {
		return types.StringUnknown()
	}
	var diags diag.Diagnostics // both have been read before
	return types.StringValue(rotation.FormatDuration(durationOf(m.RotateAfter, &diags) + durationOf(m.Overlap, &diags)))
}

// pendingType is the type of an element of pending.
var pendingType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"action": types.StringType, "secret_id": types.StringType, "reason": types.StringType,
}}

// pendingList is what the steps look like in pending. The id of a secret that is
// yet to be created is what createdID says.
func pendingList(steps []rotation.Step, createdID types.String) types.List {
	elements := make([]attr.Value, 0, len(steps))
	for _, step := range steps {
		id := types.StringValue(step.TargetID)
		if step.Action == rotation.Create {
			id = createdID
		}
		elements = append(elements, types.ObjectValueMust(pendingType.AttrTypes, map[string]attr.Value{
			"action": types.StringValue(string(step.Action)), "secret_id": id, "reason": types.StringValue(string(step.Reason)),
		}))
	}
	return types.ListValueMust(pendingType, elements)
}

// describe names a transition, in last_transition and in messages.
func describe(step rotation.Step) string {
	if step.TargetID == "" {
		return string(step.Action)
	}
	return string(step.Action) + " " + step.TargetID
}

// retires tells whether one of the steps deactivates or deletes a secret.
func retires(steps []rotation.Step) bool {
	return slices.ContainsFunc(steps, isRetirement)
}

func isRetirement(step rotation.Step) bool {
	return step.Action == rotation.Deactivate || step.Action == rotation.Delete
}

// creates tells whether the last of the steps creates a secret.
func creates(steps []rotation.Step) bool {
	return len(steps) > 0 && steps[len(steps)-1].Action == rotation.Create
}
