// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func rotationImport(app *acctest.App) string {
	return fmt.Sprintf("import {\n to = %s\n id = %q\n}\n", rotationAddress, app.ID)
}

// Either of two active secrets may be in use, however old they are.
func TestAccAppClientSecretRotation_ImportOfTwoActiveSecrets_GivesTheOlderTheWholeOverlap(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	older := app.Secrets(t)[0]
	sim.Age(app.ID, time.Hour)
	newer := app.AddSecret(t, "a-second-one-of-thirty-two-signs-or-more")
	sim.Age(app.ID, 30*24*time.Hour)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: rotationConfig(org, app, "") + rotationImport(app),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("phase"), knownvalue.StringExact("overlap")),
				statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("last_transition"), knownvalue.Null()),
				statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("current_secret_id"), knownvalue.StringExact(newer.ID)),
				statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("previous_secret_id"), knownvalue.StringExact(older.ID)),
				acctest.Do(func() { mustHold(t, app, older.ID, newer.ID) }),
			},
		}},
	})
}

func TestAccAppClientSecretRotation_ImportOfAnInactiveSecret_DoesNotEndIt(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	current := app.Secrets(t)[0]
	inactive := app.AddSecret(t, "a-second-one-of-thirty-two-signs-or-more")
	app.Deactivate(t, "secrets", inactive.ID)
	sim.Age(app.ID, 30*24*time.Hour)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: rotationConfig(org, app, "") + rotationImport(app),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("phase"), knownvalue.StringExact("steady")),
				acctest.Do(func() { mustHold(t, app, current.ID, inactive.ID) }),
			},
		}},
	})
}

func TestAccAppClientSecretRotation_OfAnAppThatWentOverToKeys_CanBeDestroyed(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: rotationConfig(org, app, "")},
			{
				PreConfig: func() {
					app.AddKey(t, acctest.FirstKey())
					app.SetAuthMethod(t, "private_key_jwt")
				},
				Config:  rotationConfig(org, app, ""),
				Destroy: true,
			},
		},
	})
}
