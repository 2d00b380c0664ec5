// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
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
				ConfigStateChecks: []statecheck.StateCheck{phase("grace"), transition("deactivate " + initial.ID)},
			},
			{
				PreConfig:         func() { sim.Age(app.ID, 25*time.Hour) },
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{phase("steady"), transition("delete " + initial.ID)},
			},
			{
				PreConfig:         func() { sim.Age(app.ID, 720*time.Hour) },
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("create")},
			},
		},
	})
	if secrets := app.Secrets(t); len(secrets) != 2 {
		t.Errorf("after destroy the app has %d secrets, want both left as they were", len(secrets))
	}
}

func TestAppClientSecretRotation_HoldBringsThePreviousSecretBack(t *testing.T) {
	t.Parallel()
	config := values{}
	s, app, initial := rotated(t, config)
	sim, held := s.org.Sim(t), values{"hold": true}
	accepted := func(when string, want bool) {
		t.Helper()
		if app.Login(t, initial.Value) != want {
			t.Errorf("%s the previous secret is accepted: %t", when, !want)
		}
	}

	expectState(t, nothingDue(t, s, config), values{"phase": "overlap"})
	sim.Age(app.ID, 25*time.Hour)
	expectState(t, mustChange(t, s, config), values{"phase": "grace"})
	accepted("in grace", false)
	expectState(t, mustChange(t, s, held), values{"phase": "overlap", "last_transition": "activate " + initial.ID})
	accepted("under hold", true)
	sim.Age(app.ID, 1000*time.Hour)
	nothingDue(t, s, held)
	expectState(t, mustChange(t, s, config), values{"phase": "grace", "last_transition": "deactivate " + initial.ID})
}

func TestAppClientSecretRotation_TriggerIsNotForgottenWhileThePlaceIsTaken(t *testing.T) {
	t.Parallel()
	config := generationMap(41)
	s, app, _ := rotated(t, config)
	day := func() { s.org.Sim(t).Age(app.ID, 25*time.Hour) }

	expectState(t, nothingDue(t, s, config), values{"phase": "overlap"})
	config["rotate_when_changed"] = generationMap(42)["rotate_when_changed"]
	expectState(t, mustChange(t, s, config), values{"phase": "overlap", "last_transition": "create"})
	day()
	expectState(t, mustChange(t, s, config), values{"phase": "grace"})
	day()
	expectState(t, mustChange(t, s, config), values{"phase": "overlap", "pending": "delete grace_ended, create rotate_when_changed"})
}

func TestAppClientSecretRotation_ConsoleChangesAreSeenAndCorrected(t *testing.T) {
	t.Parallel()
	config := values{}
	s, app, initial := rotated(t, config)
	current := func() string { return fmt.Sprint(rotationState(t, s)["current_secret_id"]) }

	app.Deactivate(t, "secrets", current()) // it is activated again
	expectState(t, mustChange(t, s, config), values{"phase": "overlap", "current_status": "ACTIVE"})
	app.Delete(t, "secrets", current()) // the previous one takes its place, and a new one is created
	expectState(t, mustChange(t, s, config), values{"phase": "overlap", "last_transition": "create", "previous_secret_id": initial.ID})
	app.Delete(t, "secrets", initial.ID) // the rotation is over
	expectState(t, nothingDue(t, s, config), values{"phase": "steady"})
}

// A run whose state was lost may have delivered the other secret in the meantime. The
// receiver's _wo_version changes, so that it is given the current one again.
func TestAppClientSecretRotation_ACurrentSecretThatIsActivatedAgain_IsDeliveredAgain(t *testing.T) {
	t.Parallel()
	config := values{}
	s, app, _ := rotated(t, config)
	before := nothingDue(t, s, config)
	s.org.Sim(t).Advance(time.Minute)
	app.Deactivate(t, "secrets", fmt.Sprint(before["current_secret_id"]))
	after := mustChange(t, s, config)
	if after["current_secret_id"] != before["current_secret_id"] || after["version"] == before["version"] {
		t.Errorf("from %v in version %v to %v in version %v", before["current_secret_id"], before["version"], after["current_secret_id"], after["version"])
	}
}

func TestAppClientSecretRotation_ForeignSecretBlocksAndIsNotTouched(t *testing.T) {
	t.Parallel()
	config := values{"rotate_after": "720h"}
	s, app, initial := rotated(t, config)
	sim := s.org.Sim(t)

	app.Delete(t, "secrets", initial.ID)
	foreign := app.AddSecret(t, "made-in-the-console-by-somebody")
	sim.Age(app.ID, 1000*time.Hour)
	nothingDue(t, s, config)
	app.Deactivate(t, "secrets", foreign.ID)
	sim.Age(app.ID, 25*time.Hour)
	expectState(t, mustChange(t, s, config), values{"phase": "overlap", "last_transition": "create", "pending": "delete slot_needed, create rotate_after"})
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

func TestAccAppClientSecretRotation_PrivateKeyJWTIsRefusedBeforeAnythingIsSent(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	before := len(app.Requests(t))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: rotationConfig(org, app, ""), ExpectError: regexp.MustCompile(`private_key_jwt,\s+which\s+takes\s+no\s+client\s+secret`),
		}},
	})
	for _, request := range app.Requests(t)[before:] {
		if !strings.HasPrefix(request, http.MethodGet) {
			t.Error(request)
		}
	}
}

func TestAccAppClientSecretRotation_AppGone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	appGone(t, app, rotationConfig(org, app, ""))
}
