// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// ModifyPlan plans that nothing remains of what is shown as unlisted, and warns
// of what the apply leaves to the next plan.
func (r *appExclusiveResource[C]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state appExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ID = plan.AppID
	if plan.AppID.Equal(state.AppID) {
		plan.Unlisted = r.planUnlisted(ctx, plan, state, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
	if plan.AppID.IsUnknown() || !r.ready() {
		return
	}
	app := plan.AppID.ValueString()
	claimed := entry{object: r.object, again: r.ledger.again(ctx, req, resp)}
	if allKnown(plan.IDs) {
		claimed.only = elements(plan.IDs)
	}
	if plan.AppID.Equal(state.AppID) {
		claimed.retires = r.ending(ctx, state, claimed.only, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(r.ledger.add(app, claimed)...)
	resp.Diagnostics.Append(r.planErrors(app, true, r.leaves(ctx, plan, state))...)
}

// planUnlisted is what remains unlisted: what is too young. It warns of each ACTIVE one that the apply retires,
// which Terraform's summary counts as a change.
func (r *appExclusiveResource[C]) planUnlisted(ctx context.Context, plan, state appExclusiveModel, diags *diag.Diagnostics) types.Map {
	shown := r.shown(ctx, state, diags)
	var ending []string
	for id, seen := range shown {
		if !seen.Retire {
			continue
		}
		delete(shown, id)
		diags.Append(r.retiresUnlistedKey(plan.AppID.ValueString(), id)...)
		if seen.Status == string(okta.StatusActive) && !slices.Contains(elements(plan.IDs), id) {
			ending = append(ending, id+" (created "+cmp.Or(seen.Created, "at an unknown time")+")")
		}
	}
	if slices.Sort(ending); len(ending) > 0 {
		r.report(retiresActive, plan.AppID.ValueString(), "")
		diags.AddWarning("This plan deletes "+r.noun+"s of app "+plan.AppID.ValueString()+" that are ACTIVE",
			"They are not on the list: "+strings.Join(ending, "; ")+". Clients that use them can't log in afterwards. To keep one, add its id to the list. To have time to find out, set retire_after.")
	}
	value, more := types.MapValueFrom(ctx, unlistedType, shown)
	diags.Append(more...)
	return value
}

// ending are the ids that the apply retires.
func (r *appExclusiveResource[C]) ending(ctx context.Context, state appExclusiveModel, listed []string, diags *diag.Diagnostics) (ids []string) {
	for id, seen := range r.shown(ctx, state, diags) {
		if seen.Retire && !slices.Contains(listed, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// retiresActive is the reason of that warning.
const retiresActive rotation.Reason = "retires_active"

// leaves names what the apply leaves to the next plan: all that is unlisted when
// the list is new, else what leaves the list. Of ids that are not known yet, what
// is there may be others.
func (r *appExclusiveResource[C]) leaves(ctx context.Context, plan, state appExclusiveModel) (diags diag.Diagnostics) {
	app, listed, known := plan.AppID.ValueString(), elements(plan.IDs), allKnown(plan.IDs)
	isNew := !plan.AppID.Equal(state.AppID)
	left := slices.DeleteFunc(elements(state.IDs), func(id string) bool { return slices.Contains(listed, id) })
	if !isNew && (len(left) == 0 || !known || !r.ledger.planning()) { // an apply, which reads nothing from state, is not told again
		return nil
	}
	present, err := r.present(ctx, app, listed)
	if isNew {
		left = unlistedIDs(present, listed)
		if err == nil && known {
			err = checkSurvivor(present, listed)
		}
	}
	if err != nil {
		diags.Append(failure("look for unlisted "+r.noun+"s of app "+app, err))
		return diags
	}
	return r.staying(app, present, left)
}
