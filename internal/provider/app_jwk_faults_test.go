// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// Paths of the requests that go wrong.
const (
	appPath  = "/api/v1/apps/*"
	keysPath = appPath + "/credentials/jwks"
)

// The answer to a request that took effect is lost. The same apply finds out,
// and no key is there twice or unknown.
func TestAppJWK_LostAnswers_AreSettledByTheSameApply(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	sim := org.Sim(t)
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	s := newAppStory(t, org, app, keyAddress)
	with := func(key acctest.KeyPair, more values) values {
		all := values{"public_key_pem": key.PEM(t)}
		maps.Copy(all, more)
		return all
	}
	losing := func(want tfcore.Action, arguments values, faults ...oktasim.Fault) (requests []string) {
		t.Helper()
		for _, fault := range faults {
			fault.Kind, fault.Times = oktasim.FaultDropAfter, 1
			sim.InjectFault(fault)
		}
		return s.apply(t, want, arguments)
	}
	post, put := oktasim.Fault{Method: http.MethodPost, Path: keysPath}, oktasim.Fault{Method: http.MethodPut, Path: appPath}
	move, end := oktasim.Fault{Method: http.MethodPost, Path: keysPath + "/*/lifecycle/*"}, oktasim.Fault{Method: http.MethodDelete, Path: keysPath + "/*"}
	holds := func(key acctest.KeyPair, status string) {
		t.Helper()
		if got := statuses(t, app); len(got) != 2 || got[key.Thumbprint(t)] != status {
			t.Errorf("the app has %v, want %s as %s beside its first", got, key.Thumbprint(t), status)
		}
	}

	wantRequests(t, losing(tfcore.Create, with(one, nil), post), "GET app", "POST jwks", "GET app", "GET jwks")
	holds(one, "ACTIVE")
	losing(tfcore.Update, with(one, values{"alg": "ES256"}), put)
	holds(one, "ACTIVE")
	if alg := s.held(s.address, "alg"); alg != "ES256" {
		t.Errorf("alg is %q", alg)
	}
	losing(tfcore.Update, with(one, values{"status": "INACTIVE"}), move)
	holds(one, "INACTIVE")
	losing(tfcore.CreateThenDelete, with(two, nil), post, move, end)
	holds(two, "ACTIVE")
	s.destroy(t, tfcore.Options{})
	if got := statuses(t, app); len(got) != 1 || got["first"] != "ACTIVE" {
		t.Errorf("after destroy the app has %v, want its first key alone", got)
	}
}

// The answer is lost, and the org can't be reached afterwards: the next apply
// takes the key over, whatever has become of it meanwhile.
func TestAppJWK_OrgUnreachableAfterwards_TheNextApplyConverges(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	sim := org.Sim(t)
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	s := newAppStory(t, org, app, keyAddress)
	with := func(key acctest.KeyPair) values {
		return values{"public_key_pem": key.PEM(t), "adopt_interrupted": true}
	}
	interrupted := func(key acctest.KeyPair) {
		t.Helper()
		plan := s.plan(t, with(key))
		sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodPost, Path: keysPath, Times: 1})
		sim.InjectFault(oktasim.Fault{ // after the app was read
			Kind: oktasim.FaultErrorBefore, Method: http.MethodGet, Path: appPath, Skip: 1, Status: http.StatusServiceUnavailable,
		})
		applied := s.core.Apply(t.Context(), plan)
		if !applied.Failed() {
			t.Error("an apply succeeds whose answer nobody knows")
		}
		acctest.Says(t, applied.Diagnostics.String(), "Apply again.")
		sim.ClearFaults()
		if got := statuses(t, app); got[key.Thumbprint(t)] != "ACTIVE" {
			t.Errorf("the app has %v: the interrupted apply has added nothing", got)
		}
	}
	converges := func(want tfcore.Action, key, gone acctest.KeyPair) {
		t.Helper()
		editKeys(t, app, withoutMetadata)
		app.Deactivate(t, "jwks", idOf(t, app, key))
		s.apply(t, want, with(key))
		loginWith(t, app, key, true)()
		loginWith(t, app, gone, false)()
		if got := statuses(t, app); len(got) != 2 || got["first"] != "ACTIVE" {
			t.Errorf("the app has %v, want one key beside its first", got)
		}
		for attribute, want := range map[string]string{"kid": key.Thumbprint(t), "status": "ACTIVE", "use": "sig"} {
			if got := s.held(s.address, attribute); got != want {
				t.Errorf("%s is %q, want %q", attribute, got, want)
			}
		}
	}
	interrupted(one)
	converges(tfcore.Create, one, two)
	interrupted(two)
	converges(tfcore.CreateThenDelete, two, one)
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
