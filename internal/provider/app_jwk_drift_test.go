// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// editKeys changes the app's saved keys by way of the app, as Okta's own
// provider does.
func editKeys(t *testing.T, app *acctest.App, edit func(key map[string]any)) {
	t.Helper()
	app.Update(t, func(document map[string]any) {
		settings := document["settings"].(map[string]any)["oauthClient"].(map[string]any)
		for _, key := range settings["jwks"].(map[string]any)["keys"].([]any) {
			edit(key.(map[string]any))
		}
	})
}

// withoutMetadata is a key as Okta's own provider sends it with an update of
// anything else about the app.
func withoutMetadata(key map[string]any) {
	for _, member := range []string{"id", "use", "alg", "status", "created", "lastUpdated"} {
		delete(key, member)
	}
}

// Whatever happens to a key behind Terraform's back, plan shows it and apply
// restores it.
func TestAppJWK_Drift(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	kid := key.Thumbprint(t)
	var id string
	life := newAppStory(t, org, app, keyAddress)
	for _, now := range []struct {
		happens  func()
		want     tfcore.Action
		requests []string
	}{
		{func() {}, tfcore.Create, []string{"GET app", "POST jwks"}},
		{func() { app.Deactivate(t, "jwks", id) }, tfcore.Update, []string{"POST jwks/lifecycle/activate"}},
		{func() { editKeys(t, app, func(key map[string]any) { delete(key, "use") }) }, tfcore.Update, []string{"GET app", "PUT app"}},
		{
			func() { editKeys(t, app, func(key map[string]any) { key["kid"] = "theirs" }) }, tfcore.CreateThenDelete,
			[]string{"GET app", "POST jwks", "POST jwks/lifecycle/deactivate", "DELETE jwks"},
		},
		{func() { replaceID(t, app) }, tfcore.NoOp, nil},
		{func() { app.Delete(t, "jwks", id) }, tfcore.Create, []string{"GET app", "POST jwks"}},
	} {
		now.happens()
		wantRequests(t, life.apply(t, now.want, values{"public_key_pem": key.PEM(t), "alg": "ES256"}), now.requests...)
		keys := app.Keys(t)
		if len(keys) != 1 || keys[0].Kid != kid || keys[0].Status != "ACTIVE" || keys[0].Use != "sig" || keys[0].Alg != "ES256" {
			t.Errorf("the app has %+v", keys)
		}
		id = keys[0].ID
	}
}

// Orgs have answered null to the crv that they were sent: that is no drift which an apply could correct.
func TestAppJWK_OrgThatNeverShowsTheCurve_HasNothingToRestore(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	sim := org.Sim(t)
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultMember, Member: "crv", Edit: oktasim.EditSet})
	one, two := acctest.NewEC(t).PEM(t), acctest.NewEC(t).PEM(t)
	life := newAppStory(t, org, app, keyAddress)
	applied := func(want tfcore.Action, arguments values) {
		t.Helper()
		life.apply(t, want, arguments)
		if crv := life.held(keyAddress, "crv"); crv != "P-256" {
			t.Errorf("the state has the curve %q", crv)
		}
	}
	applied(tfcore.Create, values{"public_key_pem": one})
	applied(tfcore.Update, values{"public_key_pem": one, "alg": "ES256"})
	applied(tfcore.CreateThenDelete, values{"public_key_pem": two})
	editKeys(t, app, withoutMetadata) // an update of okta_app_oauth has dropped it as well
	applied(tfcore.Update, values{"public_key_pem": two})
	sim.ClearFaults() // and the org shows it again
	applied(tfcore.NoOp, values{"public_key_pem": two})
}

// An imported key learns it by the first apply.
func TestAppJWK_OrgThatNeverShowsTheCurve_ImportIsRestoredInOneApply(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	held := app.AddKey(t, withMembers(key, acctest.Members{"kid": key.Thumbprint(t)}))
	org.Sim(t).InjectFault(oktasim.Fault{Kind: oktasim.FaultMember, Member: "crv", Edit: oktasim.EditSet})
	life := newAppStory(t, org, app, keyAddress)
	life.imports = []tfcore.Import{{To: keyAddress, ID: app.ID + "/" + held.ID}}
	life.apply(t, tfcore.Update, values{"jwk": key.JWK(t, nil)})
	if crv := life.held(keyAddress, "crv"); crv != "P-256" {
		t.Errorf("the state has the curve %q", crv)
	}
}

