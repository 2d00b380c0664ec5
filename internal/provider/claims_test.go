// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// Objects of one app that can't manage it together, seen from the configuration.

// block is the resource "test" of the app in Terraform's language.
func block(kind string, app *acctest.App, attributes ...string) string {
	return fmt.Sprintf("resource %q \"test\" {\n  app_id = %q\n  %s\n}\n", kind, app.ID, strings.Join(attributes, "\n  "))
}

const (
	secretsExclusiveKind = "oktacreds_app_client_secrets_exclusive"
	keysExclusiveKind    = "oktacreds_app_jwks_exclusive"
	clientAuthKind       = "oktacreds_app_client_auth"
	someURI              = "https://keys.example/jwks.json"
)

type values = map[string]any

// oneOfAnApp are the objects of which an app has one, and what each needs.
var oneOfAnApp = map[string]func(*testing.T, *acctest.App) values{
	rotationKind: func(*testing.T, *acctest.App) values { return nil },
	secretsExclusiveKind: func(t *testing.T, app *acctest.App) values {
		t.Helper()
		return values{"ids": []any{app.Secrets(t)[0].ID}}
	},
	keysExclusiveKind: func(t *testing.T, app *acctest.App) values {
		t.Helper()
		return values{"ids": []any{app.AddKey(t, acctest.FirstKey()).ID}}
	},
	uriKind: func(*testing.T, *acctest.App) values { return values{"jwks_uri": someURI} },
	clientAuthKind: func(*testing.T, *acctest.App) values {
		return values{"token_endpoint_auth_method": "client_secret_post"}
	},
}

// Each pair is refused in both orders, in the first plan as well, which refreshes nothing; both are named.
func TestClaims_ObjectsThatCannotManageTheSameApp_AreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	type pair func(t *testing.T, app *acctest.App) (one, other tfcore.Resource, names string)
	secret := func(app *acctest.App) tfcore.Resource { return of(secretObject+".one", "app_id", app.ID, nil) }
	key := func(t *testing.T, app *acctest.App) tfcore.Resource {
		t.Helper()
		return of(keyKind+".one", "app_id", app.ID, values{"public_key_pem": acctest.NewEC(t).PEM(t)})
	}
	rotation := func(app *acctest.App, name string) tfcore.Resource {
		return of(rotationKind+"."+name, "app_id", app.ID, nil)
	}
	privateKeyJWT := func(app *acctest.App) tfcore.Resource {
		return of(clientAuthKind+".other", "app_id", app.ID, values{"token_endpoint_auth_method": "private_key_jwt", "allow_secret_deletion": true})
	}
	pairs := map[string]pair{
		"a method that deletes secrets": func(_ *testing.T, app *acctest.App) (tfcore.Resource, tfcore.Resource, string) {
			return secret(app), privateKeyJWT(app), clientAuthKind + " (private_key_jwt) " + secretObject
		},
		"a method that deletes the secrets of a rotation": func(_ *testing.T, app *acctest.App) (tfcore.Resource, tfcore.Resource, string) {
			return rotation(app, "one"), privateKeyJWT(app), clientAuthKind + " (private_key_jwt) " + rotationKind
		},
		"a URI that deletes keys": func(t *testing.T, app *acctest.App) (tfcore.Resource, tfcore.Resource, string) {
			t.Helper()
			return key(t, app), of(uriKind+".other", "app_id", app.ID, values{"jwks_uri": someURI, "allow_key_deletion": true}),
				uriKind + " (" + someURI + ") " + keyKind
		},
		"a rotation of both secrets": func(_ *testing.T, app *acctest.App) (tfcore.Resource, tfcore.Resource, string) {
			return secret(app), rotation(app, "other"), secretObject + " " + rotationKind
		},
		"two lists whose ids are not known yet": func(_ *testing.T, app *acctest.App) (tfcore.Resource, tfcore.Resource, string) {
			ids := values{"ids": []any{tfcore.Ref{Address: "terraform_data.new", Attribute: "id"}}}
			return of(secretsExclusiveKind+".one", "app_id", app.ID, ids), of(secretsExclusiveKind+".other", "app_id", app.ID, ids), secretsExclusiveKind
		},
	}
	for kind, needs := range oneOfAnApp {
		pairs["two of "+kind] = func(t *testing.T, app *acctest.App) (tfcore.Resource, tfcore.Resource, string) {
			t.Helper()
			given := needs(t, app)
			return of(kind+".one", "app_id", app.ID, given), of(kind+".other", "app_id", app.ID, given), kind
		}
	}
	for name, pair := range pairs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			app.AddKey(t, withMembers(acctest.NewEC(t), acctest.Members{"kid": "unmanaged"}))
			one, other, names := pair(t, app)
			for _, order := range [][]tfcore.Resource{{one, other}, {other, one}} {
				core, refreshed := newCore(t, nil, &reasons{}), of(uriKind+".refreshed", "app_id", org.NewApp(t, "client_secret_basic").ID, values{"jwks_uri": someURI})
				mustRun(t, core, coreConfig(org, refreshed), tfcore.Options{})
				config := coreConfig(org, append([]tfcore.Resource{refreshed, {Address: "terraform_data.new"}}, order...)...)
				plan := core.Plan(t.Context(), config, tfcore.Options{})
				if !plan.Failed() {
					t.Errorf("%s first: not refused", order[0].Address)
				}
				acctest.Says(t, plan.Diagnostics.String(), append(strings.Split(names, " "), "Conflicting resources for app "+app.ID, "cannot manage the same app")...)
			}
		})
	}
}

