// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
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

// pending checks the steps of pending, each as its action and reason.
func pending(want ...string) statecheck.StateCheck {
	steps := make([]knownvalue.Check, len(want))
	for i, step := range want {
		action, reason, _ := strings.Cut(step, " ")
		steps[i] = knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"action": knownvalue.StringExact(action), "reason": knownvalue.StringExact(reason), "secret_id": knownvalue.NotNull(),
		})
	}
	return statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("pending"), knownvalue.ListExact(steps))
}

func TestAccAppClientSecretRotation_GoesThroughOverlapAndGrace(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := rotationConfig(org, app, `rotate_after = "720h"`)

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
				ConfigPlanChecks:  dueNow,
				ConfigStateChecks: []statecheck.StateCheck{phase("grace"), transition("deactivate " + initial.ID)},
			},
			{
				PreConfig:         func() { sim.Age(app.ID, 25*time.Hour) },
				Config:            config,
				ConfigPlanChecks:  dueNow,
				ConfigStateChecks: []statecheck.StateCheck{phase("steady"), transition("delete " + initial.ID)},
			},
			{
				PreConfig:         func() { sim.Age(app.ID, 720*time.Hour) },
				Config:            config,
				ConfigPlanChecks:  dueNow,
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("create")},
			},
		},
	})
}

// dueNow is the check that a plan shows a transition.
var dueNow = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
	plancheck.ExpectResourceAction(rotationAddress, plancheck.ResourceActionUpdate),
}}

// noneDue is the check that a plan shows none: `terraform plan -detailed-exitcode`
// is 0.
var noneDue = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

func TestAccAppClientSecretRotation_HoldBringsThePreviousSecretBack(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config, held := rotationConfig(org, app, ""), rotationConfig(org, app, "hold = true")
	day := func() { sim.Age(app.ID, 25*time.Hour) }

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{phase("overlap")}},
			{Config: config, ConfigPlanChecks: noneDue},
			{PreConfig: day, Config: config, ConfigStateChecks: []statecheck.StateCheck{phase("grace")}},
			{
				PreConfig: func() {
					if app.Login(t, initial.Value) {
						t.Error("in grace the previous secret is accepted")
					}
				},
				Config:            held,
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("activate " + initial.ID)},
			},
			{
				PreConfig: func() {
					if !app.Login(t, initial.Value) {
						t.Error("under hold the previous secret is refused")
					}
					sim.Age(app.ID, 1000*time.Hour)
				},
				Config: held, ConfigPlanChecks: noneDue,
			},
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{phase("grace"), transition("deactivate " + initial.ID)}},
		},
	})
	if secrets := app.Secrets(t); len(secrets) != 2 {
		t.Errorf("after destroy the app has %d secrets, want both left as they were", len(secrets))
	}
}

func TestAccAppClientSecretRotation_TriggerIsNotForgottenWhileThePlaceIsTaken(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	before, after := rotationConfig(org, app, `rotate_when_changed = { incident = "41" }`), rotationConfig(org, app, `rotate_when_changed = { incident = "42" }`)
	day := func() { sim.Age(app.ID, 25*time.Hour) }
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: before, ConfigStateChecks: []statecheck.StateCheck{phase("overlap")}},
			{Config: after, ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("create")}},
			{PreConfig: day, Config: after, ConfigStateChecks: []statecheck.StateCheck{phase("grace")}},
			{
				PreConfig: day, Config: after, ConfigPlanChecks: dueNow,
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), pending("delete grace_ended", "create rotate_when_changed")},
			},
		},
	})
}

func TestAccAppClientSecretRotation_ConsoleChangesAreSeenAndCorrected(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := rotationConfig(org, app, "")
	current := func() acctest.Credential {
		for _, secret := range app.Secrets(t) {
			if secret.ID != initial.ID {
				return secret
			}
		}
		t.Fatal("the app has no secret but the initial one")
		return acctest.Credential{}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{ // the current secret was switched off: it is switched on again
				PreConfig: func() { app.Deactivate(t, "secrets", current().ID) },
				Config:    config, ConfigPlanChecks: dueNow,
				ConfigStateChecks: []statecheck.StateCheck{
					phase("overlap"),
					statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("current_status"), knownvalue.StringExact("ACTIVE")),
				},
			},
			{ // the current secret was deleted: the previous one takes its place, and a new one is created
				PreConfig: func() { app.Delete(t, "secrets", current().ID) },
				Config:    config, ConfigPlanChecks: dueNow,
				ConfigStateChecks: []statecheck.StateCheck{
					phase("overlap"), transition("create"),
					statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("previous_secret_id"), knownvalue.StringExact(initial.ID)),
				},
			},
			{ // the previous secret was deleted: the rotation is over
				PreConfig: func() { app.Delete(t, "secrets", initial.ID) },
				Config:    config, ConfigPlanChecks: noneDue,
				ConfigStateChecks: []statecheck.StateCheck{phase("steady")},
			},
		},
	})
}

