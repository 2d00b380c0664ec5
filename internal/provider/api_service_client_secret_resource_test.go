package provider_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const serviceAddress = "oktacreds_api_service_client_secret.test"

func serviceConfig(org *acctest.Org, service, attributes string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_api_service_client_secret" "test" {
  api_service_id = %q
  %s
  lifecycle {
    create_before_destroy = true
  }
}
`, service, attributes)
}

// serviceOrg is a simulator with one API service integration, whose first secret
// is gone so that there is room to rotate. A real org is not asked: Okta
// installs integrations by hand.
func serviceOrg(t *testing.T) (*acctest.Org, *oktasim.Org, string) {
	t.Helper()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	return org, sim, sim.AddAPIService().ID
}

func serviceSecrets(sim *oktasim.Org, service string) (ids []string) {
	for _, secret := range sim.Secrets(service) {
		ids = append(ids, secret.ID+" "+secret.Status)
	}
	return ids
}

func TestAccAPIServiceClientSecret_Lifecycle(t *testing.T) {
	org, sim, service := serviceOrg(t)
	first := sim.Secrets(service)[0]
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: serviceConfig(org, service, ""),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(serviceAddress, tfjsonpath.New("client_secret"), knownvalue.StringRegexp(regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`))),
				},
			},
			{
				ResourceName: serviceAddress, ImportState: true, ImportStateVerify: true,
				ImportStateIdFunc: func(state *terraform.State) (string, error) {
					attributes := state.RootModule().Resources[serviceAddress].Primary.Attributes
					return attributes["api_service_id"] + "/" + attributes["id"], nil
				},
				ImportStateVerifyIgnore: []string{"client_secret"}, // Okta shows it once
			},
			{Config: serviceConfig(org, service, `status = "INACTIVE"`)},
			{ // drift
				PreConfig: func() {
					for _, secret := range sim.Secrets(service) {
						if err := sim.SetSecretStatus(service, secret.ID, oktasim.StatusActive); err != nil {
							t.Error(err)
						}
					}
				},
				Config: serviceConfig(org, service, `status = "INACTIVE"`),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(serviceAddress, plancheck.ResourceActionUpdate),
				}},
			},
			{Config: serviceConfig(org, service, `rotate_when_changed = { on = "0" }`)},
			{ // held back: both places are taken
				Config: serviceConfig(org, service, `rotate_when_changed = { on = "1" }`),
			},
			{ // and taken up when there is room
				PreConfig: func() {
					if err := sim.SetSecretStatus(service, first.ID, oktasim.StatusInactive); err != nil {
						t.Error(err)
					}
					if err := sim.RemoveSecret(service, first.ID); err != nil {
						t.Error(err)
					}
				},
				Config: serviceConfig(org, service, `rotate_when_changed = { on = "1" }`),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(serviceAddress, plancheck.ResourceActionCreateBeforeDestroy),
				}},
			},
			{
				PreConfig: func() { sim.Age(service, 100*24*time.Hour) },
				Config:    serviceConfig(org, service, "rotate_when_changed = { on = \"1\" }\n  on_destroy = \"retain\""),
			},
			{ // rotate_after is recorded by one apply and judged by the next plan
				Config:             serviceConfig(org, service, "rotate_when_changed = { on = \"1\" }\n  rotate_after = \"2160h\"\n  force_destroy = true"),
				ExpectNonEmptyPlan: true,
			},
			{
				Config: serviceConfig(org, service, "rotate_when_changed = { on = \"1\" }\n  rotate_after = \"2160h\"\n  force_destroy = true"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(serviceAddress, plancheck.ResourceActionCreateBeforeDestroy),
				}},
			},
		},
	})
	if left := serviceSecrets(sim, service); len(left) != 1 {
		t.Errorf("after a forced destroy there are %v, want the stand-in alone", left)
	}
}

func TestAccAPIServiceClientSecret_LostAnswer_LeavesNoSecretBehind(t *testing.T) {
	org, sim, service := serviceOrg(t)
	sim.InjectFault(oktasim.Fault{
		Kind: oktasim.FaultDropAfter, Method: "POST", Path: "/integrations/api/v1/api-services/*/credentials/secrets", Times: 1,
	})
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: serviceConfig(org, service, `on_destroy = "retain"`)}},
	})
	if left := serviceSecrets(sim, service); len(left) != 2 {
		t.Errorf("there are %v, want the first secret and the one in state", left)
	}
}

func TestAccAPIServiceClientSecret_Refusals(t *testing.T) {
	org, sim, service := serviceOrg(t)
	if _, err := sim.AddSecret(service, "", oktasim.StatusActive); err != nil {
		t.Fatal(err)
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: serviceConfig(org, service, ""), PlanOnly: true,
				ExpectError: regexp.MustCompile(`already\s+has\s+two\s+client\s+secrets`),
			},
			{
				Config: serviceConfig(org, "0oaUnknown", ""), PlanOnly: true,
				ExpectError: regexp.MustCompile(`API\s+service\s+0oaUnknown`),
			},
		},
	})
}

func TestAccAPIServiceClientSecret_Gone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	org, sim, service := serviceOrg(t)
	config := serviceConfig(org, service, "")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{PreConfig: func() { sim.RemoveAPIService(service) }, Config: config, Destroy: true},
		},
	})
}
