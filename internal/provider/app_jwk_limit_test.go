// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// An app holds 50 keys, which cost one request to refresh.
func TestAccAppJWK_FiftyKeys(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	sim := org.Sim(t)
	texts := make([]string, 51)
	for i := range texts {
		texts[i] = fmt.Sprintf("%q", acctest.NewEC(t).PEM(t))
	}
	config := func(count int) string {
		return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_jwk" "test" {
  count          = %d
  app_id         = %q
  public_key_pem = [%s][count.index]
}
`, count, app.ID, strings.Join(texts, ", "))
	}
	testKeys(t,
		resource.TestStep{Config: config(50)},
		resource.TestStep{
			PreConfig: sim.ResetRequests,
			Config:    config(50), PlanOnly: true,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{acctest.Do(func() {
				if diff := cmp.Diff([]string{"GET app"}, requestsTo(t, app)); diff != "" {
					t.Errorf("requests of the refresh (-want +got):\n%s", diff)
				}
			})}},
		},
		resource.TestStep{Config: config(51), ExpectError: inWords("App " + app.ID + " already has 50 keys")},
	)
}

// With 50 keys a rotation can't begin, which the plan says. It fails in Create, from which Terraform
// recovers: the old key is still the current one, and not deposed.
func TestAccAppJWK_RotationWithoutAPlace_LeavesTheOldKeyCurrent(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt") // with a key of its own
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	var foreign acctest.Credential
	for i := range 48 {
		foreign = app.AddKey(t, withMembers(acctest.NewEC(t), acctest.Members{"kid": fmt.Sprint("foreign ", i)}))
	}
	rotated := keyConfig(org, app, inPEM(t, two))

	var run watched
	resource.ParallelTest(t, resource.TestCase{ProtoV6ProviderFactories: run.factories(), Steps: []resource.TestStep{
		{Config: keyConfig(org, app, inPEM(t, one))},
		{Config: rotated, PlanOnly: true, ExpectNonEmptyPlan: true},
		{
			PreConfig:   func() { run.expect(t, "keys_full", app.ID) },
			Config:      rotated,
			ExpectError: inWords("App " + app.ID + " already has 50 keys"),
		},
		expectRequests(t, org, app, resource.TestStep{
			PreConfig: func() {
				loginWith(t, app, one, true)()
				app.Delete(t, "jwks", foreign.ID)
			},
			Config: rotated, ConfigPlanChecks: plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
		}, "GET app", "POST jwks", "POST jwks/lifecycle/deactivate", "DELETE jwks"),
	}})
}
