// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// exclusive is one of the two kinds of exclusive resource.
type exclusive struct {
	resourceType string
	kind         string // in Okta's paths
	add          func(*testing.T, *acctest.App) acctest.Credential
	list         func(*testing.T, *acctest.App) []acctest.Credential
}

var exclusives = map[string]exclusive{
	"secrets": {
		resourceType: "oktacreds_app_client_secrets_exclusive", kind: "secrets",
		add: func(t *testing.T, app *acctest.App) acctest.Credential {
			return app.AddSecret(t, "made-in-the-console-by-somebody")
		},
		list: func(t *testing.T, app *acctest.App) []acctest.Credential { return app.Secrets(t) },
	},
	"keys": {
		resourceType: "oktacreds_app_jwks_exclusive", kind: "jwks",
		add: func(t *testing.T, app *acctest.App) acctest.Credential {
			key := acctest.FirstKey()
			key["kid"] = "console"
			return app.AddKey(t, key)
		},
		list: func(t *testing.T, app *acctest.App) []acctest.Credential { return app.Keys(t) },
	},
}

func (e exclusive) config(org *acctest.Org, app *acctest.App, id string) string {
	return org.Provider() + fmt.Sprintf(`
resource %q "test" {
  app_id = %q
  ids    = [%q]
}
`, e.resourceType, app.ID, id)
}

func TestAccAppExclusive_RetiresWhatWasMadeElsewhere(t *testing.T) {
	for name, e := range exclusives {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, map[string]string{"secrets": "client_secret_basic", "jwks": "private_key_jwt"}[e.kind])
			ours := e.list(t, app)[0]
			config := e.config(org, app, ours.ID)
			address := e.resourceType + ".test"
			var foreign acctest.Credential
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: config},
					{ResourceName: address, ImportState: true, ImportStateId: app.ID, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "app_id"},
					{
						PreConfig: func() {
							foreign = e.add(t, app)
							sim.Age(app.ID, 3*24*time.Hour)
						},
						RefreshState:       true,
						ExpectNonEmptyPlan: true,
						RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
						}},
						Check: func(state *terraform.State) error {
							told := state.RootModule().Resources[address].Primary.Attributes
							status, due, created := told["unlisted."+foreign.ID+".status"], told["unlisted."+foreign.ID+".retire"], told["unlisted."+foreign.ID+".created"]
							if _, err := time.Parse(time.RFC3339, created); status != "ACTIVE" || due != "true" || err != nil {
								return fmt.Errorf("the state tells %q, %q, %q of the unlisted one, want its status, its age and that it is due", status, due, created)
							}
							return nil
						},
					},
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(address, tfjsonpath.New("unlisted"), knownvalue.MapSizeExact(0)),
						},
					},
				},
			})
			if left := e.list(t, app); len(left) != 1 || left[0].ID != ours.ID {
				t.Errorf("the app has %v, want the listed one alone", left)
			}
		})
	}
}

// expect wants the app to have these credentials of the kind, ACTIVE, and no others.
func (e exclusive) expect(t *testing.T, app *acctest.App, want ...acctest.Credential) {
	t.Helper()
	left := map[string]string{}
	for _, credential := range e.list(t, app) {
		left[credential.ID] = credential.Status
	}
	for _, credential := range want {
		if left[credential.ID] != "ACTIVE" {
			t.Errorf("the app has %v, want %s ACTIVE", left, credential.ID)
		}
	}
	if len(left) != len(want) {
		t.Errorf("the app has %v, want %d in all", left, len(want))
	}
}

// What is there when the resource is created, it shows, and retires next time.
func TestAccAppExclusive_FirstApply_RetiresNothing(t *testing.T) {
	unlisted := func(resourceType, id string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(resourceType+".test", tfjsonpath.New("unlisted"),
			knownvalue.MapExact(map[string]knownvalue.Check{id: knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"status": knownvalue.StringExact("ACTIVE"), "retire": knownvalue.Bool(true),
			})}))
	}
	t.Run("ids that are known after apply", func(t *testing.T) {
		e := exclusives["secrets"]
		org := acctest.NewOrg(t)
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0]
		config := secretConfig(org, app, `on_destroy = "retain"`) + block(e.resourceType, app, "ids = [oktacreds_app_client_secret.test.id]")
		resource.ParallelTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			Steps: []resource.TestStep{
				{
					Config: config, ExpectNonEmptyPlan: true,
					ConfigStateChecks: append(then(func() {
						if !app.Login(t, initial.Value) {
							t.Error("the app's initial secret is gone, of which the plan said nothing")
						}
					}), unlisted(e.resourceType, initial.ID)),
				},
				{Config: config},
			},
		})
		if app.Login(t, initial.Value) {
			t.Error("the initial secret is still there after the plan that showed it")
		}
	})
	for name, e := range exclusives {
		t.Run("known "+name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			app := org.NewApp(t, map[string]string{"secrets": "client_secret_basic", "jwks": "private_key_jwt"}[e.kind])
			ours := e.list(t, app)[0]
			foreign := e.add(t, app)
			config := e.config(org, app, ours.ID)
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{
						Config: config, ExpectNonEmptyPlan: true,
						ConfigStateChecks: append(then(func() { e.expect(t, app, ours, foreign) }), unlisted(e.resourceType, foreign.ID)),
					},
					{Config: config, ConfigStateChecks: then(func() { e.expect(t, app, ours) })},
				},
			})
		})
	}
}

