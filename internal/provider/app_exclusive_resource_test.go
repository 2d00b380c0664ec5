// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
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
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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

// exclusiveApp is an app with a credential that is listed.
type exclusiveApp struct {
	exclusive
	app     *acctest.App
	ours    acctest.Credential
	address string
}

// exclusiveApps are an app of each kind, and the configuration of both.
func exclusiveApps(t *testing.T, org *acctest.Org) (apps []exclusiveApp, config string) {
	t.Helper()
	config = org.Provider()
	for _, e := range exclusives {
		app := e.newApp(t, org)
		apps = append(apps, exclusiveApp{e, app, e.list(t, app)[0], e.resourceType + ".test"})
		config += block(e.resourceType, app, fmt.Sprintf("ids = [%q]", apps[len(apps)-1].ours.ID))
	}
	return apps, config
}

func (e exclusive) newApp(t *testing.T, org *acctest.Org) *acctest.App {
	t.Helper()
	return org.NewApp(t, map[string]string{"secrets": "client_secret_basic", "jwks": "private_key_jwt"}[e.kind])
}

func TestAccAppExclusive_RetiresWhatWasMadeElsewhere(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	apps, config := exclusiveApps(t, org)
	foreign := map[string]string{}
	steps := []resource.TestStep{{Config: config}}
	var updates []plancheck.PlanCheck
	var empty []statecheck.StateCheck
	for _, e := range apps {
		steps = append(steps, resource.TestStep{
			ResourceName: e.address, ImportState: true, ImportStateId: e.app.ID, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "app_id",
		})
		updates = append(updates, plancheck.ExpectResourceAction(e.address, plancheck.ResourceActionUpdate))
		empty = append(empty, statecheck.ExpectKnownValue(e.address, tfjsonpath.New("unlisted"), knownvalue.MapSizeExact(0)))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: append(steps,
			resource.TestStep{
				PreConfig: func() {
					for _, e := range apps {
						foreign[e.address] = e.add(t, e.app).ID
						sim.Age(e.app.ID, 3*24*time.Hour)
					}
				},
				RefreshState:       true,
				ExpectNonEmptyPlan: true,
				RefreshPlanChecks:  resource.RefreshPlanChecks{PostRefresh: updates},
				Check: func(state *terraform.State) error {
					for address, id := range foreign {
						told := state.RootModule().Resources[address].Primary.Attributes
						status, due, created := told["unlisted."+id+".status"], told["unlisted."+id+".retire"], told["unlisted."+id+".created"]
						if _, err := time.Parse(time.RFC3339, created); status != "ACTIVE" || due != "true" || err != nil {
							return fmt.Errorf("the state tells %q, %q, %q of the unlisted one, want its status, its age and that it is due", status, due, created)
						}
					}
					return nil
				},
			},
			resource.TestStep{Config: config, ConfigStateChecks: empty}),
	})
	for _, e := range apps {
		e.expect(t, e.app, e.ours)
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
	org := acctest.NewOrg(t)
	apps, config := exclusiveApps(t, org)
	unlisted := func(address, id string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New("unlisted"),
			knownvalue.MapExact(map[string]knownvalue.Check{id: knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"status": knownvalue.StringExact("ACTIVE"), "retire": knownvalue.Bool(true),
			})}))
	}
	var first, next []statecheck.StateCheck
	for _, e := range apps {
		foreign := e.add(t, e.app)
		first = append(first, acctest.Do(func() { e.expect(t, e.app, e.ours, foreign) }), unlisted(e.address, foreign.ID))
		next = append(next, acctest.Do(func() { e.expect(t, e.app, e.ours) }))
	}
	// And where the ids are known after apply.
	later := org.NewApp(t, "client_secret_basic")
	initial := later.Secrets(t)[0]
	config += strings.TrimPrefix(secretConfig(org, later, `on_destroy = "retain"`), org.Provider()) +
		strings.Replace(block(secretsExclusiveKind, later, "ids = [oktacreds_app_client_secret.test.id]"), `"test"`, `"later"`, 1)
	first = append(first, acctest.Do(func() {
		if !later.Login(t, initial.Value) {
			t.Error("the app's initial secret is gone, of which the plan said nothing")
		}
	}), unlisted(secretsExclusiveKind+".later", initial.ID))
	next = append(next, acctest.Do(func() {
		if later.Login(t, initial.Value) {
			t.Error("the initial secret is still there after the plan that showed it")
		}
	}))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ExpectNonEmptyPlan: true, ConfigStateChecks: first},
			{Config: config, ConfigStateChecks: next},
		},
	})
}

