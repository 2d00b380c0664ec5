// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// trigger is a secret whose rotation is asked for by another generation.
func trigger(generation int, more string) string {
	return fmt.Sprintf("allow_last_credential_destroy = true\nrotate_when_changed = { generation = %d }\n%s", generation, more)
}

// consumer is a dependent of the secret that can be made to fail, as a rollout
// does that the new secret breaks.
func consumer(works bool) string {
	return fmt.Sprintf(`
resource "terraform_data" "consumer" {
  triggers_replace = oktacreds_app_client_secret.test.version
  provisioner "local-exec" {
    command = %q
  }
}
`, fmt.Sprint(works))
}

func TestAccAppClientSecret_Replace_CostsAListThePostTheDeactivationAndTheDelete(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var before, after seenSecret

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            secretConfig(org, app, trigger(1, "")) + consumer(true),
				ConfigStateChecks: []statecheck.StateCheck{before.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
			},
			{
				PreConfig: sim.ResetRequests,
				Config:    secretConfig(org, app, trigger(2, "")) + consumer(true),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(secretAddress, plancheck.ResourceActionCreateBeforeDestroy),
					plancheck.ExpectResourceAction("terraform_data.consumer", plancheck.ResourceActionReplace),
					acctest.Do(func() {
						if sent := app.Requests(t); !slices.Equal(sent, []string{"GET secrets"}) {
							t.Errorf("the plan sent %q, want one list", sent)
						}
						sim.ResetRequests()
					}),
				}},
				ConfigStateChecks: []statecheck.StateCheck{after.see(), acctest.Do(func() {
					want := []string{"GET secrets", "GET /.well-known/okta-organization", "POST secrets", "POST secrets/" + before.id + "/lifecycle/deactivate", "DELETE secrets/" + before.id}
					if sent := app.Requests(t); !slices.Equal(sent, want) {
						t.Errorf("the apply sent %q, want %q", sent, want)
					}
					mustHold(t, app, after.id)
				})},
			},
		},
	})
	if before.value == after.value || before.version >= after.version { // of the same length until 2286
		t.Errorf("the value is the one of before, or version did not grow: %s, then %s", before.version, after.version)
	}
}

func TestAppClientSecret_RotateAfter_ReplacesOnceTheAgeIsReached(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	after := func(duration string) tfcore.Resource {
		return testSecret(app, values{"allow_last_credential_destroy": true, "rotate_after": duration})
	}

	s.applies(t, tfcore.Create, after("720h"))
	first := s.held(secretAddress, "id")
	app.Delete(t, "secrets", initial.ID)
	// A longer duration that comes just in time puts the rotation off.
	sim.Age(app.ID, 721*hour)
	s.applies(t, tfcore.Update, after("2160h"))
	mustHold(t, app, first)
	sim.Age(app.ID, 1440*hour)
	s.applies(t, tfcore.CreateThenDelete, after("2160h"))
	mustHold(t, app, s.held(secretAddress, "id"))
	mustNotHold(t, app, first)
}

func TestAppClientSecret_ReplaceWithoutCreateBeforeDestroy_OfTheOnlyActiveSecret_IsRefusedWithTheWordsToAdd(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newAppStory(t, org, app, secretAddress)
	s.destroysFirst = true
	asks := func(n int) values {
		return values{"omit_secret": false, "rotate_when_changed": values{"generation": n}}
	}
	s.apply(t, tfcore.Create, asks(1))
	app.Delete(t, "secrets", initial.ID)
	id, value := s.held(s.address, "id"), s.held(s.address, "client_secret")

	said := s.fails(t, s.with(asks(2)))
	acctest.Says(t, said, "retire client secret "+id+" of app "+app.ID, "only active", "lifecycle {", "create_before_destroy = true")
	acctest.Hides(t, said, value)
	mustHold(t, app, id)
	if !app.Login(t, value) {
		t.Error("the refused replacement has deactivated the only secret")
	}

	s.destroysFirst = false // the words
	s.apply(t, tfcore.CreateThenDelete, asks(2))
	mustHold(t, app, s.held(s.address, "id"))
	mustNotHold(t, app, id)
	app.AddSecret(t, ownFirst) // so that the destroy is none of the last
}

func TestAccAppClientSecret_FailingDependent_KeepsTheOldSecretUntilTheNextApply(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var first, second, third seenSecret

	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            secretConfig(org, app, trigger(1, "")) + consumer(true),
				ConfigStateChecks: []statecheck.StateCheck{first.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
			},
			{Config: secretConfig(org, app, trigger(2, "")) + consumer(false)},
			{
				PreConfig: func() {
					if secrets := app.Secrets(t); len(secrets) != 2 || !app.Login(t, first.value) {
						t.Errorf("of %d secrets the old one does not work, though its consumer has no other", len(secrets))
					}
				},
				// Both places are taken, by the new secret and the deposed one, and another rotation is due: the limit of
				// two must not stop the clean-up. The rotation is held back, and taken by the apply after this one.
				Config: secretConfig(org, app, trigger(3, "")) + consumer(true),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(secretAddress, plancheck.ResourceActionUpdate)},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectResourceAction(secretAddress, plancheck.ResourceActionCreateBeforeDestroy)},
				},
				ExpectNonEmptyPlan: true,
				ConfigStateChecks: []statecheck.StateCheck{second.see(), acctest.Do(func() {
					mustHold(t, app, second.id)
				})},
			},
			{
				Config:           secretConfig(org, app, trigger(3, "")) + consumer(true),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreateBeforeDestroy),
				ConfigStateChecks: []statecheck.StateCheck{third.see(), acctest.Do(func() {
					mustHold(t, app, third.id)
				})},
			},
		},
	})
	acctest.Says(t, said, "local-exec provisioner error")
	if first.id == second.id || second.id == third.id {
		t.Errorf("three generations are the secrets %s, %s and %s", first.id, second.id, third.id)
	}
}

