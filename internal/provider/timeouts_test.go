// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestTimeoutsAttribute_AcceptsOnlyWhatIsAboveZero(t *testing.T) {
	attribute := timeoutsAttribute(t.Context(), timeouts.Opts{Create: true, Update: true, Delete: true}).(schema.SingleNestedAttribute)
	if len(attribute.Attributes) != 3 {
		t.Fatalf("the attributes are %v", attribute.Attributes)
	}
	for operation, nested := range attribute.Attributes {
		for text, want := range map[string]bool{
			"1s": true, "45m": true, "1h30m": true, "1ns": true,
			"0s": false, "0": false, "-1m": false, "": false, "45": false, "1d": false, "PT45M": false, "45 m": false, "9999999999h": false,
		} {
			var resp validator.StringResponse
			for _, check := range nested.(schema.StringAttribute).Validators {
				check.ValidateString(t.Context(), validator.StringRequest{ConfigValue: types.StringValue(text)}, &resp)
			}
			if resp.Diagnostics.HasError() == want {
				t.Errorf("%s = %q: %v", operation, text, resp.Diagnostics)
			}
		}
	}
}
