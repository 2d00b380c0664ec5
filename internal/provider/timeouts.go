// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// timeoutsAttribute is timeouts.Attributes with time-outs above zero: the package accepts "0s" and "-1m", with which
// every operation fails before anything is sent.
func timeoutsAttribute(ctx context.Context, opts timeouts.Opts) schema.Attribute {
	const description = "How long Terraform waits for this operation, including waits for a rate limit, such as `45m` or `1h30m`. Default: "
	opts.CreateDescription = description + "`" + rotation.FormatDuration(defaultTimeout) + "`."
	opts.UpdateDescription, opts.DeleteDescription = opts.CreateDescription, opts.CreateDescription
	attribute := timeouts.Attributes(ctx, opts).(schema.SingleNestedAttribute)
	for operation, nested := range attribute.Attributes {
		text := nested.(schema.StringAttribute)
		text.Validators = []validator.String{timeoutValidator{}}
		attribute.Attributes[operation] = text
	}
	return attribute
}

// timeoutValidator accepts what the timeouts package reads, which doesn't know days, and what is above zero.
type timeoutValidator struct{}

func (timeoutValidator) Description(context.Context) string {
	return "a duration above zero, such as 45m or 1h30m"
}

func (v timeoutValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (timeoutValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid timeout",
			"The timeout must be longer than zero, in hours (h), minutes (m) and seconds (s): use 45m or 1h30m.")
	}
}
