// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func secretsConfig(org *acctest.Org, app string) string {
	return org.Provider() + fmt.Sprintf(`
data "oktacreds_app_client_secrets" "test" { app_id = %q }
output "secrets" { value = data.oktacreds_app_client_secrets.test.secrets }
`, app)
}

func TestAccAppClientSecrets_TellsAllButTheValuesNewestFirst(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := sim.AddApp(oktasim.AppOptions{}).ID
	sim.Age(app, 48*time.Hour)
	_, err := sim.AddSecret(app, "", "")
	if err := errors.Join(err, sim.SetSecretStatus(app, sim.Secrets(app)[0].ID, "INACTIVE")); err != nil {
		t.Fatal(err)
	}
	first, second := sim.Secrets(app)[0], sim.Secrets(app)[1]
	tells := func(secret oktasim.Secret) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"id": knownvalue.StringExact(secret.ID), "status": knownvalue.StringExact(secret.Status), "secret_hash": knownvalue.StringExact(secret.Hash),
			"created":      knownvalue.StringExact(secret.Created.UTC().Format(time.RFC3339)),
			"last_updated": knownvalue.StringExact(secret.LastUpdated.UTC().Format(time.RFC3339)),
		})
	}
	newestFirst := []statecheck.StateCheck{
		statecheck.ExpectKnownOutputValue("secrets", knownvalue.ListExact([]knownvalue.Check{tells(second), tells(first)})),
	}
	for _, order := range []string{oktasim.OrderCreated, oktasim.OrderReversed} {
		t.Run(order, func(t *testing.T) {
			sim.ClearFaults()
			sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultListOrder, Order: order})
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: secretsConfig(org, app), ConfigStateChecks: newestFirst}},
			})
		})
	}
}

func TestAccAppClientSecrets_OfAnAppWithoutAny_IsAnEmptyList(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:            secretsConfig(org, app.ID),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("secrets", knownvalue.ListExact(nil))},
		}},
	})
}

func TestAccAppClientSecrets_OfAnAppThatIsGone_SaysWhichAndWhatOktaAnswered(t *testing.T) {
	org := acctest.NewOrg(t)
	org.Sim(t)
	text := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: secretsConfig(org, "0oaGone")}},
	})
	acctest.Says(t, text, "can't read the client secrets of app 0oaGone", "404", "E0000007")
}
