// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

func TestAccAppClientSecret_SecretGone_IsPlannedAnew(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var first, second seenSecret
	var given reasons
	plannedAgain := planned(plancheck.ResourceActionCreate)
	// That the slot of the secret that is gone is free: Terraform still hands on what a refresh knew of it.
	plannedAgain.PreApply = append(plannedAgain.PreApply, acctest.Do(func() { given.expect(t, "unmanaged") }))

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps: []resource.TestStep{
			{
				Config:            secretConfig(org, app, ""),
				ConfigStateChecks: []statecheck.StateCheck{first.see()},
			},
			{
				PreConfig: func() {
					given.includesOne(t, "unmanaged")
					app.Delete(t, "secrets", first.id)
				},
				Config:            secretConfig(org, app, ""),
				ConfigPlanChecks:  plannedAgain,
				ConfigStateChecks: []statecheck.StateCheck{second.see(), acctest.Do(func() { mustHold(t, app, initial.ID, second.id) })},
			},
		},
	})
}

func TestAppClientSecret_WhatCannotBeCreatedAnew_IsPlannedWithAWarningAndKeepsNothingFromBeingDestroyed(t *testing.T) {
	t.Parallel()
	for _, gone := range []struct {
		name   string
		happen func(*testing.T, *acctest.App)
		say    []string
	}{
		{
			"app gone", func(t *testing.T, app *acctest.App) { t.Helper(); app.Remove(t) },
			[]string{"E0000007", "The app does not exist in this org", "Remove the resource"},
		},
		{"method switched", switchToKeys, []string{"is private_key_jwt, which takes no client secret", "oktacreds_app_jwk"}},
	} {
		t.Run(gone.name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app, other := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
			kept := other.Secrets(t)[0]
			s := newStory(t, org)
			resources := []tfcore.Resource{testSecret(app, nil), of(secretObject+".other", "app_id", other.ID, nil)}
			s.applies(t, tfcore.Create, resources...)
			gone.happen(t, app)
			plan := s.core.Plan(t.Context(), s.config(resources), tfcore.Options{})
			if plan.Failed() || plan.Change(secretAddress).Action != tfcore.Create {
				t.Errorf("the plan is %s %v", plan, plan.Diagnostics)
			}
			warned := plan.Diagnostics.String()
			mustRun(t, s.core, s.config(resources), tfcore.Options{Destroy: true}) // for which Terraform plans as usual first
			mustHold(t, other, kept.ID)

			refused := s.fails(t, resources...)
			for _, said := range []string{warned, refused} {
				acctest.Says(t, said, gone.say...)
			}
			acctest.Says(t, refused, "create a client secret of app "+app.ID)
			s.resources = resources[1:] // no command tells the provider that the end of the test is a destroy
		})
	}
}

// switchToKeys makes the app authenticate by key, at which Okta deletes its
// secrets.
func switchToKeys(t *testing.T, app *acctest.App) {
	t.Helper()
	app.AddKey(t, acctest.FirstKey())
	app.SetAuthMethod(t, "private_key_jwt")
	mustHold(t, app)
}

func TestAppClientSecret_Refresh_SaysWhatBecameOfTheSecret(t *testing.T) {
	for _, drift := range []struct {
		name   string
		happen func(*testing.T, *acctest.App, string)
		say    []string
	}{
		{
			"the secret was deleted",
			func(t *testing.T, app *acctest.App, id string) { t.Helper(); app.Delete(t, "secrets", id) },
			[]string{"Client secret", "does not exist any more", "deleted outside of Terraform"},
		},
		{
			"the method was switched",
			func(t *testing.T, app *acctest.App, _ string) { t.Helper(); switchToKeys(t, app) },
			[]string{"Client secret", "does not exist any more", "switched to private_key_jwt", "Switch it back"},
		},
		{
			"the app was deleted",
			func(t *testing.T, app *acctest.App, _ string) { t.Helper(); app.Remove(t) },
			[]string{"does not exist any more", "its client secrets with it", "Remove the resource from the configuration"},
		},
	} {
		t.Run(drift.name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			id, applied := newProtocol(t, org).newSecret(t, app)
			drift.happen(t, app, id)

			next := newProtocol(t, org)
			read := next.refreshSecret(t, applied)
			mustSucceed(t, read.Diagnostics)
			if left := next.secretID(t, read.NewState); left != "" {
				t.Errorf("state still holds %s", left)
			}
			warned := acctest.OneLine(said(read.Diagnostics))
			acctest.Says(t, warned, app.ID)
			acctest.Says(t, warned, drift.say...)
		})
	}
}

func TestAppClientSecret_Refresh_DoesNotBelieveTheListAlone(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	id, applied := newProtocol(t, org).newSecret(t, app)
	app.Delete(t, "secrets", id)
	forbidGet(sim) // the list does not show it; that it is gone can't be confirmed

	next := newProtocol(t, org)
	read := next.refreshSecret(t, applied)
	if left := next.secretID(t, read.NewState); left != id {
		t.Errorf("the secret left state though nobody confirmed that it is gone: %s", said(read.Diagnostics))
	}
	acctest.Says(t, said(read.Diagnostics), "can't read client secret "+id)
}
