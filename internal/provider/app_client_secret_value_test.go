// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// A response that has something else in the place of the value changes no state, and
// delivers nothing.
func TestAccAppClientSecret_AValueThatIsNotTheSecret(t *testing.T) {
	for name, mask := range map[string]oktasim.Fault{
		"masked":  {Edit: oktasim.EditSet, Value: "***DhOW"},
		"empty":   {Edit: oktasim.EditSet, Value: ""},
		"missing": {Edit: oktasim.EditRemove},
	} {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			mask.Kind, mask.Member = oktasim.FaultMember, "client_secret"
			config := secretConfig(org, app, `client_secret = "`+ownFirst+`"
  omit_secret = false`)
			kept := statecheck.ExpectKnownValue(secretAddress, tfjsonpath.New("client_secret"), knownvalue.StringExact(ownFirst))
			resource.ParallelTest(t, resource.TestCase{
				TerraformVersionChecks:   ephemerals,
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: config, ConfigStateChecks: []statecheck.StateCheck{kept}},
					{PreConfig: func() { sim.InjectFault(mask) }, RefreshState: true},
					{Config: config, ConfigStateChecks: []statecheck.StateCheck{kept}},
					{Config: config + opened("oktacreds_app_client_secret.test.app_id", "id = oktacreds_app_client_secret.test.id"),
						ExpectError: regexp.MustCompile(`doesn't\s+contain\s+the\s+value`)},
					{PreConfig: sim.ClearFaults, Config: config, ConfigStateChecks: []statecheck.StateCheck{kept}},
				},
			})
		})
	}
}
