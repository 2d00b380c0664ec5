// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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
	noValue      rotation.Reason = "no_value"       // the value is configured, and not given in this run
	knownOnlyNow rotation.Reason = "known_only_now" // the configured value was not known at plan
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

// enter tells the other objects of the run what becomes of the secret.
func (c *configured) enter(object, app, id string, planned replacement) (diags diag.Diagnostics) {
	verdict, entries := planned.verdict, []entry{{object: object, role: keeps, id: id}}
	if planned.replaces() {
		entries[0].role = destroys
		entries = append(entries, entry{object: object, role: keeps})
	}
	switch {
	case verdict.Action == rotation.Adopt:
		entries = append(entries, entry{object: object, role: wants, id: verdict.Subject.ID})
	case verdict.Reason == rotation.Reclaims:
		entries = append(entries, entry{object: object, role: destroys, id: verdict.Subject.ID})
	}
	for _, e := range entries {
		diags.Append(c.ledger.add(app, e)...)
	}
	return diags
}

// wantHolder tells the other objects of the run that a new object asks for a credential that exists.
func (c *configured) wantHolder(object string, inventory rotation.Inventory, wish rotation.Wish, verdict rotation.Judgment) (diags diag.Diagnostics) {
	id := verdict.Subject.ID
	if i := slices.IndexFunc(inventory.Others, func(other rotation.HeldSecret) bool { return wish.Hash != "" && other.Hash == wish.Hash }); i >= 0 {
		id = inventory.Others[i].ID
	} else if verdict.Action != rotation.Adopt {
		return nil
	}
	return c.ledger.add(inventory.App, entry{object: object, role: wants, id: id})
}

// reached returns the age if a credential of that creation time has it by now, otherwise the empty
// string.
func (c *configured) reached(age types.String, created time.Time, diags *diag.Diagnostics) string {
	if duration := durationOf(age, diags); duration == 0 || c.now().Sub(created) < duration {
		return ""
	}
	return age.ValueString()
}

// planDestroy notes that the object is destroyed for good, and tells the other objects of the run.
func (c *configured) planDestroy(ctx context.Context, object string, app, id, onDestroy types.String, resp *resource.ModifyPlanResponse) diag.Diagnostics {
	setPrivate(ctx, resp.Private, keyDestroy, true, &resp.Diagnostics)
	if c.data == nil || onDestroy.ValueString() == onDestroyRetain {
		return nil
	}
	return c.ledger.add(app.ValueString(), entry{object: object, role: destroys, id: id.ValueString()})
}
