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

// What oktacreds_app_client_secret and oktacreds_api_service_integration_secret share: from what a
// plan asks for to a verdict, and from the verdict to what the plan shows.

// request is what a plan asks of the secret in state.
type request struct {
	wish      rotation.Wish
	triggered bool // by rotate_when_changed, which must not be forgotten
	aged      bool // by rotate_after
	changed   bool // by another configured value
	noValue   bool // the value is configured, and not given in this run
}

// withoutReplacement asks for all but another secret.
func (asked request) withoutReplacement() request {
	asked.wish.Replace = false
	return asked
}

// replacement is the outcome of planning the secret in state.
type replacement struct {
	request request
	verdict rotation.Judgment
}

func (r replacement) replaces() bool {
	return r.verdict.Action == rotation.Create || r.verdict.Action == rotation.Adopt
}

// Reasons for a refusal that [rotation.Judge] knows nothing of.
const (
	noValue        rotation.Reason = "no_value"        // the value is configured, and not given in this run
	knownOnlyNow   rotation.Reason = "known_only_now"  // the configured value was not known at plan
	overdueBlocked rotation.Reason = "overdue_blocked" // on_blocked is "error"
)

// judge asks [rotation.Judge], unless what it needs is missing.
func judge(asked request, facts secretFacts, inventory rotation.Inventory) rotation.Judgment {
	acts := asked.wish.Replace || asked.wish.Forced
	switch {
	case acts && asked.noValue:
		return rotation.Judgment{Action: rotation.Refuse, Reason: noValue, Subject: inventory.Self}
	case !asked.wish.Forced && facts.App == "" && !acts:
		return rotation.Judgment{}
	case !asked.wish.Forced && facts.App == "":
		return rotation.Judgment{Action: rotation.Refuse, Reason: rotation.NotRefreshed, Subject: inventory.Self}
	default:
		return rotation.Judge(asked.wish, inventory)
	}
}

// planReplacement decides about the secret in state, and notes in the facts what the next call and
// the next run have to know.
func planReplacement(asked request, facts *secretFacts) replacement {
	r := replacement{asked, judge(asked, *facts, facts.Inventory)}
	facts.Replacing = r.replaces()
	facts.Pending = facts.Pending || asked.triggered && r.verdict.Action == rotation.Refuse
	return r
}

// planInState plans the secret in state: it shows in the plan what a replacement changes, and tells the user
// and the other objects of the run.
func (c *configured) planInState(
	ctx context.Context, object string, config appClientSecretModel, plan *appClientSecretModel, state appClientSecretModel, facts secretFacts, resp *resource.ModifyPlanResponse,
) (replaces bool) {
	if plan.Status.Equal(state.Status) {
		plan.LastUpdated = state.LastUpdated
	}
	if facts.App != state.AppID.ValueString() { // those of another app, to which a move has failed
		facts = secretFacts{Pending: facts.Pending, Deactivated: facts.Deactivated}
	}
	planned := planReplacement(secretRequest(config, *plan, state, facts), &facts)
	resp.Diagnostics.Append(c.enter(object, state.AppID.ValueString(), state.ID.ValueString(), planned)...)
	resp.Diagnostics.Append(c.explainVerdict(object, facts.Inventory, planned.verdict, diag.SeverityWarning)...)
	resp.Diagnostics.Append(c.overdueError(object, facts.App, plan.OnBlocked, planned)...)
	plan.planSchedule(state)
	if planned.replaces() {
		resp.RequiresReplace = append(resp.RequiresReplace, replacementCause(planned.request, config))
		resp.Diagnostics.Append(c.warnOfLateArguments(object, state.AppID.ValueString(), state.ID.ValueString(), state.end(), plan.end())...)
		plan.forget()
	}
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	return planned.replaces()
}

// enter tells the other objects of the run what becomes of the secret.
func (c *configured) enter(object, app, id string, planned replacement) (diags diag.Diagnostics) {
	verdict, entries := planned.verdict, []entry{{object: object, role: keeps, id: id}}
	if planned.replaces() {
		entries[0].role = replaces
		diags.Append(c.retiresOwnSecret(app, id)...)
		entries = append(entries, entry{object: object, role: keeps})
	}
	switch {
	case verdict.Action == rotation.Adopt, verdict.Reason == rotation.ValueTaken, verdict.Reason == rotation.HeldByAnother:
		entries = append(entries, entry{object: object, role: wants, id: verdict.Subject.ID})
	case verdict.Reason == rotation.Reclaims:
		entries = append(entries, entry{object: object, role: destroys, id: verdict.Subject.ID})
	}
	for _, e := range entries {
		e.proof = true
		diags.Append(c.ledger.add(app, e)...)
	}
	return diags
}

