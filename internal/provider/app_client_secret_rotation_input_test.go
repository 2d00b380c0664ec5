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

func TestAccAppClientSecretRotation_BadInputIsRefusedAtValidate(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	for name, attributes := range map[string]string{
		"an ISO 8601 duration":    `rotate_after = "P90D"`,
		"a negative duration":     `overlap = "-24h"`,
		"a duration that is long": `grace = "999999w"`,
		"an age of zero":          `rotate_after = "0s"`,
	} {
		t.Run(name, func(t *testing.T) {
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: rotationConfig(org, app, attributes), PlanOnly: true, ExpectError: regexp.MustCompile(`90d`),
				}},
			})
		})
	}
}
