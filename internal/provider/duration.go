// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// durationAttribute is an optional duration such as 90d. byDefault is what it is if the configuration
// doesn't say; empty means null.
func durationAttribute(byDefault, description string, valid durationValidator) schema.StringAttribute {
	attribute := schema.StringAttribute{
		Optional:            true,
		Validators:          []validator.String{valid},
		PlanModifiers:       []planmodifier.String{keepEqualDuration{}},
		MarkdownDescription: description,
	}
	if byDefault != "" {
		attribute.Computed, attribute.Default = true, stringdefault.StaticString(byDefault)
	}
	return attribute
}

// durationOf reads a duration that durationValidator has accepted. Null and unknown are 0.
func durationOf(value types.String, diags *diag.Diagnostics) time.Duration {
	if value.IsNull() || value.IsUnknown() {
		return 0
	}
	duration, err := rotation.ParseDuration(value.ValueString())
	if err != nil {
		diags.AddError("Invalid duration "+value.String(), sentence(err.Error()))
	}
	return duration
}

// durationValidator accepts what [rotation.ParseDuration] reads.
type durationValidator struct{ aboveZero bool }

func (v durationValidator) Description(context.Context) string {
	if v.aboveZero {
		return "a duration above zero, such as 90d, 2w or 36h"
	}
	return "a duration, such as 90d, 2w, 36h or 0s"
}

func (v durationValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v durationValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	switch duration, err := rotation.ParseDuration(req.ConfigValue.ValueString()); {
	case err != nil:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration "+req.ConfigValue.String(), sentence(err.Error()))
	case v.aboveZero && duration == 0:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration "+req.ConfigValue.String(),
			"The duration must be longer than zero: use 90d, 2w or 36h. To turn this off, remove the argument.")
	}
}

// keepEqualDuration keeps the state's value when the configuration gives the same duration in other
// words. Without it, changing 2160h to 90d is an update of the resource.
type keepEqualDuration struct{}

func (keepEqualDuration) Description(context.Context) string {
	return "The same duration in other words is not a change."
}

func (m keepEqualDuration) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (keepEqualDuration) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	state, stateErr := rotation.ParseDuration(req.StateValue.ValueString())
	plan, planErr := rotation.ParseDuration(req.PlanValue.ValueString())
	if stateErr == nil && planErr == nil && state == plan {
		resp.PlanValue = req.StateValue
	}
}
