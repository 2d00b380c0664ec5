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
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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
func TestAppJWK_RotationWithoutAPlace_LeavesTheOldKeyCurrent(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt") // with a key of its own
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	var foreign acctest.Credential
	for i := range 48 {
		foreign = app.AddKey(t, withMembers(acctest.NewEC(t), acctest.Members{"kid": fmt.Sprint("foreign ", i)}))
	}
	rotated := values{"public_key_pem": two.PEM(t)}

	var run watched
	s := newAppStory(t, org, app, keyAddress, run.watch)
	s.apply(t, tfcore.Create, values{"public_key_pem": one.PEM(t)})
	if plan := s.plan(t, rotated); plan.Failed() || plan.Change(s.address).Action != tfcore.CreateThenDelete {
		t.Errorf("planned is %s %v", plan, plan.Diagnostics)
	}
	run.expect(t, "keys_full", app.ID)
	s.refuse(t, rotated, "App "+app.ID+" already has 50 keys")
	loginWith(t, app, one, true)()
	app.Delete(t, "jwks", foreign.ID)
	wantRequests(t, s.apply(t, tfcore.CreateThenDelete, rotated), "GET app", "POST jwks", "POST jwks/lifecycle/deactivate", "DELETE jwks")
}
