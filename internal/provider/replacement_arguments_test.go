// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// What a replacement needs from the configuration at the time of the apply.

// lateArguments is the reason why a plan warns of an argument that changes too late.
const lateArguments rotation.Reason = "late_arguments"

// Terraform deletes the old object with the arguments in state: a change in the plan that replaces it is too late.
func TestReplacement_OnDestroyAndDrainChangedWithIt_AreWarnedOf(t *testing.T) {
	t.Parallel()
	org, sim, service := serviceOrg(t)
	app, other := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
	initial, anotherService := sim.Secrets(service)[0].ID, sim.AddAPIService().ID
	pems := []string{acctest.NewEC(t).PEM(t), acctest.NewEC(t).PEM(t)}
	for kind, test := range map[string]struct {
		owner         string
		here, another string
		first, second values
	}{
		secretObject: {"app_id", app.ID, other.ID, generation(1, values{"initial_secret": "replace"}), generation(2, nil)},
		keyKind:      {"app_id", app.ID, other.ID, values{"public_key_pem": pems[0]}, values{"public_key_pem": pems[1]}},
		serviceKind:  {"api_service_integration_id", service, anotherService, generation(1, nil), generation(2, nil)},
	} {
		t.Run(kind, func(t *testing.T) {
			s := newStory(t, org)
			const on, drain = "on_destroy", "drain"
			resource := func(id string, arguments values, onDestroy, drained string) tfcore.Resource {
				given := values{on: onDestroy, drain: drained}
				maps.Copy(given, arguments)
				return of(kind+".test", test.owner, id, given)
			}
			mustRun(t, s.core, s.config([]tfcore.Resource{resource(test.here, test.first, "delete", "0s")}), tfcore.Options{})
			if test.owner == "api_service_integration_id" {
				removeServiceSecret(t, sim, service, initial)
			}
			mustRun(t, s.core, s.config([]tfcore.Resource{resource(test.here, test.first, "delete", "0s")}), tfcore.Options{}) // sees that a slot is free
			late := func(when string, planned tfcore.Resource, want bool) {
				t.Helper()
				s.given.forget()
				s.core.Plan(t.Context(), s.config([]tfcore.Resource{planned}), tfcore.Options{NoRefresh: true})
				if want {
					s.given.includes(t, lateArguments)
				} else {
					s.given.excludes(t, lateArguments)
				}
				if t.Failed() {
					t.Fatal(when)
				}
			}
			for name, want := range map[string]struct {
				resource tfcore.Resource
				late     bool
			}{
				"nothing else":     {resource(test.here, test.second, "delete", "0s"), false},
				"no replacement":   {resource(test.here, test.first, "retain", "15m"), false},
				"on_destroy":       {resource(test.here, test.second, "retain", "0s"), true},
				"drain":            {resource(test.here, test.second, "delete", "15m"), true},
				"drain and moving": {resource(test.another, test.first, "delete", "15m"), true},
			} {
				late(name, want.resource, want.late)
			}
			mustRun(t, s.core, s.config([]tfcore.Resource{resource(test.here, test.first, "retain", "0s")}), tfcore.Options{})
			late("drain of one that is retained", resource(test.here, test.second, "retain", "15m"), false)
			late("on_destroy of one that is retained", resource(test.here, test.second, "delete", "15m"), true)
			mustRun(t, s.core, s.config([]tfcore.Resource{resource(test.here, test.first, "delete", "0s")}), tfcore.Options{})
			s.resources = []tfcore.Resource{resource(test.here, test.first, "delete", "0s")}
		})
	}
}