// An apply may come long after its plan.
func TestAccAppExclusive_WhatNoPlanHasShown_Stays(t *testing.T) {
	t.Run("a key made after the plan", func(t *testing.T) {
		e := exclusives["keys"]
		org := acctest.NewOrg(t)
		app := org.NewApp(t, "private_key_jwt")
		ours := e.list(t, app)[0]
		var later acctest.Credential
		config := e.config(org, app, ours.ID)
		resource.ParallelTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			Steps: []resource.TestStep{
				{Config: config},
				{
					PreConfig: func() { e.add(t, app) },
					Config:    config,
					ConfigPlanChecks: acctest.BeforeApply(func() {
						key := acctest.FirstKey()
						key["kid"] = "made after the plan"
						later = app.AddKey(t, key)
					}),
					ConfigStateChecks: then(func() { e.expect(t, app, ours, later) }), ExpectNonEmptyPlan: true,
				},
				{Config: config, ConfigStateChecks: then(func() { e.expect(t, app, ours) })},
			},
		})
	})
	t.Run("a secret activated after the plan", func(t *testing.T) {
		e := exclusives["secrets"]
		org := acctest.NewOrg(t)
		app := org.NewApp(t, "client_secret_basic")
		ours := e.list(t, app)[0]
		back := e.add(t, app)
		app.Deactivate(t, "secrets", back.ID)
		config := e.config(org, app, ours.ID)
		resource.ParallelTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			Steps: []resource.TestStep{
				{Config: config, ExpectNonEmptyPlan: true},
				{
					Config: config, ConfigPlanChecks: acctest.BeforeApply(func() { app.Activate(t, "secrets", back.ID) }),
					ConfigStateChecks: then(func() { e.expect(t, app, ours, back) }), ExpectNonEmptyPlan: true,
				},
				{Config: config, ConfigStateChecks: then(func() { e.expect(t, app, ours) })},
			},
		})
	})
}

// What an apply leaves to the next plan, a warning names.
func TestAppExclusive_WarnsOfWhatStays(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	e := exclusives["secrets"]
	ours, foreign := e.list(t, app)[0], e.add(t, app)
	list := func(ids ...any) []tftypes.Value {
		var values []tftypes.Value
		for _, id := range ids {
			values = append(values, tftypes.NewValue(tftypes.String, id))
		}
		return values
	}
	given := func(ids any) map[string]any { return map[string]any{"app_id": app.ID, "ids": ids} }
	const leaves = "WARNING: This apply leaves unlisted client secrets of app "

	for name, ids := range map[string]any{"unknown": tftypes.UnknownValue, "one of them unknown": list(tftypes.UnknownValue)} {
		t.Run(name, func(t *testing.T) {
			acctest.Says(t, newProtocol(t, org).plan(t, e.resourceType, given(ids)), leaves+app.ID,
				ours.ID+" (ACTIVE, 0 days old, created ", foreign.ID+" (ACTIVE, 0 days old, created ", "The next plan shows")
		})
	}
	t.Run("known", func(t *testing.T) {
		text := newProtocol(t, org).plan(t, e.resourceType, given(list(ours.ID)))
		acctest.Says(t, text, leaves+app.ID, foreign.ID+" (ACTIVE, 0 days old, created ")
		acctest.Hides(t, text, ours.ID)
	})

	run := newRun(t, org, e.resourceType, func(string) {})
	if text, failed, _ := run.apply(t, given(list(ours.ID, foreign.ID))); failed || text != "" {
		t.Errorf("of a list of all it says %q", text)
	}
	t.Run("one that leaves the list", func(t *testing.T) {
		plan, _ := run.plan(t, given(list(ours.ID)))
		acctest.Says(t, plan.said, leaves+app.ID, foreign.ID+" (ACTIVE, 0 days old, created ")
	})
	t.Run("one that is made after the plan", func(t *testing.T) {
		app.Delete(t, "secrets", foreign.ID)
		plan, _ := run.plan(t, given(list(ours.ID)))
		later := e.add(t, app)
		text, _ := run.finish(t, plan)
		acctest.Says(t, plan.said+text, leaves+app.ID, later.ID+" (ACTIVE, 0 days old, created ")
	})
}

func TestAccAppExclusive_RefusesToLockOut(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	listed := app.AddSecret(t, "listed-and-then-switched-off")
	app.Deactivate(t, "secrets", listed.ID)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:      exclusives["secrets"].config(org, app, listed.ID),
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(`None\s+of\s+the\s+listed\s+ids\s+is\s+active`),
		}},
	})
}

func TestAccAppExclusive_FightWithAnUnlistedSecretNamesBoth(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	secret := secretConfig(org, app, `on_destroy = "retain"`)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: secret},
			{
				Config: secret + fmt.Sprintf(`
resource "oktacreds_app_client_secrets_exclusive" "test" {
  app_id = %q
  ids    = [%q]
}
`, app.ID, initial.ID),
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(`(?s)oktacreds_app_client_secret[^_].*oktacreds_app_client_secrets_exclusive|oktacreds_app_client_secrets_exclusive.*oktacreds_app_client_secret[^_s]`),
			},
		},
	})
}

func TestAccAppExclusive_AppGone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	appGone(t, app, exclusives["secrets"].config(org, app, app.Secrets(t)[0].ID))
}