func TestAppClientSecret_OwnValueWhileADeposedSecretIsLeft_IsRefusedAndSaysTheWayOut(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	works := true
	dependent := tfcore.Resource{
		Address: "terraform_data.consumer", Values: values{"triggers_replace": values{"version": tfcore.Ref{Address: secretAddress, Attribute: "version"}}},
		Provision: func(map[string]string) error {
			if !works {
				return errors.ErrUnsupported
			}
			return nil
		},
	}
	own := func(value string) tfcore.Resource {
		return testSecret(app, values{"allow_last_credential_destroy": true, "client_secret": value, "omit_secret": false})
	}

	s.applies(t, tfcore.Create, own(ownFirst), dependent)
	app.Delete(t, "secrets", initial.ID)
	works = false
	s.fails(t, own(ownSecond), dependent)
	works = true
	s.given.forget()
	said := s.fails(t, own(ownThird), dependent)                      // can't be held back: a plan may not show another value than the configured one
	s.given.includesOne(t, rotation.SlotActive, rotation.SlotManaged) // by whether the deposed object was read first
	acctest.Hides(t, said, ownFirst, ownSecond, ownThird)
	s.applies(t, tfcore.NoOp, own(ownSecond), dependent) // the way out
	s.applies(t, tfcore.CreateThenDelete, own(ownThird), dependent)
	mustHold(t, app, s.held(secretAddress, "id"))
}

func TestAppClientSecret_HeldBackRotation_IsTakenAsSoonAsAPlaceIsFree(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	secret := func(n int) tfcore.Resource { return testSecret(app, generation(n, nil)) }

	s.applies(t, tfcore.Create, secret(1))
	first := s.held(secretAddress, "id")
	s.applies(t, tfcore.Update, secret(2)) // somebody else has the second place
	if held := s.held(secretAddress, "id"); held != first {
		t.Errorf("state holds %s, want %s", held, first)
	}
	mustHold(t, app, initial.ID, first)
	app.Delete(t, "secrets", initial.ID)
	s.applies(t, tfcore.CreateThenDelete, secret(2))
	mustHold(t, app, s.held(secretAddress, "id"))
	mustNotHold(t, app, first)
}

func TestAppClientSecret_WhenFullDeleteInactive_RotatesBesideAnInactiveSecret(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	secret := func(n int) tfcore.Resource {
		return testSecret(app, generation(n, values{"when_full": "delete_inactive", "on_destroy": "deactivate"}))
	}

	s.applies(t, tfcore.Create, secret(1))
	first := s.held(secretAddress, "id")
	app.Deactivate(t, "secrets", initial.ID)
	s.applies(t, tfcore.CreateThenDelete, secret(2))
	second := s.held(secretAddress, "id")
	mustHold(t, app, first, second) // the one before stays, INACTIVE: the way back
	s.applies(t, tfcore.CreateThenDelete, secret(3))
	mustHold(t, app, second, s.held(secretAddress, "id"))
	app.Delete(t, "secrets", second) // which leaves a place for the stand-in of the destroy
}

// A tainted secret is planned like a first creation, with nothing to tell that it is the one in state: it must not
// take itself over and be destroyed thereupon.
func TestAppClientSecret_ForcedReplacement(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newAppStory(t, org, app, secretAddress)
	config := values{"allow_last_credential_destroy": true}
	s.apply(t, tfcore.Create, config)
	first := s.held(s.address, "id")
	if err := s.core.State.Taint(s.address, true); err != nil {
		t.Fatal(err)
	}

	s.refuse(t, config, app.ID, first) // no place is free
	mustHold(t, app, initial.ID, first)
	app.Delete(t, "secrets", initial.ID)
	s.apply(t, tfcore.CreateThenDelete, config)
	mustHold(t, app, s.held(s.address, "id"))
	mustNotHold(t, app, first)
}

func TestAccAppClientSecret_ApplyThatFailsBeforeTheCreate_LeavesTheLiveSecretInPlace(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var before, after seenSecret

	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            secretConfig(org, app, trigger(1, "")),
				ConfigStateChecks: []statecheck.StateCheck{before.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
			},
			{
				Config:           secretConfig(org, app, trigger(2, "")),
				ConfigPlanChecks: acctest.BeforeApply(func() { forbid(sim) }), // the token is taken away between plan and apply
			},
			{
				// A deposed object would show as a creation here.
				PreConfig:         sim.ClearFaults,
				Config:            secretConfig(org, app, trigger(2, "")),
				ConfigPlanChecks:  planned(plancheck.ResourceActionCreateBeforeDestroy),
				ConfigStateChecks: []statecheck.StateCheck{after.see(), acctest.Do(func() { mustHold(t, app, after.id) })},
			},
		},
	})
	acctest.Says(t, said, "Okta answered 403")
}