// From saved keys to a URI in one apply: the key is deleted as the URI is set.
func TestClaims_AURIThatTakesThePlaceOfASavedKey_IsNoConflict(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	core := newCore(t, nil, &reasons{})
	mustRun(t, core, coreConfig(org, of(keyAddress, "app_id", app.ID, values{"public_key_pem": acctest.NewEC(t).PEM(t)})), tfcore.Options{})
	mustRun(t, core, coreConfig(org, of(uriAddress, "app_id", app.ID, values{"jwks_uri": someURI, "allow_key_deletion": true})), tfcore.Options{})
	if got := uriInOkta(t, app); got != someURI {
		t.Errorf("the app has the jwks_uri %q", got)
	}
	if keys := app.Keys(t); len(keys) > 0 {
		t.Errorf("the app has the saved keys %v", keys)
	}
}

// A credential that its object leaves in Okta can be imported at another address in the same apply.
func TestClaims_ACredentialThatIsHandedOver_IsNoConflict(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	core := newCore(t, nil, &reasons{})
	at := func(name string) tfcore.Resource {
		return of(secretObject+"."+name, "app_id", app.ID, values{"on_destroy": "retain"})
	}
	mustRun(t, core, coreConfig(org, at("one")), tfcore.Options{})
	id := core.State.Current(secretObject + ".one").Attribute("id")
	handedOver := coreConfig(org, at("another"))
	handedOver.Imports = []tfcore.Import{{To: secretObject + ".another", ID: app.ID + "/" + id}}
	mustRun(t, core, handedOver, tfcore.Options{})
	if secret, _ := app.Secret(t, id); core.State.Current(secretObject+".another").Attribute("id") != id || secret.Status != "ACTIVE" {
		t.Errorf("the secret is %q", secret.Status)
	}
}

// What the configuration asks for is looked up among what other objects hold, and what a new object finds in its way is
// named for what it is.
func TestClaims_ASecretOfAnotherObject_IsKnownToANewOne(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var given reasons
	core := newCore(t, nil, &given)
	at := func(name string, more values) tfcore.Resource {
		return of(secretObject+"."+name, "app_id", app.ID, more)
	}
	own := values{"client_secret": ownFirst, "omit_secret": false}
	initial := app.Secrets(t)[0].ID
	mustRun(t, core, coreConfig(org, at("one", own)), tfcore.Options{})
	app.Delete(t, "secrets", initial)

	given.forget()
	if plan := core.Plan(t.Context(), coreConfig(org, at("one", own), at("another", own)), tfcore.Options{}); !plan.Failed() {
		t.Error("two objects have the same value")
	}
	given.includes(t, rotation.HeldByAnother)

	both := coreConfig(org, at("one", own), at("two", nil))
	mustRun(t, core, both, tfcore.Options{})
	given.forget()
	both.Resources = append(both.Resources, at("three", nil))
	core.Plan(t.Context(), both, tfcore.Options{})
	given.includes(t, rotation.SlotManaged)
	given.excludes(t, rotation.SlotActive)
}