// An apply may come long after its plan.
func TestAppExclusive_WhatNoPlanHasShown_Stays(t *testing.T) {
	t.Parallel()
	t.Run("a key made after the plan", func(t *testing.T) {
		org := acctest.NewOrg(t)
		e := exclusives["keys"]
		app := e.newApp(t, org)
		ours := e.list(t, app)[0]
		only := values{"ids": []any{ours.ID}}
		life := newAppStory(t, org, app, e.resourceType+".test")
		life.apply(t, tfcore.Create, only)
		e.add(t, app)
		var later acctest.Credential
		life.applyLate(t, tfcore.Update, only, func() {
			key := acctest.FirstKey()
			key["kid"] = "made after the plan"
			later = app.AddKey(t, key)
		})
		e.expect(t, app, ours, later)
		life.apply(t, tfcore.Update, only)
		e.expect(t, app, ours)
	})
	t.Run("a secret activated after the plan", func(t *testing.T) {
		org := acctest.NewOrg(t)
		e := exclusives["secrets"]
		app := e.newApp(t, org)
		ours, back := e.list(t, app)[0], e.add(t, app)
		app.Deactivate(t, "secrets", back.ID)
		only := values{"ids": []any{ours.ID}}
		life := newAppStory(t, org, app, e.resourceType+".test")
		life.applyLate(t, tfcore.Create, only, func() {})
		life.applyLate(t, tfcore.Update, only, func() { app.Activate(t, "secrets", back.ID) })
		e.expect(t, app, ours, back)
		life.apply(t, tfcore.Update, only)
		e.expect(t, app, ours)
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

	s := newAppStory(t, org, app, e.resourceType+".test")
	listed := func(ids ...any) values { return values{"ids": ids} }
	if run := s.run(t, s.with(listed(ours.ID, foreign.ID))); run.Failed() || len(run.Diagnostics()) > 0 {
		t.Errorf("of a list of all it says %v", run.Diagnostics())
	}
	t.Run("one that leaves the list", func(t *testing.T) {
		acctest.Says(t, s.plan(t, listed(ours.ID)).Diagnostics.String(), leaves+app.ID, foreign.ID+" (ACTIVE, 0 days old, created ")
	})
	t.Run("one that is made after the plan", func(t *testing.T) {
		app.Delete(t, "secrets", foreign.ID)
		plan := s.plan(t, listed(ours.ID))
		later := e.add(t, app)
		said := plan.Diagnostics.String() + s.core.Apply(t.Context(), plan).Diagnostics.String()
		acctest.Says(t, said, leaves+app.ID, later.ID+" (ACTIVE, 0 days old, created ")
	})
}

func TestAppExclusive_RefusesToLockOut(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	listed := app.AddSecret(t, "listed-and-then-switched-off")
	app.Deactivate(t, "secrets", listed.ID)
	said := newProtocol(t, org).plan(t, secretsExclusiveKind, values{
		"app_id": app.ID, "ids": []tftypes.Value{tftypes.NewValue(tftypes.String, listed.ID)},
	})
	acctest.Says(t, said, "ERROR: ", "None of the listed ids is active")
}

func TestAppExclusive_ConflictWithAnUnlistedSecretNamesBoth(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	life := newStory(t, org)
	secret := of(secretAddress, "app_id", app.ID, values{"on_destroy": "retain"})
	life.applies(t, tfcore.Create, secret)
	said := life.fails(t, secret, of(secretsExclusiveKind+".test", "app_id", app.ID, values{"ids": []any{initial.ID}}))
	acctest.Says(t, said, secretObject+" ("+life.held(secretAddress, "id")+")", secretsExclusiveKind)
	life.resources = []tfcore.Resource{secret}
}
