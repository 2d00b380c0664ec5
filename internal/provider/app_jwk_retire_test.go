// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// statuses are the statuses of an app's keys by kid.
func statuses(t *testing.T, app *acctest.App) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, key := range app.Keys(t) {
		found[key.Kid] = key.Status
	}
	return found
}

func TestAccAppJWK_OnDestroy(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	config := org.Provider()
	for _, what := range []string{"delete", "deactivate", "retain"} {
		config += fmt.Sprintf("resource %q %q {\n  app_id = %q\n  kid = %q\n  on_destroy = %q\n  %s\n}\n",
			keyKind, what, app.ID, what, what, inPEM(t, acctest.NewEC(t)))
	}
	testKeys(t, resource.TestStep{Config: config})
	if got := statuses(t, app); len(got) != 2 || got["deactivate"] != "INACTIVE" || got["retain"] != "ACTIVE" {
		t.Errorf("after destroy the app has %v", got)
	}
}

// Destroyed for good, an app's last key stays in Okta: it goes with the app. With
// allow_last_credential_destroy, a placeholder takes its place.
func TestAccAppJWK_TheLastActiveKey(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	key := acctest.NewEC(t)
	config := keyConfig(org, app, inPEM(t, key))

	testKeys(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { app.Delete(t, "jwks", first.ID) },
			Config:    config, Destroy: true,
		},
		resource.TestStep{
			PreConfig: loginWith(t, app, key, true),
			Config:    keyConfig(org, app, inPEM(t, key), "allow_last_credential_destroy = true", "adopt_interrupted = true"),
		},
	)
	keys := app.Keys(t)
	if len(keys) != 1 || keys[0].Status != "ACTIVE" || keys[0].Kid == key.Thumbprint(t) {
		t.Errorf("after destroy the app has %+v, want a placeholder alone", keys)
	}
	loginWith(t, app, key, false)()
}

func TestAccAppJWK_ReplacementWithoutCreateBeforeDestroy_OfTheOnlyKeyIsRefused(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	one, two := acctest.NewEC(t), acctest.NewEC(t)

	testKeys(t,
		resource.TestStep{Config: plainKeyConfig(org, app, inPEM(t, one))},
		resource.TestStep{
			PreConfig:   func() { app.Delete(t, "jwks", first.ID) },
			Config:      plainKeyConfig(org, app, inPEM(t, two)),
			ExpectError: inWords("Add to the resource: lifecycle { create_before_destroy = true }"),
		},
		resource.TestStep{ // nobody was locked out, and the words were right
			PreConfig:         loginWith(t, app, one, true),
			Config:            keyConfig(org, app, inPEM(t, two), "allow_last_credential_destroy = true"),
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: then(loginWith(t, app, two, true)),
		},
	)
}

// Okta keeps one active encryption key and lets it go only in exchange.
func TestAccAppJWK_EncryptionKey(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	one, two := acctest.NewRSA(t, 2048), acctest.NewRSA(t, 2048)
	enc := func(key acctest.KeyPair, attributes ...string) string {
		return keyConfig(org, app, append(attributes, set("jwk", key.JWK(t, acctest.Members{"use": "enc", "alg": "RSA-OAEP-256"})))...)
	}
	only := func(key acctest.KeyPair) []statecheck.StateCheck {
		return append(then(func() {
			if got := statuses(t, app); len(got) != 1 || got[key.Thumbprint(t)] != "ACTIVE" {
				t.Errorf("the app has %v, want %s alone", got, key.Thumbprint(t))
			}
		}), expectKey("status", "ACTIVE"), expectKey("use", "enc"))
	}

	testKeys(t,
		expectRequests(t, org, app, resource.TestStep{Config: enc(one), ConfigStateChecks: only(one)},
			"GET app", "POST jwks", "POST jwks/lifecycle/activate"),
		expectRequests(t, org, app, resource.TestStep{
			Config: enc(two), ConfigPlanChecks: plannedKey(plancheck.ResourceActionCreateBeforeDestroy), ConfigStateChecks: only(two),
		}, "GET app", "POST jwks", "POST jwks/lifecycle/activate", "POST jwks/lifecycle/deactivate", "DELETE jwks"),
		// destroyed for good, it stays with the app
		resource.TestStep{Config: enc(two), Destroy: true},
		resource.TestStep{Config: enc(two, "allow_last_credential_destroy = true", "adopt_interrupted = true"), ConfigStateChecks: only(two)},
	)
	keys := app.Keys(t)
	if len(keys) != 1 || keys[0].Status != "ACTIVE" || keys[0].Use != "enc" || keys[0].Kid == two.Thumbprint(t) {
		t.Errorf("after destroy the app has %+v, want a placeholder alone", keys)
	}
}

// A 400 that speaks of something else says nothing about the last key: the key may be one that must be revoked.
func TestAccAppJWK_EncryptionKey_AnotherRefusal_KeepsItInState(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	config := keyConfig(org, app, inPEM(t, acctest.NewRSA(t, 2048)), set("use", "enc"))
	sim := org.Sim(t)
	var given reasons
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					sim.InjectFault(oktasim.Fault{
						Kind: oktasim.FaultBodyBefore, Method: http.MethodPost, Path: keysPath + "/*/lifecycle/deactivate", Status: http.StatusBadRequest,
						Body: `{"errorCode":"E0000001","errorSummary":"Api validation failed: JsonWebKey","errorCauses":[{"errorSummary":"The key is locked."}]}`,
					})
				},
				Config: config, Destroy: true, ExpectError: anyFailure,
			},
			{
				PreConfig:        func() { given.expect(t); sim.ClearFaults() },
				Config:           config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

// With allow_last_credential_destroy a rotation needs no stand-in: the new key has taken the old
// one's place already.
func TestAccAppJWK_EncryptionKey_RotationNeedsNoStandIn(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	one, two := acctest.NewRSA(t, 2048), acctest.NewRSA(t, 2048)
	enc := func(key acctest.KeyPair) string {
		return keyConfig(org, app, inPEM(t, key), set("use", "enc"), "allow_last_credential_destroy = true", set("on_destroy", "deactivate"))
	}
	testKeys(t,
		resource.TestStep{Config: enc(one)},
		resource.TestStep{Config: enc(two), ConfigStateChecks: then(func() {
			if got := statuses(t, app); len(got) != 2 || got[one.Thumbprint(t)] != "INACTIVE" || got[two.Thumbprint(t)] != "ACTIVE" {
				t.Errorf("the app has %v", got)
			}
		})},
	)
}
