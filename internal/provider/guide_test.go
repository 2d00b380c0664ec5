// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// The steps of Okta's guide to secret rotation, in its order, each by the name
// that it has there. The old secret is the one the app was born with.
//
// https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

const (
	oldSecret = "oktacreds_app_client_secret.old"
	newSecret = "oktacreds_app_client_secret.new"
)

// guide is the configuration of an app's secrets while the guide is followed:
// the old one, imported, and the new one, each where its attributes are given.
func guide(org *acctest.Org, app *acctest.App, old acctest.Credential, attributes map[string]string) string {
	config := org.Provider()
	for address, more := range attributes {
		if address == oldSecret {
			config += fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", oldSecret, app.ID+"/"+old.ID)
		}
		if !strings.Contains(more, "client_secret_wo") {
			more += "\nomit_secret = false"
		}
		config += fmt.Sprintf("resource \"oktacreds_app_client_secret\" %q {\n  app_id = %q\n  %s\n}\n", address[len("oktacreds_app_client_secret."):], app.ID, more)
	}
	return config
}

// One app's secrets are read in any order, another's the old one first.
func TestAccGuide_GenerateASecondSecret_BothWork_DeactivateTheOld_RestoreIt_DeleteIt(t *testing.T) {
	org := acctest.NewOrg(t)
	app, ordered := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
	old, orderedOld := app.Secrets(t)[0], ordered.Secrets(t)[0]
	var made, orderedMade seenSecret
	config := func(secrets map[string]string) string {
		another := maps.Clone(secrets)
		if _, there := secrets[oldSecret]; there {
			another[newSecret] += "\ndepends_on = [" + oldSecret + "]"
		}
		names := strings.NewReplacer(`"old"`, `"old_first"`, `"new"`, `"new_last"`, ".old", ".old_first")
		return guide(org, app, old, secrets) + names.Replace(strings.TrimPrefix(guide(org, ordered, orderedOld, another), org.Provider()))
	}
	works := func(app *acctest.App, old, made string, oldWorks bool) {
		t.Helper()
		if !app.Login(t, made) {
			t.Error("the new secret does not work")
		}
		if app.Login(t, old) != oldWorks {
			t.Errorf("that the old secret works is %t, want %t", !oldWorks, oldWorks)
		}
	}
	step := func(oldAttributes string, oldWorks bool) resource.TestStep {
		return resource.TestStep{
			Config: config(map[string]string{oldSecret: oldAttributes, newSecret: `on_destroy = "retain"`}),
			ConfigStateChecks: []statecheck.StateCheck{made.seeAt(newSecret), orderedMade.seeAt(newSecret + "_last"), acctest.Do(func() {
				works(app, old.Value, made.value, oldWorks)
				works(ordered, orderedOld.Value, orderedMade.value, oldWorks)
			})},
		}
	}

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			step("", true),                     // Generate a second secret; both work.
			step(`status = "INACTIVE"`, false), // Deactivate the old secret.
			step("", true),                     // Restore it: the way back.
			step(`status = "INACTIVE"`, false),
			{ // Delete the old secret.
				Config: config(map[string]string{newSecret: `on_destroy = "retain"`}),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(oldSecret, plancheck.ResourceActionDestroy),
					plancheck.ExpectResourceAction(oldSecret+"_first", plancheck.ResourceActionDestroy),
				}},
				ConfigStateChecks: []statecheck.StateCheck{acctest.Do(func() {
					mustHold(t, app, made.id)
					mustHold(t, ordered, orderedMade.id)
				})},
			},
		},
	})
}

func TestAccGuide_AtMostTwoSecrets(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	old := app.Secrets(t)[0]
	both := guide(org, app, old, map[string]string{oldSecret: `on_destroy = "retain"`, newSecret: ""})
	// Planned after the two were read: else the reason is by chance that the new one is in no state.
	third := fmt.Sprintf("resource \"oktacreds_app_client_secret\" \"third\" {\n  app_id = %q\n  depends_on = [%s, %s]\n}\n", app.ID, oldSecret, newSecret)

	var given reasons
	refusal := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps:                    []resource.TestStep{{Config: both}, {Config: both + third}},
	})
	acctest.Says(t, refusal, app.ID)
	given.includes(t, rotation.SlotManaged)
}

func TestAccGuide_BringYourOwnSecret(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	old := app.Secrets(t)[0]

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: guide(org, app, old, map[string]string{newSecret: fmt.Sprintf("client_secret = %q", ownFirst)}),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(newSecret, tfjsonpath.New("client_secret"), knownvalue.StringExact(ownFirst)),
				acctest.Do(func() {
					if !app.Login(t, ownFirst) {
						t.Error("the secret that was brought does not work")
					}
				}),
			},
		}},
	})
}

func TestAccGuide_SwitchToPrivateKeyJWT_SecretsAreGone(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	old := app.Secrets(t)[0]

	refusal := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: guide(org, app, old, map[string]string{oldSecret: "", newSecret: ""})},
			{
				PreConfig: func() { switchToKeys(t, app) },
				Config:    guide(org, app, old, map[string]string{newSecret: ""}),
			},
		},
	})
	acctest.Says(t, refusal, "private_key_jwt, which takes no client secret")
	mustHold(t, app)
}
