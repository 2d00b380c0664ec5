// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

// clientSecretValidator checks a client secret. The ready-made validators name
// the value they refuse; and a diagnostic with an attribute path makes Terraform
// print that line of the configuration, so this one has none.
type clientSecretValidator struct{}

func (clientSecretValidator) Description(context.Context) string {
	return "14 to 100 characters of printable ASCII"
}

func (v clientSecretValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (clientSecretValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := checkSecret(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddError("Okta would refuse the "+req.Path.String(), sentence(err.Error()))
	}
}

// kidValidator checks a kid. Its errors have no attribute path for the same reason: people put the key itself there.
type kidValidator struct{}

func (kidValidator) Description(context.Context) string { return "the name of a key" }

func (v kidValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (kidValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	kid := req.ConfigValue.ValueString()
	if kid == "" {
		resp.Diagnostics.AddError(invalidKid, "The kid must not be empty. To use the key's thumbprint, remove the argument.")
	} else if err := jwk.CheckKid(kid); err != nil {
		resp.Diagnostics.AddError(invalidKid, sentence(err.Error()))
	}
}

const invalidKid = "Invalid kid"

// positiveDuration refuses a duration that is zero or negative.
type positiveDuration struct{}

func (positiveDuration) Description(context.Context) string { return "a duration above zero" }

func (v positiveDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (positiveDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if d, ok := duration(req); ok && d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a duration above zero", "Give an age such as \"2160h\".")
	}
}

// duration reads the value if it is one; text that isn't is refused by the
// attribute's type.
func duration(req validator.StringRequest) (time.Duration, bool) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return 0, false
	}
	d, err := time.ParseDuration(req.ConfigValue.ValueString())
	return d, err == nil
}
