package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

const secretAddress = "oktacreds_app_client_secret.test"

// secretConfig is a secret that is replaced in the right order.
func secretConfig(org *acctest.Org, app *acctest.App, attributes string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_client_secret" "test" {
  app_id = %q
  %s
  lifecycle {
    create_before_destroy = true
  }
}
`, app.ID, attributes)
}

func TestAccAppClientSecret_RotationLeavesOnlyTheNewSecret(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: secretConfig(org, app, `rotate_when_changed = { on = "1" }`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(secretAddress, tfjsonpath.New("status"), knownvalue.StringExact("ACTIVE")),
				},
			},
			{
				PreConfig: func() { app.Delete(t, "secrets", initial.ID) },
				Config:    secretConfig(org, app, `rotate_when_changed = { on = "2" }`),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(secretAddress, plancheck.ResourceActionCreateBeforeDestroy),
					},
				},
			},
			{Config: secretConfig(org, app, `rotate_when_changed = { on = "2" }
  on_destroy = "retain"`)},
		},
	})
	if secrets := app.Secrets(t); len(secrets) != 1 {
		t.Errorf("the app has %d secrets, want the new one alone", len(secrets))
	}
}
