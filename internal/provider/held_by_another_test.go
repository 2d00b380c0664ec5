// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// What a create or a destroy deletes besides its own credential must not be what another object holds: the
// provider is told of the others only through what they say while they are read and planned. Orders are drawn.

// Why initial_secret = "replace" is refused.
const initialManaged rotation.Reason = "initial_managed"

const serviceKind = "oktacreds_api_service_integration_secret"

// credentialOf is a resource with create_before_destroy.
func credentialOf(address string, app *acctest.App, given values) tfcore.Resource {
	resource := of(address, "app_id", app.ID, given)
	resource.CreateBeforeDestroy = true
	return resource
}

// inEveryOrder runs the test with orders that are drawn from eight seeds.
func inEveryOrder(t *testing.T, test func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons)) {
	t.Helper()
	for seed := range uint64(8) {
		org, given := acctest.NewOrg(t), &reasons{}
		core := newCore(t, nil, given)
		core.Random = rand.New(rand.NewPCG(seed, 0))
		test(t, org, core, given)
	}
}

// mustRefuse wants the plan to fail for the reason.
func mustRefuse(t *testing.T, core *tfcore.Core, given *reasons, config tfcore.Config, options tfcore.Options, want rotation.Reason) {
	t.Helper()
	if plan := core.Plan(t.Context(), config, options); !plan.Failed() {
		t.Errorf("planned with %+v", options)
	}
	given.includes(t, want)
	given.forget()
}

func TestInitialSecret_HeldByAnotherResource_IsNotReplaced(t *testing.T) {
	t.Parallel()
	inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
		t.Helper()
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0].ID
		config := coreConfig(org, credentialOf(secretObject+".first", app, nil))
		config.Imports = []tfcore.Import{{To: secretObject + ".first", ID: app.ID + "/" + initial}}
		mustRun(t, core, config, tfcore.Options{})
		given.forget()

		second := credentialOf(secretObject+".second", app, values{"initial_secret": "replace"})
		beside, instead := config, coreConfig(org, second)
		beside.Resources = append(beside.Resources, second)
		for _, config := range []tfcore.Config{beside, instead} {
			for _, options := range []tfcore.Options{{}, {NoRefresh: true}} {
				mustRefuse(t, core, given, config, options, rotation.HeldByAnother)
			}
		}
		mustHold(t, app, initial)
	})
}

// Neither is one that the resource itself has imported: the create of its successor would delete it before
// any consumer has the new one.
func TestInitialSecret_Imported_IsNotDeletedByTheCreateOfItsSuccessor(t *testing.T) {
	t.Parallel()
	inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
		t.Helper()
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0].ID
		config := func(generation, initialSecret string) tfcore.Config {
			config := coreConfig(org, credentialOf(secretAddress, app, values{"initial_secret": initialSecret, "rotate_when_changed": values{"n": generation}}))
			config.Imports = []tfcore.Import{{To: secretAddress, ID: app.ID + "/" + initial}}
			return config
		}
		mustRun(t, core, config("1", "replace"), tfcore.Options{})
		given.forget()
		mustRefuse(t, core, given, config("2", "replace"), tfcore.Options{}, initialManaged)
		mustRefuse(t, core, given, config("1", "replace"), tfcore.Options{Replace: []string{secretAddress}}, initialManaged)
		mustHold(t, app, initial)
		mustRun(t, core, config("2", "keep"), tfcore.Options{})
		given.excludes(t, initialManaged)
	})
}

