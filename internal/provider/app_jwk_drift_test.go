// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
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
// mends it.
func TestAccAppJWK_Drift(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	kid := key.Thumbprint(t)
	config := keyConfig(org, app, inPEM(t, key), set("alg", "ES256"))
	var id string
	mended := func(happens func(), action plancheck.ResourceActionType, requests ...string) resource.TestStep {
		return expectRequests(t, org, app, resource.TestStep{
			PreConfig: happens, Config: config, ConfigPlanChecks: plannedKey(action),
			ConfigStateChecks: then(func() {
				keys := app.Keys(t)
				if len(keys) != 1 || keys[0].Kid != kid || keys[0].Status != "ACTIVE" || keys[0].Use != "sig" || keys[0].Alg != "ES256" {
					t.Errorf("the app has %+v", keys)
				}
				id = keys[0].ID
			}),
		}, requests...)
	}

	testKeys(t,
		mended(nil, plancheck.ResourceActionCreate, "GET app", "POST jwks"),
		mended(func() { app.Deactivate(t, "jwks", id) }, plancheck.ResourceActionUpdate, "POST jwks/lifecycle/activate"),
		mended(func() { editKeys(t, app, func(key map[string]any) { delete(key, "use") }) }, plancheck.ResourceActionUpdate, "GET app", "PUT app"),
		mended(func() { editKeys(t, app, func(key map[string]any) { key["kid"] = "theirs" }) }, plancheck.ResourceActionCreateBeforeDestroy,
			"GET app", "POST jwks", "POST jwks/lifecycle/deactivate", "DELETE jwks"),
		mended(func() { replaceID(t, app) }, plancheck.ResourceActionNoop),
		mended(func() { app.Delete(t, "jwks", id) }, plancheck.ResourceActionCreate, "GET app", "POST jwks"),
	)
}

// Orgs have answered null to the crv that they were sent: that is no drift which an apply could correct.
func TestAccAppJWK_OrgThatNeverShowsTheCurve_HasNothingToRestore(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	sim := org.Sim(t)
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultMember, Member: "crv", Edit: oktasim.EditSet})
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	shown := []statecheck.StateCheck{expectKey("crv", "P-256")}
	testKeys(t,
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, one)), ConfigStateChecks: shown},
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, one), set("alg", "ES256")), ConfigStateChecks: shown},
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, two)), ConfigStateChecks: shown},
		resource.TestStep{ // an update of okta_app_oauth has dropped it as well
			PreConfig: func() { editKeys(t, app, withoutMetadata) },
			Config:    keyConfig(org, app, inPEM(t, two)), ConfigStateChecks: shown,
		},
		resource.TestStep{ // and the org shows it again
			PreConfig: sim.ClearFaults, Config: keyConfig(org, app, inPEM(t, two)),
		},
		resource.TestStep{Config: keyConfig(org, app, inPEM(t, two)), ConfigStateChecks: shown},
	)
}

// An imported key learns it by the first apply.
func TestAccAppJWK_OrgThatNeverShowsTheCurve_ImportIsRestoredInOneApply(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	held := app.AddKey(t, withMembers(key, acctest.Members{"kid": key.Thumbprint(t)}))
	org.Sim(t).InjectFault(oktasim.Fault{Kind: oktasim.FaultMember, Member: "crv", Edit: oktasim.EditSet})
	config := keyConfig(org, app, set("jwk", key.JWK(t, nil)))
	testKeys(t, resource.TestStep{
		Config:           config + fmt.Sprintf("import {\n  to = %s\n  id = \"%s/%s\"\n}\n", keyAddress, app.ID, held.ID),
		ConfigPlanChecks: plannedKey(plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{expectKey("crv", "P-256")},
	})
}

// An update of the app by Okta's own provider brings retired keys back and takes
// use from all of them. A key that was given write-only is mended as well.
func TestAccAppJWK_Drift_WriteOnlyAndRetired(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	config := keyConfig(org, app, keyWO(key.PEM(t), 1), set("status", "INACTIVE"))
	testWriteOnlyKeys(t,
		resource.TestStep{Config: config},
		expectRequests(t, org, app, resource.TestStep{
			PreConfig: func() { editKeys(t, app, withoutMetadata) },
			Config:    config, ConfigPlanChecks: plannedKey(plancheck.ResourceActionUpdate),
		}, "GET app", "PUT app", "POST jwks/lifecycle/deactivate"),
	)
	if keys := app.Keys(t); len(keys) > 0 {
		t.Errorf("after destroy the app has %+v", keys)
	}
}

// An app that is gone takes its keys with it; see appGone.
func TestAccAppJWK_Drift_AppGone(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	appGone(t, app, keyConfig(org, app, inPEM(t, acctest.NewEC(t))))
}

// Keys that are gone because the app was given a JWKS URI can't be created anew,
// which does not keep a destroy from working.
func TestAccAppJWK_Drift_JWKSURISet(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	config := keyConfig(org, app, inPEM(t, acctest.NewEC(t)))
	testKeys(t,
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: func() { app.SetJWKSURI(t, "https://keys.example/jwks.json") }, Config: config, Destroy: true},
		resource.TestStep{
			Config:      config,
			ExpectError: inWords("has the jwks_uri https://keys.example/jwks.json, and Okta keeps either a JWKS URI or saved keys"),
		},
	)
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
