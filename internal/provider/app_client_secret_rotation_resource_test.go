package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

const rotationAddress = "oktacreds_app_client_secret_rotation.test"

func rotationConfig(org *acctest.Org, app *acctest.App, attributes string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_client_secret_rotation" "test" {
  app_id = %q
  %s
}
`, app.ID, attributes)
}

func phase(want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("phase"), knownvalue.StringExact(want))
}

func transition(want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("last_transition"), knownvalue.StringExact(want))
}

func TestAccAppClientSecretRotation_GoesThroughOverlapAndGrace(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := rotationConfig(org, app, `rotate_after = "720h"`)
	due := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction(rotationAddress, plancheck.ResourceActionUpdate),
	}}

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("create")},
			},
			{
				PreConfig:         func() { sim.Age(app.ID, 25*time.Hour) },
				Config:            config,
				ConfigPlanChecks:  due,
				ConfigStateChecks: []statecheck.StateCheck{phase("grace"), transition("deactivate " + initial.ID)},
			},
			{
				PreConfig:         func() { sim.Age(app.ID, 25*time.Hour) },
				Config:            config,
				ConfigPlanChecks:  due,
				ConfigStateChecks: []statecheck.StateCheck{phase("steady"), transition("delete " + initial.ID)},
			},
			{
				PreConfig:         func() { sim.Age(app.ID, 720*time.Hour) },
				Config:            config,
				ConfigPlanChecks:  due,
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("create")},
			},
		},
	})
}
