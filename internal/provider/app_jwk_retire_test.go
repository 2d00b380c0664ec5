// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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
func TestAppJWK_TheLastActiveKey(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	key := acctest.NewEC(t)
	s := newAppStory(t, org, app, keyAddress)
	s.apply(t, tfcore.Create, values{"public_key_pem": key.PEM(t)})
	app.Delete(t, "jwks", first.ID)
	s.destroy(t, tfcore.Options{})
	loginWith(t, app, key, true)()
	s.apply(t, tfcore.Create, values{"public_key_pem": key.PEM(t), "allow_last_credential_destroy": true, "adopt_interrupted": true})
	s.destroy(t, tfcore.Options{})
	keys := app.Keys(t)
	if len(keys) != 1 || keys[0].Status != "ACTIVE" || keys[0].Kid == key.Thumbprint(t) {
		t.Errorf("after destroy the app has %+v, want a placeholder alone", keys)
	}
	loginWith(t, app, key, false)()
}

func TestAppJWK_ReplacementWithoutCreateBeforeDestroy_OfTheOnlyKeyIsRefused(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	s := newAppStory(t, org, app, keyAddress)
	s.destroysFirst = true
	s.apply(t, tfcore.Create, values{"public_key_pem": one.PEM(t)})
	app.Delete(t, "jwks", first.ID)
	s.refuse(t, values{"public_key_pem": two.PEM(t)}, "Add to the resource:", "lifecycle {", "create_before_destroy = true")
	// Nobody was locked out, and the words were right.
	loginWith(t, app, one, true)()
	s.destroysFirst = false
	s.apply(t, tfcore.CreateThenDelete, values{"public_key_pem": two.PEM(t), "allow_last_credential_destroy": true})
	loginWith(t, app, two, true)()
}

// Okta keeps one active encryption key and lets it go only in exchange.
func TestAppJWK_EncryptionKey(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	one, two := acctest.NewRSA(t, 2048), acctest.NewRSA(t, 2048)
	s := newAppStory(t, org, app, keyAddress)
	enc := func(key acctest.KeyPair) values {
		return values{"jwk": key.JWK(t, acctest.Members{"use": "enc", "alg": "RSA-OAEP-256"})}
	}
	only := func(key acctest.KeyPair) {
		t.Helper()
		if got := statuses(t, app); len(got) != 1 || got[key.Thumbprint(t)] != "ACTIVE" {
			t.Errorf("the app has %v, want %s alone", got, key.Thumbprint(t))
		}
		if s.held(s.address, "status") != "ACTIVE" || s.held(s.address, "use") != "enc" {
			t.Errorf("it is %s with use %s", s.held(s.address, "status"), s.held(s.address, "use"))
		}
	}

	wantRequests(t, s.apply(t, tfcore.Create, enc(one)), "GET app", "POST jwks", "POST jwks/lifecycle/activate")
	only(one)
	wantRequests(t, s.apply(t, tfcore.CreateThenDelete, enc(two)),
		"GET app", "POST jwks", "POST jwks/lifecycle/activate", "POST jwks/lifecycle/deactivate", "DELETE jwks")
	only(two)
	s.destroy(t, tfcore.Options{}) // for good: it stays with the app
	forced := enc(two)
	forced["allow_last_credential_destroy"], forced["adopt_interrupted"] = true, true
	s.apply(t, tfcore.Create, forced)
	only(two)
	s.destroy(t, tfcore.Options{})
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
