// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestDurationValidator(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value            string
		valid, aboveZero bool // whether each validator accepts it
	}{
		{"90d", true, true},
		{"2w", true, true},
		{"1w2d", true, true},
		{"36h", true, true},
		{"1h30m", true, true},
		{"0s", true, false},
		{"0", true, false},
		{"", false, false},
		{"90", false, false},
		{"P90D", false, false},
		{"-24h", false, false},
		{"90 days", false, false},
		{"1y", false, false},
		{"999999w", false, false},
	} {
		for aboveZero, want := range map[bool]bool{false: test.valid, true: test.aboveZero} {
			var resp validator.StringResponse
			req := validator.StringRequest{Path: path.Root("overlap"), ConfigValue: types.StringValue(test.value)}
			durationValidator{aboveZero: aboveZero}.ValidateString(t.Context(), req, &resp)
			if got := !resp.Diagnostics.HasError(); got != want {
				t.Errorf("%q, above zero %t: accepted %t, want %t", test.value, aboveZero, got, want)
			}
		}
	}
	for _, unset := range []types.String{types.StringNull(), types.StringUnknown()} {
		var resp validator.StringResponse
		durationValidator{aboveZero: true}.ValidateString(t.Context(), validator.StringRequest{ConfigValue: unset}, &resp)
		if resp.Diagnostics.HasError() {
			t.Errorf("%s: %v", unset, resp.Diagnostics)
		}
	}
}

func TestKeepEqualDuration(t *testing.T) {
	t.Parallel()
	null, unknown, text := types.StringNull(), types.StringUnknown(), types.StringValue
	for _, test := range []struct{ state, plan, want types.String }{
		{text("2160h"), text("90d"), text("2160h")},
		{text("0s"), text("0d"), text("0s")},
		{text("2160h"), text("91d"), text("91d")},
		{null, text("90d"), text("90d")},
		{text("90d"), null, null},
		{text("90d"), unknown, unknown},
	} {
		resp := planmodifier.StringResponse{PlanValue: test.plan}
		keepEqualDuration{}.PlanModifyString(t.Context(), planmodifier.StringRequest{StateValue: test.state, PlanValue: test.plan}, &resp)
		if !resp.PlanValue.Equal(test.want) {
			t.Errorf("from %s to %s: planned %s, want %s", test.state, test.plan, resp.PlanValue, test.want)
		}
	}
}

func TestDurationOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value types.String
		want  time.Duration
		fails bool
	}{
		{types.StringValue("1w2d"), 9 * 24 * time.Hour, false},
		{types.StringNull(), 0, false},
		{types.StringUnknown(), 0, false},
		{types.StringValue("P90D"), 0, true},
	} {
		var diags diag.Diagnostics
		if got := durationOf(test.value, &diags); got != test.want || diags.HasError() != test.fails {
			t.Errorf("%s is %s with %v, want %s", test.value, got, diags, test.want)
		}
	}
}
