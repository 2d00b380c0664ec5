// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// The attributes of the resources that rotate by age, each with the same words.

// What a plan does about a rotation that is overdue and blocked.
const (
	onBlockedWarn  = "warn"
	onBlockedError = "error"
)

func onBlockedAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Default:    stringdefault.StaticString(onBlockedWarn),
		Validators: []validator.String{stringvalidator.OneOf(onBlockedWarn, onBlockedError)},
		MarkdownDescription: "What a plan does if a rotation is overdue and something blocks it. `warn` shows a warning. `error` fails the plan, so that a pipeline fails; " +
			"it doesn't fail `terraform destroy`. Default: `warn`.",
	}
}

func staggerAttribute() schema.StringAttribute {
	return durationAttribute("", "Schedules rotations up to this much earlier than `rotate_after`, so that many apps don't rotate on the same day, for example `14d`. "+
		"The share of each app is computed from its id and doesn't change. Can't be longer than `rotate_after`. Default: not set.", durationValidator{})
}

func rotatesAtAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Computed: true,
		MarkdownDescription: "When the next rotation is scheduled (RFC 3339): when the current secret reaches `rotate_after`, less its share of `stagger`. " +
			"If a rotation was requested, when it can start. Null if none is scheduled.",
	}
}

func overdueAttribute() schema.BoolAttribute {
	return schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether `rotates_at` has passed and the rotation hasn't happened. In a plan, `false` if applying the plan rotates.",
	}
}

func blockedByAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "What blocks the next rotation, in words. Null if nothing does.",
	}
}

// checkSchedule refuses durations that contradict each other.
func checkSchedule(rotateAfter, stagger types.String) (diags diag.Diagnostics) {
	if rotateAfter.IsUnknown() || stagger.IsUnknown() || stagger.IsNull() {
		return nil
	}
	if rotateAfter.IsNull() {
		diags.AddAttributeError(path.Root("stagger"), "stagger needs rotate_after", "Set rotate_after, or remove stagger.")
		return diags
	}
	var unreadable diag.Diagnostics // refused by its own validator
	if age, window := durationOf(rotateAfter, &unreadable), durationOf(stagger, &unreadable); !unreadable.HasError() && window > age {
		diags.AddAttributeError(path.Root("stagger"), "stagger is longer than rotate_after",
			"An app could be scheduled to rotate before its secret is created. Set stagger to at most "+rotateAfter.ValueString()+", or raise rotate_after.")
	}
	return diags
}

// schedule is when a credential that is replaced because of its age is due.
type schedule struct {
	owner                string // whose share of stagger it is
	rotateAfter, stagger types.String
}

// at returns when a credential of that creation time is scheduled to be replaced; zero if it isn't.
func (s schedule) at(created time.Time) time.Time {
	var unreadable diag.Diagnostics // refused by their own validators
	age := durationOf(s.rotateAfter, &unreadable)
	if age == 0 || created.IsZero() {
		return time.Time{}
	}
	return created.Add(age - rotation.Stagger(s.owner, durationOf(s.stagger, &unreadable)))
}

// key tells schedules apart.
func (s schedule) key() string { return s.rotateAfter.ValueString() + "-" + s.stagger.ValueString() }

// reached returns the key of the schedule if a credential of that creation time is due, otherwise the
// empty string.
func (s schedule) reached(created, now time.Time) string {
	if at := s.at(created); at.IsZero() || now.Before(at) {
		return ""
	}
	return s.key()
}
