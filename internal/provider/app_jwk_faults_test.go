// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// Paths of the requests that go wrong.
const (
	appPath  = "/api/v1/apps/*"
	keysPath = appPath + "/credentials/jwks"
)

// The answer to a request that took effect is lost. The same apply finds out,
// and no key is there twice or unknown.
func TestAccAppJWK_LostAnswers_AreSettledByTheSameApply(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	sim := org.Sim(t)
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	lose := func(faults ...oktasim.Fault) func() {
		return func() {
			for _, fault := range faults {
				fault.Kind, fault.Times = oktasim.FaultDropAfter, 1
				sim.InjectFault(fault)
			}
		}
	}
	post, put := oktasim.Fault{Method: http.MethodPost, Path: keysPath}, oktasim.Fault{Method: http.MethodPut, Path: appPath}
	move, end := oktasim.Fault{Method: http.MethodPost, Path: keysPath + "/*/lifecycle/*"}, oktasim.Fault{Method: http.MethodDelete, Path: keysPath + "/*"}
	holds := func(key acctest.KeyPair, status string) func() {
		return func() {
			if got := statuses(t, app); len(got) != 2 || got[key.Thumbprint(t)] != status {
				t.Errorf("the app has %v, want %s as %s beside its first", got, key.Thumbprint(t), status)
			}
		}
	}

	testKeys(t,
		expectRequests(t, org, app, resource.TestStep{
			PreConfig: lose(post), Config: keyConfig(org, app, inPEM(t, one)), ConfigStateChecks: then(holds(one, "ACTIVE")),
		}, "GET app", "POST jwks", "GET app", "GET jwks"),
		resource.TestStep{
			PreConfig: lose(put), Config: keyConfig(org, app, inPEM(t, one), set("alg", "ES256")),
			ConfigStateChecks: append(then(holds(one, "ACTIVE")), expectKey("alg", "ES256")),
		},
		resource.TestStep{
			PreConfig: lose(move), Config: keyConfig(org, app, inPEM(t, one), set("status", "INACTIVE")),
			ConfigStateChecks: then(holds(one, "INACTIVE")),
		},
		resource.TestStep{
			PreConfig: lose(post, move, end), Config: keyConfig(org, app, inPEM(t, two)), ConfigStateChecks: then(holds(two, "ACTIVE")),
		},
	)
	if got := statuses(t, app); len(got) != 1 || got["first"] != "ACTIVE" {
		t.Errorf("after destroy the app has %v, want its first key alone", got)
	}
}

// The answer is lost, and the org can't be reached afterwards: the next apply
// takes the key over, whatever has become of it meanwhile.
func TestAccAppJWK_OrgUnreachableAfterwards_TheNextApplyConverges(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	sim := org.Sim(t)
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	interrupted := func(config string) resource.TestStep {
		return resource.TestStep{
			Config: config, ExpectError: inWords("Apply again."),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{acctest.Do(func() {
				sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodPost, Path: keysPath, Times: 1})
				sim.InjectFault(oktasim.Fault{ // after the app was read
					Kind: oktasim.FaultErrorBefore, Method: http.MethodGet, Path: appPath, Skip: 1, Status: http.StatusServiceUnavailable,
				})
			})}},
		}
	}
	converges := func(config string, key, gone acctest.KeyPair) resource.TestStep {
		return resource.TestStep{
			PreConfig: func() {
				sim.ClearFaults()
				if got := statuses(t, app); got[key.Thumbprint(t)] != "ACTIVE" {
					t.Errorf("the app has %v: the interrupted apply has added nothing", got)
				}
				editKeys(t, app, withoutMetadata)
				app.Deactivate(t, "jwks", idOf(t, app, key))
			},
			Config: config,
			ConfigStateChecks: append(then(func() {
				loginWith(t, app, key, true)()
				loginWith(t, app, gone, false)()
				if got := statuses(t, app); len(got) != 2 || got["first"] != "ACTIVE" {
					t.Errorf("the app has %v, want one key beside its first", got)
				}
			}), expectKey("kid", key.Thumbprint(t)), expectKey("status", "ACTIVE"), expectKey("use", "sig")),
		}
	}
	const declared = "adopt_interrupted = true"
	first, second := keyConfig(org, app, inPEM(t, one), declared), keyConfig(org, app, inPEM(t, two), declared)
	testKeys(t,
		interrupted(first), converges(first, one, two),
		interrupted(second), converges(second, two, one),
	)
}

func idOf(t *testing.T, app *acctest.App, key acctest.KeyPair) string {
	t.Helper()
	for _, held := range app.Keys(t) {
		if held.Kid == key.Thumbprint(t) {
			return held.ID
		}
	}
	t.Fatalf("the app has no key %s", key.Thumbprint(t))
	return ""
}

// A plan names the key that an interrupted run created and couldn't record.
func TestAppJWK_PlanOfARotation_NamesAnUnrecordedKey(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	config := func(key acctest.KeyPair) map[string]any {
		return map[string]any{"app_id": app.ID, "jwk": key.JWK(t, nil)}
	}
	known := newProtocol(t, org).create(t, keyKind, config(one))
	if said := newProtocol(t, org).change(t, known, config(two)); said != "" {
		t.Errorf("of a new key it says %q", said)
	}
	left := app.AddKey(t, withMembers(two, acctest.Members{"kid": two.Thumbprint(t)}))
	acctest.Says(t, newProtocol(t, org).change(t, known, config(two)), "ERROR: App "+app.ID+" already has the configured key", left.ID, "adopt_interrupted = true")
}
