// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

func TestAppClientSecretRotation_SameDurationInOtherWords_IsNoChange(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var given reasons
	core := newCore(t, nil, &given)
	config := func(values map[string]any) tfcore.Config {
		values["app_id"] = app.ID
		return coreConfig(org, tfcore.Resource{Address: rotationAddress, Values: values})
	}
	mustRun(t, core, config(map[string]any{"rotate_after": "2160h"}), tfcore.Options{})
	run := core.Run(t.Context(), config(map[string]any{"rotate_after": "90d", "overlap": "1d", "grace": "1440m"}), tfcore.Options{})
	if !run.Converged() {
		t.Errorf("the plan is %s\n%s", run.Plan, run.Diagnostics())
	}
}

// TestDurations_EveryAttributeRefusesABadOne_AndGivesAnExample has the rest.
func TestAppClientSecretRotation_BadInputIsRefusedAtValidate(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, nil)
	for name, test := range map[string]struct {
		config map[string]any
		says   string
	}{
		"an ISO 8601 duration":                   {map[string]any{"rotate_after": "P90D"}, "90d"},
		"the default overlap with a shorter age": {map[string]any{"rotate_after": "12h"}, "overlap"},
		"unused without an overlap":              {map[string]any{"retire_when": "unused", "overlap": "0s"}, "overlap"},
	} {
		t.Run(name, func(t *testing.T) {
			test.config["app_id"] = "0oa1"
			acctest.Says(t, p.validate(t, rotationKind, test.config), "ERROR", test.says)
		})
	}
}