// The successor of a secret that was deleted is adopted by adopt_interrupted, but not from another object.
func TestClaims_ASuccessorThatAnotherObjectHolds_IsNotAdopted(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var given reasons
	core := newCore(t, nil, &given)
	at := func(name string) tfcore.Resource {
		return of(secretObject+"."+name, "app_id", app.ID, values{"adopt_interrupted": true})
	}
	initial := app.Secrets(t)[0].ID
	mustRun(t, core, coreConfig(org, at("first")), tfcore.Options{})
	app.Delete(t, "secrets", initial)
	mustRun(t, core, coreConfig(org, at("first"), at("second")), tfcore.Options{})
	app.Delete(t, "secrets", core.State.Current(secretObject+".first").Attribute("id"))
	given.forget()
	if plan := core.Plan(t.Context(), coreConfig(org, at("second"), at("first")), tfcore.Options{}); plan.Failed() || plan.Change(secretObject+".first").Action != tfcore.Create {
		t.Errorf("%s: %v", plan, plan.Diagnostics)
	}
	given.excludes(t, rotation.Declared)
}

// A tainted secret whose value is configured is found again where nothing was refreshed. What is destroyed then is not
// the secret, which it is.
func TestClaims_ATaintedSecretOfAConfiguredValue_IsNotDeletedWithItself(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	org.Sim(t).Advance(hour) // only the newest of several is found so
	core := newCore(t, nil, &reasons{})
	config := coreConfig(org, of(secretAddress, "app_id", app.ID, values{"client_secret": ownFirst, "omit_secret": false}))
	mustRun(t, core, config, tfcore.Options{})
	if err := core.State.Taint(secretAddress, true); err != nil {
		t.Fatal(err)
	}
	mustRun(t, core, config, tfcore.Options{NoRefresh: true})
	if !app.Login(t, ownFirst) {
		t.Error("the secret in state doesn't work")
	}
}

// A replacement has an order of its own, which another key that is removed doesn't change.
func TestClaims_AReplacementNextToARemoval_IsNotWarnedOf(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var given reasons
	core := newCore(t, nil, &given)
	key := func(name string) tfcore.Resource {
		return of(keyKind+"."+name, "app_id", app.ID, values{"public_key_pem": acctest.NewEC(t).PEM(t)})
	}
	mustRun(t, core, coreConfig(org, key("one"), key("two")), tfcore.Options{})
	mustRun(t, core, coreConfig(org, key("one")), tfcore.Options{})
	given.expect(t)
}

// An object that was deleted is planned as new, with the private state of the one that an earlier run planned.
func TestClaims_AnObjectThatWasDeleted_StillConflicts(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	core := newCore(t, nil, &reasons{})
	at := func(address, uri string) tfcore.Resource {
		return of(address, "app_id", app.ID, values{"jwks_uri": uri})
	}
	mustRun(t, core, coreConfig(org, at(uriAddress, someURI)), tfcore.Options{})
	mustRun(t, core, coreConfig(org, at(uriAddress, someURI+"?2")), tfcore.Options{})
	app.SetJWKSURI(t, "")
	plan := core.Plan(t.Context(), coreConfig(org, at(uriKind+".another", someURI), at(uriAddress, someURI)), tfcore.Options{})
	if !plan.Failed() {
		t.Error("two objects set the URI")
	}
	acctest.Says(t, plan.Diagnostics.String(), "Conflicting resources for app "+app.ID)
}

