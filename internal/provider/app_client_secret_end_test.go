// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

func TestAccAppClientSecret_OnDestroy_SaysWhatBecomesOfTheSecret(t *testing.T) {
	org := acctest.NewOrg(t)
	want := map[string]string{"delete": "", "deactivate": "INACTIVE", "retain": "ACTIVE"} // its status afterwards, "" if it is gone
	apps, made := map[string]*acctest.App{}, map[string]*seenSecret{}
	config := org.Provider()
	var see []statecheck.StateCheck
	for end := range want {
		apps[end], made[end] = org.NewApp(t, "client_secret_basic"), &seenSecret{}
		config += fmt.Sprintf("resource \"oktacreds_app_client_secret\" %q {\n  app_id = %q\n  on_destroy = %[1]q\n}\n", end, apps[end].ID)
		see = append(see, made[end].seeAt("oktacreds_app_client_secret."+end))
	}

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: config, ConfigStateChecks: see}},
	})
	for end, status := range want {
		if secret, _ := apps[end].Secret(t, made[end].id); secret.Status != status {
			t.Errorf("%s: after the destroy the secret is %q, want %q", end, secret.Status, status)
		}
	}
}

func TestAccAppClientSecret_DestroyOfTheLastActive_LeavesItInOkta(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var made seenSecret
	var given reasons

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps: []resource.TestStep{
			{
				Config:            secretConfig(org, app, ""),
				ConfigStateChecks: []statecheck.StateCheck{made.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
			},
			{Config: secretConfig(org, app, ""), Destroy: true},
		},
	})
	given.includes(t, "last_credential")
	mustHold(t, app, made.id)
	if !app.Login(t, made.value) {
		t.Error("the secret that was left doesn't work")
	}
}

func TestAccAppClientSecret_DestroyOfTheLastActive_LeavesAPlaceholderWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var made seenSecret

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:            secretConfig(org, app, "allow_last_credential_destroy = true"),
			ConfigStateChecks: []statecheck.StateCheck{made.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
		}},
	})
	// The harness has destroyed it by now.
	left := app.Secrets(t)
	if len(left) != 1 || left[0].ID == made.id || left[0].Status != "ACTIVE" {
		t.Fatalf("left are %d secrets, want one ACTIVE placeholder", len(left))
	}
	if app.Login(t, made.value) {
		t.Error("the secret still works after it was destroyed")
	}
}

func TestAccAppClientSecret_WhenFull_AnInactiveSecretGivesWayAnActiveOneNever(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial, other := app.Secrets(t)[0], app.AddSecret(t, ownFirst)
	config := secretConfig(org, app, `when_full = "delete_inactive"`)
	var made seenSecret
	var given reasons

	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps: []resource.TestStep{
			{Config: config}, // both are ACTIVE
			{
				PreConfig:         func() { app.Deactivate(t, "secrets", initial.ID) },
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{made.see(), acctest.Do(func() { mustHold(t, app, other.ID, made.id) })},
			},
		},
	})
	acctest.Says(t, said, app.ID)
	given.includes(t, rotation.SlotActive, rotation.Reclaims)
}

func TestAppClientSecret_ForcedDestroyBesideAnInactiveSecret(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newAppStory(t, org, app, secretAddress)
	s.apply(t, tfcore.Create, values{"allow_last_credential_destroy": true, "when_full": "delete_inactive"})
	made := s.held(s.address, "id")
	app.Deactivate(t, "secrets", initial.ID)
	destroyed := s.core.Run(t.Context(), s.config(s.resources), tfcore.Options{Destroy: true})
	if !destroyed.Failed() {
		t.Error("a placeholder has taken the place of an inactive secret")
	}
	acctest.Says(t, destroyed.Diagnostics().String(), "maximum number of client secrets")
	mustHold(t, app, initial.ID, made)

	app.Delete(t, "secrets", initial.ID)
	s.destroy(t, tfcore.Options{})
	if left := app.Secrets(t); len(left) != 1 || left[0].ID == initial.ID || left[0].ID == made || left[0].Status != "ACTIVE" {
		t.Errorf("left are %d secrets, want one ACTIVE placeholder", len(left))
	}
}

// The resource comes back, and the placeholder takes the slot that a rotation needs.
func TestAppClientSecret_Placeholder_IsNamedWhereItIsInTheWay(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newAppStory(t, org, app, secretAddress)
	s.apply(t, tfcore.Create, generation(1, nil))
	app.Delete(t, "secrets", initial.ID)
	s.destroy(t, tfcore.Options{})
	placeholder := app.Secrets(t)[0]
	s.apply(t, tfcore.Create, generation(2, nil))
	blocked := s.plan(t, generation(3, nil))
	if blocked.Failed() || blocked.Change(s.address).Action == tfcore.CreateThenDelete {
		t.Errorf("no rotation is blocked: %s %v", blocked, blocked.Diagnostics)
	}
	acctest.Says(t, blocked.Diagnostics.String(), "Rotation blocked", placeholder.ID+" (ACTIVE", "as a placeholder")

	another := newStory(t, org) // has no slot either
	said := another.fails(t, of(secretAddress, "app_id", app.ID, values{"client_secret": ownFirst}))
	acctest.Says(t, said, "No client secret can be created")
}