// A destroy ends its own secret and no other. One that became INACTIVE after the destroy was planned, and one that
// the next plan knows to be INACTIVE, are the same to it.
func TestPlaceholder_NoOtherSecretIsDeletedForIt(t *testing.T) {
	t.Parallel()
	for kind, owner := range map[string]string{secretObject: "app_id", serviceKind: "api_service_integration_id"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
				t.Helper()
				id, initial, _ := newSecretOwners(t, org, kind)
				revocable := values{"when_full": "delete_inactive", "allow_last_credential_destroy": true}
				last, second := of(kind+".last", owner, id, revocable), of(kind+".second", owner, id, nil)
				inactive := of(second.Address, owner, id, values{"status": "INACTIVE"})
				config := coreConfig(org, last, second)
				config.Imports = []tfcore.Import{{To: last.Address, ID: id + "/" + initial}}
				mustRun(t, core, config, tfcore.Options{})
				mustRun(t, core, coreConfig(org, last, inactive), tfcore.Options{})
				there := func(id string) (all, active []string) {
					for _, secret := range org.Sim(t).Secrets(id) {
						all = append(all, secret.ID)
						if secret.Status == "ACTIVE" {
							active = append(active, secret.ID)
						}
					}
					return all, active
				}
				held := core.State.Current(second.Address).Attribute("id")
				for _, options := range []tfcore.Options{{NoRefresh: true}, {}} {
					if ran := core.Run(t.Context(), coreConfig(org, inactive), options); ran.Plan.Failed() || !ran.Failed() {
						t.Errorf("the plan failed: %t, the apply: %t; only the apply must", ran.Plan.Failed(), ran.Failed())
					}
					if core.State.Current(last.Address).Attribute("id") != initial || core.State.Current(second.Address).Attribute("id") != held {
						t.Error("state doesn't hold both")
					}
					if all, active := there(id); len(all) != 2 || len(active) != 1 || active[0] != initial {
						t.Errorf("there are %v, ACTIVE are %v; want both, and the one that the destroy was of", all, active)
					}
				}
				given.forget()
			})
		})
	}
}

// ownerArgument is the argument of a resource of this type that says whose credential it is.
func ownerArgument(kind string) string {
	if kind == serviceKind {
		return "api_service_integration_id"
	}
	return "app_id"
}

// newSecretOwners are two apps or API service integrations, whatever the kind of secret needs: the id of one, of
// its initial secret, and the id of the other.
func newSecretOwners(t *testing.T, org *acctest.Org, kind string) (id, initial, other string) {
	t.Helper()
	if kind == serviceKind {
		sim := org.Sim(t)
		service := sim.AddAPIService().ID
		return service, sim.Secrets(service)[0].ID, sim.AddAPIService().ID
	}
	app := org.NewApp(t, "client_secret_basic")
	return app.ID, app.Secrets(t)[0].ID, org.NewApp(t, "client_secret_basic").ID
}

// Two resources that exchange their apps, as a list of apps under count that shifts does: what one address loses,
// another one creates, in any order.
func TestAppID_ThatShifts_IsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{secretObject, serviceKind, keyKind} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
				t.Helper()
				owner, arguments := "app_id", [2]values{}
				switch kind {
				case serviceKind:
					owner = "api_service_integration_id"
				case keyKind:
					arguments = [2]values{{"public_key_pem": acctest.NewEC(t).PEM(t)}, {"public_key_pem": acctest.NewEC(t).PEM(t)}}
				}
				first, _, second := newSecretOwners(t, org, kind)
				config := func(first, second string) tfcore.Config {
					return coreConfig(org, of(kind+".this[0]", owner, first, arguments[0]), of(kind+".this[1]", owner, second, arguments[1]))
				}
				mustRun(t, core, config(first, second), tfcore.Options{})
				given.forget()
				if plan := core.Plan(t.Context(), config(second, first), tfcore.Options{}); plan.Failed() {
					t.Error(plan.Diagnostics)
				}
				given.includes(t, unordered)
			})
		})
	}
}

// Terraform plans the replacement twice, which are not two resources that want the same.
func TestAppID_ToAnAppThatHasTheValueAlready_IsNoConflict(t *testing.T) {
	t.Parallel()
	pair := acctest.NewEC(t)
	for kind, arguments := range map[string]values{
		secretObject: {"client_secret": ownFirst, "omit_secret": false},
		keyKind:      {"public_key_pem": pair.PEM(t), "adopt_interrupted": true},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
				t.Helper()
				app, other := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
				org.Sim(t).Advance(time.Minute)
				other.AddSecret(t, ownFirst)
				other.AddKey(t, withMembers(pair, acctest.Members{"kid": pair.Thumbprint(t)}))
				mustRun(t, core, coreConfig(org, credentialOf(kind+".test", app, arguments)), tfcore.Options{})
				given.forget()
				mustRun(t, core, coreConfig(org, credentialOf(kind+".test", other, arguments)), tfcore.Options{})
				given.excludes(t, rotation.HeldByAnother)
			})
		})
	}
}

