// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
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
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

const (
	serviceAddress = "oktacreds_api_service_integration_secret.test"
	servicePath    = "/integrations/api/v1/api-services/*/credentials/secrets"
)

func serviceConfig(org *acctest.Org, service, attributes string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_api_service_integration_secret" "test" {
  api_service_integration_id = %q
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
	sim.KeepLastServiceSecret(true)
	return org, sim, sim.AddAPIService().ID
}

func serviceSecrets(sim *oktasim.Org, service string) (ids []string) {
	for _, secret := range sim.Secrets(service) {
		ids = append(ids, secret.ID+" "+secret.Status)
	}
	return ids
}

// removeServiceSecret makes room for another secret.
func removeServiceSecret(t *testing.T, sim *oktasim.Org, service, id string) {
	t.Helper()
	if err := sim.SetSecretStatus(service, id, oktasim.StatusInactive); err != nil {
		t.Error(err)
	}
	if err := sim.RemoveSecret(service, id); err != nil {
		t.Error(err)
	}
}

func TestAccAPIServiceIntegrationSecret_Lifecycle(t *testing.T) {
	org, sim, service := serviceOrg(t)
	first := sim.Secrets(service)[0]
	const rotates = "allow_last_credential_destroy = true\n  rotate_when_changed = { on = %q }"
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: serviceConfig(org, service, fmt.Sprintf(rotates, "0")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(serviceAddress, tfjsonpath.New("client_secret"), knownvalue.StringRegexp(regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`))),
				},
			},
			{
				ResourceName: serviceAddress, ImportState: true, ImportStateVerify: true,
				ImportStateIdFunc: func(state *terraform.State) (string, error) {
					attributes := state.RootModule().Resources[serviceAddress].Primary.Attributes
					return attributes["api_service_integration_id"] + "/" + attributes["id"], nil
				},
				// Okta shows it once; known to a refresh; of the configuration.
				ImportStateVerifyIgnore: []string{"client_secret", "blocked_by", "allow_last_credential_destroy", "rotate_when_changed"},
			},
			{
				PreConfig: func() { removeServiceSecret(t, sim, service, first.ID) },
				Config:    serviceConfig(org, service, fmt.Sprintf(rotates, "1")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(serviceAddress, plancheck.ResourceActionCreateBeforeDestroy),
				}},
			},
		},
	})
	if left := serviceSecrets(sim, service); len(left) != 1 {
		t.Errorf("after a forced destroy there are %v, want the placeholder alone", left)
	}
}

func TestAPIServiceIntegrationSecret_ChangesAndRotationsFromApplyToApply(t *testing.T) {
	t.Parallel()
	org, sim, service := serviceOrg(t)
	first := sim.Secrets(service)[0]
	s := newStory(t, org)
	secret := func(arguments values) tfcore.Resource {
		return of(serviceAddress, "api_service_integration_id", service, arguments)
	}
	inactive := secret(values{"status": "INACTIVE"})
	s.applies(t, tfcore.Create, secret(nil))
	s.applies(t, tfcore.Update, inactive)
	for _, there := range sim.Secrets(service) { // drift
		if err := sim.SetSecretStatus(service, there.ID, oktasim.StatusActive); err != nil {
			t.Error(err)
		}
	}
	s.applies(t, tfcore.Update, inactive)
	asks := func(n int, more values) tfcore.Resource {
		all := generationMap(n)
		maps.Copy(all, more)
		return secret(all)
	}
	s.applies(t, tfcore.Update, asks(0, nil))
	made := s.held(serviceAddress, "id")
	s.applies(t, tfcore.Update, asks(1, nil)) // held back: both places are taken
	removeServiceSecret(t, sim, service, first.ID)
	s.applies(t, tfcore.CreateThenDelete, asks(1, nil)) // and taken up when there is room
	if s.held(serviceAddress, "id") == made {
		t.Error("nothing was rotated")
	}

	sim.Age(service, 100*24*time.Hour)
	s.applies(t, tfcore.Update, asks(1, values{"on_destroy": "retain"}))
	aged := asks(1, values{"rotate_after": "2160h", "allow_last_credential_destroy": true})
	if run := s.run(t, aged); run.Failed() || run.Plan.Change(serviceAddress).Action != tfcore.Update {
		t.Errorf("rotate_after is not recorded first: %s %v", run.Plan, run.Diagnostics())
	}
	s.applies(t, tfcore.CreateThenDelete, aged) // and judged by the next plan
}

func TestAccAPIServiceIntegrationSecret_Refusals(t *testing.T) {
	org, sim, service := serviceOrg(t)
	if _, err := sim.AddSecret(service, "", oktasim.StatusActive); err != nil {
		t.Fatal(err)
	}
	var given reasons
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps: []resource.TestStep{
			{ // a warning at plan, which a plan of the apply can't be told from
				Config:      serviceConfig(org, service, ""),
				ExpectError: regexp.MustCompile(`Error\s+running\s+apply`),
			},
			{
				Config:      serviceConfig(org, "0oaUnknown", ""),
				ExpectError: regexp.MustCompile(`API\s+service\s+integration\s+0oaUnknown`),
			},
		},
	})
	given.expect(t, rotation.SlotActive)
}

// The other secret may be a deposed object, which the apply deletes: the plan warns, and Create refuses.
func TestAPIServiceIntegrationSecret_ThirdSecret_IsWarnedOfInEveryPlan(t *testing.T) {
	t.Parallel()
	org, sim, service := serviceOrg(t)
	const kind = "oktacreds_api_service_integration_secret"
	config := map[string]any{"api_service_integration_id": service}
	known := newProtocol(t, org).held(t, kind, map[string]any{"api_service_integration_id": service, "id": sim.Secrets(service)[0].ID})
	if _, err := sim.AddSecret(service, "", oktasim.StatusActive); err != nil {
		t.Fatal(err)
	}
	var given reasons
	of := &provider.Provider{Version: "test"}
	given.watch(of)
	p := newProtocolOf(t, of, org)
	for _, now := range []struct {
		before func()
		reason rotation.Reason
	}{{func() {}, rotation.SlotActive}, {func() { p.read(t, known) }, rotation.SlotManaged}} {
		now.before()
		given.expect(t)
		if said := p.plan(t, kind, config); strings.Contains(said, "ERROR") {
			t.Error(said)
		}
		given.expect(t, now.reason)
	}
}

// What goes wrong at apply goes wrong in Create, from which Terraform recovers:
// the secret in use stays the current one and nobody's to destroy.
func TestAPIServiceIntegrationSecret_ApplyThatFailsBeforeTheCreate_LeavesTheLiveSecretInPlace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wrong func(t *testing.T, sim *oktasim.Org, service string) (mend func())
		says  string
	}{
		"the token is taken away": {func(_ *testing.T, sim *oktasim.Org, _ string) func() {
			sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: servicePath, Status: http.StatusForbidden})
			return sim.ClearFaults
		}, "Okta answered 403"},
		"a second secret is added": {func(t *testing.T, sim *oktasim.Org, service string) func() {
			t.Helper()
			added, err := sim.AddSecret(service, "", oktasim.StatusActive)
			if err != nil {
				t.Error(err)
			}
			return func() { removeServiceSecret(t, sim, service, added.ID) }
		}, "No client secret can be created for API service integration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, sim, service := serviceOrg(t)
			first := sim.Secrets(service)[0]
			s := newStory(t, org)
			secret := func(n int) tfcore.Resource {
				return of(serviceAddress, "api_service_integration_id", service, generation(n, nil))
			}
			s.applies(t, tfcore.Create, secret(1))
			removeServiceSecret(t, sim, service, first.ID)
			live := s.held(serviceAddress, "id")
			s.resources = []tfcore.Resource{secret(2)}
			plan := s.core.Plan(t.Context(), s.config(s.resources), tfcore.Options{})
			if got := plan.Change(serviceAddress).Action; got != tfcore.CreateThenDelete {
				t.Errorf("planned is %s %v", got, plan.Diagnostics)
			}
			mend := test.wrong(t, sim, service)
			applied := s.core.Apply(t.Context(), plan)
			if !applied.Failed() || s.held(serviceAddress, "id") != live || len(s.core.State.Deposed(serviceAddress)) > 0 {
				t.Errorf("current is %s, and %d are deposed", s.held(serviceAddress, "id"), len(s.core.State.Deposed(serviceAddress)))
			}
			acctest.Says(t, applied.Diagnostics.String(), test.says)
			mend()
			s.applies(t, tfcore.CreateThenDelete, secret(2))
		})
	}
}

// The response to a create is lost, and no one has the value: the message names the secret, which is kept because it
// may be another run's, and says what to do about it.
func TestAccAPIServiceIntegrationSecret_LostForGood_IsNamed(t *testing.T) {
	t.Parallel()
	org, sim, service := serviceOrg(t)
	first := sim.Secrets(service)[0]
	var lost oktasim.Secret
	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig: func() {
					sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodPost, Path: servicePath})
				},
				Config: serviceConfig(org, service, `when_full = "delete_inactive"`),
			},
			{
				PreConfig: func() {
					sim.ClearFaults()
					for _, secret := range sim.Secrets(service) {
						if secret.ID != first.ID {
							lost = secret
						}
					}
					if err := sim.SetSecretStatus(service, lost.ID, oktasim.StatusInactive); err != nil {
						t.Error(err)
					}
				},
				Config: serviceConfig(org, service, `when_full = "delete_inactive"`),
			},
		},
	})
	acctest.Says(t, said, lost.ID+" (ACTIVE", "nothing proves that this run created it", "cannot be recovered", `when_full = "delete_inactive"`)
	if strings.Contains(said, "shows how to adopt it") {
		t.Errorf("it promises what it can't keep: %s", said)
	}
}

func TestAccAPIServiceIntegrationSecret_ForcedDestroyBesideAnInactiveSecret(t *testing.T) {
	t.Parallel()
	org, sim, service := serviceOrg(t)
	first := sim.Secrets(service)[0]
	config := serviceConfig(org, service, "allow_last_credential_destroy = true\n  when_full = \"delete_inactive\"")
	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					if err := sim.SetSecretStatus(service, first.ID, oktasim.StatusInactive); err != nil {
						t.Error(err)
					}
				},
				Config: config, Destroy: true,
			},
			{
				PreConfig: func() { removeServiceSecret(t, sim, service, first.ID) },
				Config:    config, // the harness destroys it
			},
		},
	})
	acctest.Says(t, said, "maximum number of client secrets")
	if left := sim.Secrets(service); len(left) != 1 || left[0].ID == first.ID || left[0].Status != oktasim.StatusActive {
		t.Errorf("left are %v, want an ACTIVE placeholder alone", serviceSecrets(sim, service))
	}
}

// Okta documents no refusal for the last secret of an integration [S], so that the client counts: a replacement
// that would delete it first sends nothing.
func TestAccAPIServiceIntegrationSecret_ReplacementWithoutCreateBeforeDestroy_IsRefusedBeforeAnythingIsSent(t *testing.T) {
	org, sim, service := serviceOrg(t)
	sim.KeepLastServiceSecret(false)
	first := sim.Secrets(service)[0]
	config := func(generation string, lifecycle string) string {
		return strings.Replace(serviceConfig(org, service, "rotate_when_changed = { generation = "+generation+" }"), "create_before_destroy = true", lifecycle, 1)
	}
	var before []string
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config("1", "")},
			{
				PreConfig: func() {
					removeServiceSecret(t, sim, service, first.ID)
					before = serviceSecrets(sim, service)
				},
				Config: config("2", ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(serviceAddress, plancheck.ResourceActionDestroyBeforeCreate), acctest.Do(sim.ResetRequests),
				}},
				ExpectError: anyFailure,
			},
			{
				PreConfig: func() {
					for _, request := range sim.Requests() {
						if request.Method != http.MethodGet {
							t.Errorf("the refused apply has sent %s %s", request.Method, request.Path)
						}
					}
					if left := serviceSecrets(sim, service); !slices.Equal(left, before) {
						t.Errorf("there are %v, want %v", left, before)
					}
				},
				Config: config("2", "create_before_destroy = true"),
			},
		},
	})
}

func TestAccAPIServiceIntegrationSecret_Gone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
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
