// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestAccAppClientSecret_Verify_WaitsUntilOktaAcceptsTheSecret(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var before, after seenSecret
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            secretConfig(org, app, trigger(1, "verify = true")),
				ConfigStateChecks: []statecheck.StateCheck{before.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
			},
			{
				PreConfig: func() {
					sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: 1500 * time.Millisecond})
				},
				Config:           secretConfig(org, app, trigger(2, "verify = true")),
				ConfigPlanChecks: acctest.BeforeApply(sim.ResetRequests),
				ConfigStateChecks: []statecheck.StateCheck{after.see(), acctest.Do(func() {
					// Refused, refused, … accepted; and only then the end of the old one.
					var tries, accepted int
					requests := sim.Requests()
					for i, request := range requests {
						if strings.HasSuffix(request.Path, "/introspect") {
							tries++
							accepted = i
						}
					}
					end := slices.IndexFunc(requests, func(r oktasim.Request) bool { return strings.HasSuffix(r.Path, "/deactivate") })
					if tries < 2 || requests[accepted].Status != 200 || end < accepted {
						t.Errorf("the old secret was ended before the new one was accepted:\n%v", requests)
					}
				})},
			},
		},
	})
}

func TestAccAppClientSecret_NeverAccepted_IsTakenBackAndTheOldSecretStays(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	hasty := fmt.Sprintf("verify = true\ntimeouts = { create = %q }", "1s")
	var before, after seenSecret

	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            secretConfig(org, app, trigger(1, hasty)),
				ConfigStateChecks: []statecheck.StateCheck{before.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
			},
			{
				PreConfig: func() {
					sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: hour})
				},
				Config: secretConfig(org, app, trigger(2, hasty)),
			},
			{
				PreConfig: func() {
					mustHold(t, app, before.id)
					sim.ClearFaults()
					if !app.Login(t, before.value) {
						t.Error("the old secret does not work any more")
					}
				},
				Config:            secretConfig(org, app, trigger(2, hasty)),
				ConfigStateChecks: []statecheck.StateCheck{after.see(), acctest.Do(func() { mustHold(t, app, after.id) })},
			},
		},
	})
	acctest.Says(t, said, "Okta does not accept client secret", "app "+app.ID, "invalid_client", "deleted again", "timeouts.create")
	acctest.Hides(t, said, append(sim.Values(), before.value)...)
}

func TestAccAppClientSecret_NeverAcceptedOnAnAppWithoutAnyOther_IsRecorded(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := secretConfig(org, app, "allow_last_credential_destroy = true\nverify = true\ntimeouts = { create = \"1s\" }")
	var after seenSecret

	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig: func() {
					sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: hour})
					go removeOnceThereAreTwo(sim, app.ID, initial.ID) // so that Okta keeps ours
				},
				Config: config,
			},
			{
				PreConfig:         sim.ClearFaults,
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{after.see(), acctest.Do(func() { mustHold(t, app, after.id) })},
			},
		},
	})
	acctest.Says(t, said, "Okta does not accept client secret", "only active one", "recorded")
}

// removeOnceThereAreTwo deletes the secret as soon as the app has another one.
func removeOnceThereAreTwo(sim *oktasim.Org, app, secret string) {
	for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
		if len(sim.Secrets(app)) == 2 {
			_ = sim.RemoveSecret(app, secret) // there is nobody to tell; the test's end shows it
			return
		}
	}
}