// An update of the app by Okta's own provider brings retired keys back and takes
// use from all of them. A key that was given write-only is restored as well.
func TestAppJWK_Drift_WriteOnlyAndRetired(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	retired := values{"public_key_wo": acctest.NewEC(t).PEM(t), "public_key_wo_version": 1, "status": "INACTIVE"}
	life := newAppStory(t, org, app, keyAddress)
	life.apply(t, tfcore.Create, retired)
	editKeys(t, app, withoutMetadata)
	wantRequests(t, life.apply(t, tfcore.Update, retired), "GET app", "PUT app", "POST jwks/lifecycle/deactivate")
	life.destroy(t, tfcore.Options{})
	if keys := app.Keys(t); len(keys) > 0 {
		t.Errorf("after destroy the app has %+v", keys)
	}
}

// An app that is gone takes its keys with it.
func TestAppJWK_AppGone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := values{"public_key_pem": acctest.NewEC(t).PEM(t)}
	life := newAppStory(t, org, app, keyAddress)
	life.apply(t, tfcore.Create, key)
	app.Remove(t)
	life.destroy(t, tfcore.Options{})
	life.refuse(t, key, "does not exist in this org")
}

// Keys that are gone because the app was given a JWKS URI can't be created anew,
// which does not keep a destroy from working.
func TestAppJWK_Drift_JWKSURISet(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := values{"public_key_pem": acctest.NewEC(t).PEM(t)}
	life := newAppStory(t, org, app, keyAddress)
	life.apply(t, tfcore.Create, key)
	app.SetJWKSURI(t, someURI)
	life.destroy(t, tfcore.Options{})
	life.refuse(t, key, "has the jwks_uri "+someURI+", and Okta keeps either a JWKS URI or saved keys")
}

// What a refresh says of a key that is not there, and that it believes it only
// after having asked for the key itself.
func TestAppJWK_Refresh_SaysWhatHasHappened(t *testing.T) {
	for name, test := range map[string]struct {
		happens func(t *testing.T, app *acctest.App)
		says    []string // none if the key is still there
	}{
		"nothing":    {func(*testing.T, *acctest.App) {}, nil},
		"another id": {replaceID, nil},
		"another kid": {func(t *testing.T, app *acctest.App) {
			editKeys(t, app, func(key map[string]any) { key["kid"] = "theirs" })
		}, nil},
		"deleted": {
			func(t *testing.T, app *acctest.App) { app.Delete(t, "jwks", app.Keys(t)[0].ID) },
			[]string{"Key pks", "does not exist any more", "It was deleted outside of Terraform"},
		},
		"another kid and id": {
			func(t *testing.T, app *acctest.App) {
				editKeys(t, app, func(key map[string]any) { key["kid"] = "theirs" })
				replaceID(t, app)
			}, []string{"Key pks", "does not exist any more"},
		},
		"a JWKS URI": {
			func(t *testing.T, app *acctest.App) { app.SetJWKSURI(t, "https://keys.example/jwks.json") },
			[]string{"does not exist any more", "switched to the JWKS URI https://keys.example/jwks.json, which makes Okta delete all saved keys"},
		},
		"the app deleted": {
			func(t *testing.T, app *acctest.App) { app.Remove(t) },
			[]string{"App 0oa", "does not exist any more", "its keys with it"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			created := newProtocol(t, org).create(t, keyKind, map[string]any{"app_id": app.ID, "jwk": acctest.NewEC(t).JWK(t, nil)})
			test.happens(t, app)
			read := newProtocol(t, org).read(t, created)
			if (read.values == nil) != (test.says != nil) {
				t.Errorf("the state holds %v", read.values)
			}
			if test.says == nil && read.said != "" {
				t.Errorf("it says %q", read.said)
			}
			acctest.Says(t, read.said, test.says...)
		})
	}
}

// An answer that leaves the keys out does not take a key from state.
func TestAppJWK_Refresh_DoesNotBelieveTheAppAlone(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	created := newProtocol(t, org).create(t, keyKind, map[string]any{"app_id": app.ID, "jwk": acctest.NewEC(t).JWK(t, nil)})
	app.Delete(t, "jwks", app.Keys(t)[0].ID)
	org.Sim(t).InjectFault(oktasim.Fault{
		Kind: oktasim.FaultErrorBefore, Method: http.MethodGet, Path: "/api/v1/apps/*/credentials/jwks/*", Status: http.StatusForbidden,
	})
	read := newProtocol(t, org).read(t, created)
	if diff := cmp.Diff(created.values, read.values); diff != "" || !strings.Contains(read.said, "can't read key") {
		t.Errorf("it says %q, the state (-want +got):\n%s", read.said, diff)
	}
}