// enterNew tells the other objects of the run what a new object does with a credential that exists: it asks
// for that very one, or deletes it to free its slot.
func (c *configured) enterNew(object string, inventory rotation.Inventory, wish rotation.Wish, verdict rotation.Judgment) (diags diag.Diagnostics) {
	holder := slices.IndexFunc(inventory.Others, func(other rotation.HeldSecret) bool { return wish.Hash != "" && other.Hash == wish.Hash })
	switch {
	case holder >= 0:
		return c.ledger.add(inventory.App, entry{object: object, role: wants, id: inventory.Others[holder].ID})
	case verdict.Action == rotation.Adopt:
		return c.ledger.add(inventory.App, entry{object: object, role: wants, id: verdict.Subject.ID})
	case verdict.Reason == rotation.Reclaims, verdict.Reason == rotation.SlotManaged && wish.Reclaim && !verdict.Subject.Active:
		// Create, which can't tell that it is managed, would delete it.
		return c.ledger.add(inventory.App, entry{object: object, role: destroys, id: verdict.Subject.ID})
	default:
		return nil
	}
}

// replacementCause is the attribute that a plan shows as the one that forces the replacement, so that it
// states the cause. It differs between state and plan, or Terraform ignores it.
func replacementCause(asked request, config appClientSecretModel) path.Path {
	switch {
	case asked.triggered:
		return path.Root("rotate_when_changed")
	case asked.changed && !config.ClientSecretWOVersion.IsNull():
		return path.Root("client_secret_wo_version")
	case asked.aged:
		return path.Root("rotates_at")
	default:
		return path.Root("id")
	}
}

// blockedBy says in words what would keep the next rotation from happening, null if nothing would.
func blockedBy(inventory rotation.Inventory, wish rotation.Wish) types.String {
	wish.Replace, wish.Forced, wish.Activate, wish.Hash = true, false, false, ""
	verdict := rotation.Judge(wish, inventory)
	if verdict.Action != rotation.Refuse {
		return types.StringNull()
	}
	return types.StringValue(secretName(verdict.Subject) + " (" + string(verdict.Reason) + ")")
}

// overdueError makes a plan fail whose rotation is overdue and blocked, where on_blocked asks for that.
func (c *configured) overdueError(object, app string, onBlocked types.String, planned replacement) (diags diag.Diagnostics) {
	if onBlocked.ValueString() != onBlockedError || planned.verdict.Action != rotation.Refuse || !planned.request.wish.Replace {
		return nil
	}
	c.report(overdueBlocked, app, planned.verdict.Subject.ID)
	diags.Append(unlessDestroying(diag.NewErrorDiagnostic("A rotation in "+ownerOf(object).noun+" "+app+" is overdue and blocked",
		"The plan fails because on_blocked is \"error\". The warning says what blocks the rotation, and what to do.")))
	return diags
}

// planDestroy notes that the object is destroyed for good, and tells the other objects of the run.
func (c *configured) planDestroy(ctx context.Context, object string, app, id, onDestroy types.String, resp *resource.ModifyPlanResponse) diag.Diagnostics {
	setPrivate(ctx, resp.Private, keyDestroy, true, &resp.Diagnostics)
	return c.leaves(object, app, id, onDestroy)
}

// leaves tells the other objects of the run that the app loses the credential, and gets none in its place:
// the object is destroyed, or replaced by one of another app.
func (c *configured) leaves(object string, app, id, onDestroy types.String) diag.Diagnostics {
	if c.data == nil || !c.mayRetire(app.ValueString(), id.ValueString()) {
		return nil
	}
	if onDestroy.ValueString() == onDestroyRetain {
		return c.ledger.add(app.ValueString(), entry{object: object, role: retains, id: id.ValueString(), proof: true})
	}
	var diags diag.Diagnostics
	if object != keyObject {
		diags = c.retiresOwnSecret(app.ValueString(), id.ValueString())
	}
	return append(diags, c.ledger.add(app.ValueString(), entry{object: object, role: destroys, id: id.ValueString(), apart: true, proof: true})...)
}

// movedTo are the facts of an object whose app changes, once that is planned. Terraform plans the new
// object next, and shows no warning of that second plan: all has been said in the first. What was asked for remains for the
// case that the move fails.
func movedTo(app types.String, facts secretFacts) secretFacts {
	return secretFacts{Inventory: rotation.Inventory{App: app.ValueString()}, Pending: facts.Pending, Deactivated: facts.Deactivated, Replacing: true}
}