// Without create_before_destroy, which a provider isn't told of, the old credential is deleted first: a
// replacement that will be refused must not begin.
func TestReplacement_WithoutItsValueInThisRun_IsRefusedBeforeTheOldOneIsDeleted(t *testing.T) {
	t.Parallel()
	for kind, value := range map[string]func(t *testing.T) (argument string, given any){
		secretObject: func(*testing.T) (string, any) { return "client_secret_wo", ownFirst },
		keyKind: func(t *testing.T) (string, any) {
			t.Helper()
			return "public_key_wo", acctest.NewEC(t).PEM(t)
		},
	} {
		for _, cause := range []string{"taint", "replace", "app_id"} {
			for _, noRefresh := range []bool{false, true} {
				if cause == "taint" && noRefresh { // nothing tells the plan from the one that Terraform makes again during apply
					continue
				}
				t.Run(fmt.Sprintf("%s,%s,refresh=%t", kind, cause, !noRefresh), func(t *testing.T) {
					t.Parallel()
					org := acctest.NewOrg(t)
					app, other := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
					s := newStory(t, org)
					argument, given := value(t)
					address := kind + ".test"
					resource := func(app *acctest.App, value any) tfcore.Resource {
						resource := of(address, "app_id", app.ID, values{argument: value, argument + "_version": 1, "allow_last_credential_destroy": true})
						resource.CreateBeforeDestroy = false
						return resource
					}
					mustRun(t, s.core, s.config([]tfcore.Resource{resource(app, given)}), tfcore.Options{})
					s.resources = []tfcore.Resource{resource(app, given)}
					held := s.held(address, "id")
					s.given.forget()
					options, planned := tfcore.Options{NoRefresh: noRefresh}, resource(app, nil)
					switch cause {
					case "taint":
						if err := s.core.State.Taint(address, true); err != nil {
							t.Fatal(err)
						}
					case "replace":
						options.Replace = []string{address}
					case "app_id":
						planned = resource(other, nil)
					}
					run := s.core.Run(t.Context(), s.config([]tfcore.Resource{planned}), options)
					if !run.Plan.Failed() {
						t.Errorf("planned: %v", run.Diagnostics())
					}
					s.given.includes(t, "no_value")
					if got := s.held(address, "id"); got != held {
						t.Fatalf("state holds %q, want %s", got, held)
					}
					if err := s.core.State.Taint(address, false); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
}

// A value that is configured again, after its replacement has failed half-way, is that of the deposed object: the
// message's way out makes it the current one again.
func TestOwnValue_ConfiguredAgainWhileItIsDeposed_HasAWayOut(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	s := newStory(t, org)
	works := true
	dependent := tfcore.Resource{
		Address: "terraform_data.consumer", Values: values{"triggers_replace": values{"version": tfcore.Ref{Address: secretAddress, Attribute: "version"}}},
		Provision: func(map[string]string) error {
			if !works {
				return errors.ErrUnsupported
			}
			return nil
		},
	}
	own := func(value string) tfcore.Resource {
		return testSecret(app, values{"allow_last_credential_destroy": true, "client_secret": value, "omit_secret": false})
	}
	initial := app.Secrets(t)[0].ID
	s.applies(t, tfcore.Create, own(ownFirst), dependent)
	app.Delete(t, "secrets", initial)
	first := s.held(secretAddress, "id")
	works = false
	s.fails(t, own(ownSecond), dependent)
	second := s.held(secretAddress, "id")
	works = true
	s.given.forget()
	s.fails(t, own(ownFirst), dependent)
	s.given.includes(t, rotation.HeldByAnother)
	mustHold(t, app, first, second)

	s.core.State.Remove(secretAddress)
	s.imports = []tfcore.Import{{To: secretAddress, ID: app.ID + "/" + first}}
	mustRun(t, s.core, s.config([]tfcore.Resource{own(ownFirst), dependent}), tfcore.Options{})
	s.imports = nil
	app.Delete(t, "secrets", second)
	s.applies(t, tfcore.NoOp, own(ownFirst), dependent)
	mustHold(t, app, first)
}

// Tainted once more while the replaced secret is deposed, both slots are taken by one resource.
func TestTaint_NextToADeposedSecret_HasAWayOut(t *testing.T) {
	t.Parallel()
	for _, arguments := range []values{nil, {"adopt_interrupted": true}, {"when_full": "delete_inactive"}} {
		org := acctest.NewOrg(t)
		app := org.NewApp(t, "client_secret_basic")
		s := newStory(t, org)
		works := true
		dependent := tfcore.Resource{
			Address: "terraform_data.consumer", Values: values{"triggers_replace": values{"version": tfcore.Ref{Address: secretAddress, Attribute: "version"}}},
			Provision: func(map[string]string) error {
				if !works {
					return errors.ErrUnsupported
				}
				return nil
			},
		}
		given := values{"initial_secret": "replace", "allow_last_credential_destroy": true}
		maps.Copy(given, arguments)
		secret := testSecret(app, given)
		taint := func() {
			t.Helper()
			if err := s.core.State.Taint(secretAddress, true); err != nil {
				t.Fatal(err)
			}
		}
		s.applies(t, tfcore.Create, secret, dependent)
		taint()
		works = false
		s.fails(t, secret, dependent)
		taint()
		works = true
		s.given.forget()
		s.fails(t, secret, dependent)
		if err := s.core.State.Taint(secretAddress, false); err != nil { // the way out
			t.Fatal(err)
		}
		current := s.held(secretAddress, "id")
		s.applies(t, tfcore.NoOp, secret, dependent)
		mustHold(t, app, current)
		taint()
		s.applies(t, tfcore.CreateThenDelete, secret, dependent)
	}
}

// A value that is known after apply is no missing one.
func TestReplacement_ByAValueThatIsKnownAfterApply_IsPlanned(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app, other := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
	s := newStory(t, org)
	mustRun(t, s.core, s.config([]tfcore.Resource{testSecret(app, values{"client_secret": ownFirst, "omit_secret": false})}), tfcore.Options{})
	later := values{"client_secret": tfcore.Ref{Address: "terraform_data.value", Attribute: "id"}, "omit_secret": false}
	source := tfcore.Resource{Address: "terraform_data.value"}
	for name, resources := range map[string][]tfcore.Resource{
		"a new one":      {testSecret(app, values{"client_secret": ownFirst, "omit_secret": false}), of(secretObject+".two", "app_id", other.ID, later), source},
		"another app_id": {of(secretAddress, "app_id", other.ID, later), source},
	} {
		s.given.forget()
		if plan := s.core.Plan(t.Context(), s.config(resources), tfcore.Options{}); plan.Failed() {
			t.Errorf("%s: %v", name, plan.Diagnostics)
		}
		s.given.excludes(t, "no_value")
	}
	s.resources = []tfcore.Resource{testSecret(app, values{"client_secret": ownFirst, "omit_secret": false, "on_destroy": "retain"})}
	mustRun(t, s.core, s.config(s.resources), tfcore.Options{})
}

// Both slots are taken, one of them by a secret that no object holds: with create_before_destroy no secret could be
// created, and without it the old one would be deleted first. Terraform shows no warning of the plan that -replace adds.
func TestReplacement_WithBothSlotsTaken_FailsThePlan(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{secretObject, serviceKind} {
		for _, onDestroy := range []string{"delete", "retain"} {
			t.Run(kind+" "+onDestroy, func(t *testing.T) {
				t.Parallel()
				inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
					t.Helper()
					owner := ownerArgument(kind)
					id, _, _ := newSecretOwners(t, org, kind)
					address := kind + ".test"
					config := coreConfig(org, of(address, owner, id, values{"on_destroy": onDestroy}))
					mustRun(t, core, config, tfcore.Options{}) // next to the initial one
					mustRun(t, core, config, tfcore.Options{})
					held := core.State.Current(address).Attribute("id")
					for _, noRefresh := range []bool{false, true} {
						mustRefuse(t, core, given, config, tfcore.Options{Replace: []string{address}, NoRefresh: noRefresh}, rotation.SlotActive)
					}
					if run := core.Run(t.Context(), config, tfcore.Options{Destroy: true}); run.Plan.Failed() {
						t.Error(run.Diagnostics())
					}
					if secrets := org.Sim(t).Secrets(id); len(secrets) == 2 != (onDestroy == "retain") {
						t.Errorf("after destroy there are %d secrets, of them %s", len(secrets), held)
					}
					given.forget()
				})
			})
		}
	}
}