// Terraform plans a replacement twice, no matter who asks for it.
func TestClaims_AReplacement_IsNoConflictWithItself(t *testing.T) {
	t.Parallel()
	for _, kind := range slices.Sorted(maps.Keys(oneOfAnApp)) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			address := kind + ".test"
			config := func() tfcore.Config {
				app := org.NewApp(t, "client_secret_basic")
				return coreConfig(org, of(address, "app_id", app.ID, oneOfAnApp[kind](t, app)))
			}
			core := newCore(t, nil, &reasons{})
			before, another := config(), config()
			replaced := func(name string, config tfcore.Config, options tfcore.Options) {
				t.Helper()
				run := core.Run(t.Context(), config, options)
				if got := run.Plan.Change(address).Action; run.Failed() || got != tfcore.CreateThenDelete {
					t.Errorf("%s: %s, %v", name, got, run.Diagnostics())
				}
			}
			mustRun(t, core, before, tfcore.Options{})
			replaced("-replace", before, tfcore.Options{Replace: []string{address}})
			if err := core.State.Taint(address, true); err != nil {
				t.Fatal(err)
			}
			replaced("tainted", before, tfcore.Options{})
			replaced("another app", another, tfcore.Options{})
		})
	}
}

// Before the first apply nothing proves that a plan is one: Create refuses the second of the two.
func TestClaims_InAnEmptyState_TheSecondOfTwoIsNotCreated(t *testing.T) {
	t.Parallel()
	pem := acctest.NewEC(t).PEM(t)
	for _, test := range []struct {
		kind, other      string
		arguments, given values
	}{
		{keyKind, uriKind, values{"public_key_pem": pem}, values{"jwks_uri": someURI, "allow_key_deletion": true}},
		{secretObject, rotationKind, nil, nil},
		{secretObject, clientAuthKind, nil, values{"token_endpoint_auth_method": "private_key_jwt", "allow_secret_deletion": true}},
		{uriKind, uriKind, values{"jwks_uri": someURI}, values{"jwks_uri": someURI + "?2"}},
	} {
		t.Run(test.kind+" and "+test.other, func(t *testing.T) {
			t.Parallel()
			inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
				t.Helper()
				app := org.NewApp(t, "client_secret_basic")
				app.AddKey(t, withMembers(acctest.NewEC(t), acctest.Members{"kid": "unmanaged"}))
				one, other := of(test.kind+".one", "app_id", app.ID, test.arguments), of(test.other+".other", "app_id", app.ID, test.given)
				if run := core.Run(t.Context(), coreConfig(org, one, other), tfcore.Options{}); !run.Failed() {
					t.Error("applied")
				}
				if core.State.Current(one.Address) != nil && core.State.Current(other.Address) != nil {
					t.Error("both are there")
				}
				given.forget()
			})
		})
	}
}

// What proves a plan may come after what it is needed for: Terraform plans a new object before or after it refreshes
// another one.
func TestClaims_WhatCanNotBeCreated_FailsThePlanInEveryOrder(t *testing.T) {
	t.Parallel()
	inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
		t.Helper()
		app, byURI := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
		byURI.SetJWKSURI(t, someURI)
		known := of(keyKind+".known", "app_id", app.ID, values{"public_key_pem": acctest.NewEC(t).PEM(t)})
		mustRun(t, core, coreConfig(org, known), tfcore.Options{})
		for name, refused := range map[string][]tfcore.Resource{
			"a key of an app with a URI": {of(keyKind+".new", "app_id", byURI.ID, values{"public_key_pem": acctest.NewEC(t).PEM(t)})},
			"a rotation and a secret": {
				of(rotationKind+".new", "app_id", app.ID, nil), of(secretObject+".new", "app_id", app.ID, nil),
			},
		} {
			if plan := core.Plan(t.Context(), coreConfig(org, append(refused, known)...), tfcore.Options{}); !plan.Failed() {
				t.Errorf("%s: %v", name, plan.Diagnostics)
			}
		}
		given.forget()
	})
}