// One credential at two addresses: to replace, taint or destroy one of them takes it from the other, and of a taint the
// provider isn't told. Every plan fails until one of the two leaves the state.
func TestTwoResources_OfOneCredential_FailEveryPlan(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{secretObject, serviceKind, keyKind} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
				t.Helper()
				owner, arguments := ownerArgument(kind), values{}
				switch kind {
				case keyKind:
					arguments = values{"public_key_pem": acctest.NewEC(t).PEM(t)}
				}
				of1, _, _ := newSecretOwners(t, org, kind)
				one, other := of(kind+".one", owner, of1, arguments), of(kind+".other", owner, of1, arguments)
				mustRun(t, core, coreConfig(org, one), tfcore.Options{})
				id := core.State.Current(one.Address).Attribute("id")
				config := coreConfig(org, one, other)
				config.Imports = []tfcore.Import{{To: other.Address, ID: of1 + "/" + id}}
				given.forget()
				mustRefuse(t, core, given, config, tfcore.Options{}, rotation.HeldByAnother)
				// As terraform import does it, which plans nothing.
				mustRun(t, core, config, tfcore.Options{Target: []string{other.Address}})
				for _, options := range []tfcore.Options{{}, {Replace: []string{one.Address}}, {Replace: []string{one.Address}, NoRefresh: true}} {
					mustRefuse(t, core, given, config, options, rotation.HeldByAnother)
				}
				mustRefuse(t, core, given, coreConfig(org, other), tfcore.Options{}, rotation.HeldByAnother)
				if err := core.State.Taint(other.Address, true); err != nil {
					t.Fatal(err)
				}
				mustRefuse(t, core, given, config, tfcore.Options{}, rotation.HeldByAnother)
				if err := core.State.Taint(other.Address, false); err != nil {
					t.Fatal(err)
				}
				core.State.Remove(one.Address) // the way out
				mustRun(t, core, coreConfig(org, other), tfcore.Options{})
				if got := core.State.Current(other.Address).Attribute("id"); got != id {
					t.Errorf("state holds %s, want %s", got, id)
				}
				given.excludes(t, rotation.HeldByAnother)
			})
		})
	}
}

// An INACTIVE secret whose resource leaves with on_destroy = "retain" is not deleted in the same apply by another one
// that needs its slot, whichever of the two is planned first.
func TestWhenFull_TheSecretThatAnotherResourceRetains_IsNotDeleted(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{secretObject, serviceKind} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
				t.Helper()
				owner := ownerArgument(kind)
				id, initial, _ := newSecretOwners(t, org, kind)
				old := of(kind+".old", owner, id, values{"on_destroy": "retain", "status": "INACTIVE"})
				active := of(kind+".active", owner, id, values{"on_destroy": "retain"})
				first := coreConfig(org, active, old)
				first.Imports = []tfcore.Import{{To: active.Address, ID: id + "/" + initial}}
				mustRun(t, core, first, tfcore.Options{})
				given.forget()
				next := of(kind+".next", owner, id, values{"when_full": "delete_inactive"})
				mustRefuse(t, core, given, coreConfig(org, active, next), tfcore.Options{}, rotation.HeldByAnother)
				mustRun(t, core, coreConfig(org, active), tfcore.Options{}) // the way out
				mustRun(t, core, coreConfig(org, active, next), tfcore.Options{})
				given.excludes(t, rotation.HeldByAnother)
			})
		})
	}
}

