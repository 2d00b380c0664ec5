// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func TestAccAppClientSecretRotation_SameDurationInOtherWords_IsNoChange(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: rotationConfig(org, app, `rotate_after = "2160h"`)},
			{Config: rotationConfig(org, app, `rotate_after = "90d"
				overlap = "1d"
				grace   = "1440m"`), ConfigPlanChecks: noneDue},
		},
	})
}

// TestDurations_EveryAttributeRefusesABadOne_AndGivesAnExample has the rest.
func TestAccAppClientSecretRotation_BadInputIsRefusedAtValidate(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	for name, test := range map[string]struct{ attributes, says string }{
		"an ISO 8601 duration":                   {`rotate_after = "P90D"`, "90d"},
		"the default overlap with a shorter age": {`rotate_after = "12h"`, "overlap"},
		"unused without an overlap":              {"retire_when = \"unused\"\n overlap = \"0s\"", "overlap"},
	} {
		t.Run(name, func(t *testing.T) {
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: rotationConfig(org, app, test.attributes), PlanOnly: true, ExpectError: regexp.MustCompile(test.says),
				}},
			})
		})
	}
}