// A run whose state was lost may have delivered the other secret in the meantime. The
// receiver's _wo_version changes, so that it is given the current one again.
func TestAccAppClientSecretRotation_ACurrentSecretThatIsActivatedAgain_IsDeliveredAgain(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := rotationConfig(org, app, "")
	sameID, version := statecheck.CompareValue(compare.ValuesSame()), statecheck.CompareValue(compare.ValuesDiffer())
	seen := func() []statecheck.StateCheck {
		return []statecheck.StateCheck{
			sameID.AddStateValue(rotationAddress, tfjsonpath.New("current_secret_id")),
			version.AddStateValue(rotationAddress, tfjsonpath.New("version")),
		}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: seen()},
			{
				PreConfig: func() {
					sim.Advance(time.Minute)
					for _, secret := range app.Secrets(t) {
						if secret.ID != initial.ID {
							app.Deactivate(t, "secrets", secret.ID)
						}
					}
				},
				Config: config, ConfigPlanChecks: dueNow, ConfigStateChecks: seen(),
			},
		},
	})
}

func TestAccAppClientSecretRotation_ForeignSecretBlocksAndIsNotTouched(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := rotationConfig(org, app, `rotate_after = "720h"`)
	var foreign acctest.Credential
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					app.Delete(t, "secrets", initial.ID)
					foreign = app.AddSecret(t, "made-in-the-console-by-somebody")
					sim.Age(app.ID, 1000*time.Hour)
				},
				Config: config, ConfigPlanChecks: noneDue,
			},
			{
				PreConfig: func() {
					app.Deactivate(t, "secrets", foreign.ID)
					sim.Age(app.ID, 25*time.Hour)
				},
				Config: config, ConfigPlanChecks: dueNow,
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("create"), pending("delete slot_needed", "create rotate_after")},
			},
		},
	})
}

func TestAccAppClientSecretRotation_InterruptedCreateIsAdopted(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	config := rotationConfig(org, app, "")
	aboutTheApp := regexp.MustCompile(app.ID)
	unreachable := func() {
		sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: "/api/v1/apps/*/credentials/secrets"})
		sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: "GET", Path: "/api/v1/apps/*/credentials/secrets", Skip: 2})
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{PreConfig: unreachable, Config: config, ExpectError: aboutTheApp},
			{PreConfig: sim.ClearFaults, Config: config, ConfigStateChecks: []statecheck.StateCheck{phase("overlap")}},
		},
	})
	if secrets := app.Secrets(t); len(secrets) != 2 {
		t.Errorf("the app has %d secrets, want the initial one and one more", len(secrets))
	}
}

func TestAccAppClientSecretRotation_SecretStaysOutOfState(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: rotationConfig(org, app, "verify = true"),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("client_secret"), knownvalue.Null()),
				},
			},
			{ // and is there when it may be
				Config: rotationConfig(org, app, "omit_secret = false"),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(rotationAddress, tfjsonpath.New("client_secret"), knownvalue.StringRegexp(regexp.MustCompile(`^.{64}$`))),
				},
			},
			{ // an import leaves it out, and rotates nothing; an overlap starts over
				ResourceName: rotationAddress, ImportState: true, ImportStateId: app.ID, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"client_secret", "omit_secret", "last_transition", "next_transition_at", "pending"},
			},
		},
	})
}

func TestAccAppClientSecretRotation_ConflictWithASecretNamesBoth(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	both := secretConfig(org, app, "") + fmt.Sprintf(`
resource "oktacreds_app_client_secret_rotation" "test" {
  app_id = %q
}
`, app.ID)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: both, PlanOnly: true,
			ExpectError: regexp.MustCompile(`(?s)oktacreds_app_client_secret_rotation.*oktacreds_app_client_secret|oktacreds_app_client_secret .*oktacreds_app_client_secret_rotation`),
		}},
	})
}

func TestAccAppClientSecretRotation_PrivateKeyJWTIsRefusedAtPlan(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: rotationConfig(org, app, ""), PlanOnly: true, ExpectError: regexp.MustCompile(`private_key_jwt,\s+which\s+takes\s+no\s+client\s+secret`),
		}},
	})
}

func TestAccAppClientSecretRotation_AppGone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	appGone(t, app, rotationConfig(org, app, ""))
}