// A secret that follows a deleted one may be that of another address: which of the two is read first must not
// make it that of both.
func TestAdoptInterrupted_TheSuccessorThatAnotherAddressHolds_IsNotAdopted(t *testing.T) {
	t.Parallel()
	inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
		t.Helper()
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0].ID
		config := coreConfig(org, credentialOf(secretObject+".one", app, values{"adopt_interrupted": true}), credentialOf(secretObject+".other", app, nil))
		imports := config
		imports.Imports = []tfcore.Import{{To: secretObject + ".one", ID: app.ID + "/" + initial}}
		mustRun(t, core, imports, tfcore.Options{})
		other := core.State.Current(secretObject + ".other").Attribute("id")
		app.Delete(t, "secrets", initial)
		given.forget()
		if run := core.Run(t.Context(), config, tfcore.Options{}); run.Failed() {
			given.includes(t, rotation.HeldByAnother)
			core.State.Remove(secretObject + ".one") // the way out
			mustRun(t, core, config, tfcore.Options{})
		}
		one := core.State.Current(secretObject + ".one").Attribute("id")
		if got := core.State.Current(secretObject + ".other").Attribute("id"); got != other || one == other {
			t.Errorf("state holds %s and %s, want another one and %s", one, got, other)
		}
	})
}

// One key may be saved under two kids.
func TestAppJWK_OneKeyUnderTwoKids_IsNoConflict(t *testing.T) {
	t.Parallel()
	inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
		t.Helper()
		app, pem := org.NewApp(t, "private_key_jwt"), acctest.NewEC(t).PEM(t)
		config := coreConfig(org,
			credentialOf(keyKind+".one", app, values{"public_key_pem": pem, "kid": "one"}),
			credentialOf(keyKind+".two", app, values{"public_key_pem": pem, "kid": "two"}))
		mustRun(t, core, config, tfcore.Options{})
		if run := core.Run(t.Context(), config, tfcore.Options{}); !run.Converged() {
			t.Error(run.Diagnostics())
		}
		given.expect(t)
	})
}

// A rotation holds both secrets of its app: a resource that is replaced by one must not end them.
func TestRotation_InPlaceOfASecretResource_IsRefusedUnlessTheSecretIsRetained(t *testing.T) {
	t.Parallel()
	inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
		t.Helper()
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0].ID
		one := func(onDestroy string) tfcore.Resource {
			return of(secretObject+".one", "app_id", app.ID, values{"on_destroy": onDestroy, "allow_last_credential_destroy": true})
		}
		first := coreConfig(org, one("delete"))
		first.Imports = []tfcore.Import{{To: secretObject + ".one", ID: app.ID + "/" + initial}}
		mustRun(t, core, first, tfcore.Options{})
		created := coreConfig(org, of(rotationKind+".this", "app_id", app.ID, nil))
		imported := created
		imported.Imports = []tfcore.Import{{To: rotationKind + ".this", ID: app.ID}}
		for _, config := range []tfcore.Config{created, imported} {
			if plan := core.Plan(t.Context(), config, tfcore.Options{}); !plan.Failed() {
				t.Error("the plan ends the secret that the rotation takes over")
			}
		}
		mustRun(t, core, coreConfig(org, one("retain")), tfcore.Options{})
		mustRun(t, core, imported, tfcore.Options{})
		if secret, there := app.Secret(t, initial); !there || secret.Status != "ACTIVE" {
			t.Errorf("%s is there: %t, %s", initial, there, secret.Status)
		}
		given.forget()
	})
}

// A secret of one's own is no initial secret, although it may be as young.
func TestInitialSecret_AnOwnSecretCreatedLater_IsNoInitialSecret(t *testing.T) {
	t.Parallel()
	inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
		t.Helper()
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0].ID
		org.Sim(t).Advance(time.Minute)
		own := of(secretObject+".one", "app_id", app.ID, values{"client_secret": ownFirst, "omit_secret": false})
		mustRun(t, core, coreConfig(org, own), tfcore.Options{})
		app.Delete(t, "secrets", initial)
		mustRun(t, core, coreConfig(org, own), tfcore.Options{})
		given.forget()
		generated := values{"initial_secret": "replace"}
		for _, config := range []tfcore.Config{coreConfig(org, own, of(secretObject+".two", "app_id", app.ID, generated)), coreConfig(org, of(own.Address, "app_id", app.ID, generated))} {
			if plan := core.Plan(t.Context(), config, tfcore.Options{}); plan.Failed() {
				t.Error(plan.Diagnostics)
			}
			given.excludes(t, initialManaged)
			given.excludes(t, rotation.HeldByAnother)
		}
	})
}
