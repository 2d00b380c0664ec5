// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const (
	uriKind    = "oktacreds_app_jwks_uri"
	uriAddress = uriKind + ".test"
)

func uriConfig(org *acctest.Org, app *acctest.App, uri string, attributes ...string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_jwks_uri" "test" {
  app_id   = %q
  jwks_uri = %q
  %s
}
`, app.ID, uri, strings.Join(attributes, "\n  "))
}

func plannedURI(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(uriAddress, action)}}
}

// uriInOkta is the app's jwks_uri, "" if it has none.
func uriInOkta(t *testing.T, app *acctest.App) string {
	t.Helper()
	uri, _ := app.Document(t)["settings"].(map[string]any)["oauthClient"].(map[string]any)["jwks_uri"].(string)
	return uri
}

// hasURI wants the app to have the URI and no saved keys.
func hasURI(t *testing.T, app *acctest.App, uri string) []statecheck.StateCheck {
	t.Helper()
	return append(then(func() {
		if got := uriInOkta(t, app); got != uri {
			t.Errorf("the app has the jwks_uri %q, want %q", got, uri)
		}
		if keys := app.Keys(t); len(keys) > 0 {
			t.Errorf("the app has the saved keys %v", keys)
		}
	}), statecheck.ExpectKnownValue(uriAddress, tfjsonpath.New("jwks_uri"), knownvalue.StringExact(uri)))
}

// The guide's steps: point Okta at a JWKS URI, at which it deletes the saved
// keys; from then on keys rotate by publishing.
func TestAccAppJWKSURI_Guide_JWKSURI_SavedKeysGone(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	saved := app.Keys(t)[0]
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	served := acctest.ServeJWKS(t, one)
	config := uriConfig(org, app, served.URL, "allow_key_deletion = true")

	testKeys(t,
		resource.TestStep{
			Config: uriConfig(org, app, served.URL), PlanOnly: true,
			ExpectError: inWords(`Okta deletes the saved keys of app ` + app.ID + ` when it gets a JWKS URI, 1 in all: ` + saved.ID + ` (ACTIVE) with kid "first".`),
		},
		expectRequests(t, org, app, resource.TestStep{
			PreConfig: func() {
				if keys := app.Keys(t); len(keys) != 1 {
					t.Errorf("the refused plan left the keys %v", keys)
				}
			},
			Config: config, ConfigStateChecks: append(hasURI(t, app, served.URL), then(loginWith(t, app, one, true))...),
		}, "GET app", "GET app", "PUT app"),
		resource.TestStep{
			PreConfig: func() { // a rotation at the URI, in the right order
				loginWith(t, app, two, false)()
				served.Publish(t, one, two)
				loginWith(t, app, one, true)()
				loginWith(t, app, two, true)()
				served.Publish(t, two)
				loginWith(t, app, one, false)()
				loginWith(t, app, two, true)()
			},
			Config: config, PlanOnly: true,
		},
		// destroyed for good, the app's only keys stay
		resource.TestStep{Config: config, Destroy: true},
		resource.TestStep{
			PreConfig: func() {
				loginWith(t, app, two, true)()
				if uri := uriInOkta(t, app); uri != served.URL {
					t.Errorf("after destroy the app has the jwks_uri %q", uri)
				}
			},
			Config: config,
		},
		resource.TestStep{
			PreConfig: func() { app.SetAuthMethod(t, "client_secret_basic") },
			Config:    config, PlanOnly: true,
		},
	)
	if uri := uriInOkta(t, app); uri != "" {
		t.Errorf("after destroy the app has the jwks_uri %q", uri)
	}
}

// Okta's PUT replaces the app's whole document: everything else comes back as it
// was, to the last digit.
func TestAccAppJWKSURI_TheRestOfTheAppSurvives(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_post")
	sim := org.Sim(t)
	secret := app.Secrets(t)[0]
	app.Update(t, func(document map[string]any) {
		document["profile"] = map[string]any{
			"owner": "team <a&b>", "digits": json.Number("12345678901234567890.1234567890"), "none": nil, "list": []any{1, "two", map[string]any{}},
		}
		document["a member of tomorrow"] = map[string]any{"jwks_uri": "stays"}
		settings := document["settings"].(map[string]any)["oauthClient"].(map[string]any)
		settings["another of tomorrow"] = json.Number("1.50")
		settings["jwks"] = map[string]any{"keys": []any{acctest.FirstKey()}}
	})
	rest := func() string {
		document, _ := sim.Document(app.ID)
		settings := document["settings"].(map[string]any)["oauthClient"].(map[string]any)
		delete(settings, "jwks")
		delete(settings, "jwks_uri")
		delete(document, "lastUpdated")
		return acctest.Marshal(t, document)
	}
	before := rest()
	unchanged := func() {
		if diff := cmp.Diff(before, rest()); diff != "" {
			t.Errorf("the rest of the app has changed (-before +after):\n%s", diff)
		}
		if !app.Login(t, secret.Value) {
			t.Error("the client secret is gone")
		}
	}
	config := func(uri string) string { return uriConfig(org, app, uri, "allow_key_deletion = true") }
	const one, two = "https://keys.example/one.json", "https://keys.example/two.json?tenant=a&b=%2F"

	testKeys(t,
		resource.TestStep{Config: config(one), ConfigStateChecks: append(hasURI(t, app, one), then(unchanged)...)},
		expectRequests(t, org, app, resource.TestStep{
			Config: config(two), ConfigPlanChecks: plannedURI(plancheck.ResourceActionUpdate),
			ConfigStateChecks: append(hasURI(t, app, two), then(unchanged)...),
		}, "GET app", "PUT app"),
		expectRequests(t, org, app, resource.TestStep{ // concerns the provider alone
			Config: uriConfig(org, app, two, "validate = true"), ConfigPlanChecks: plannedURI(plancheck.ResourceActionUpdate),
		}),
	)
	unchanged()
	if uri := uriInOkta(t, app); uri != "" {
		t.Errorf("after destroy the app has the jwks_uri %q", uri)
	}
}

// With validate the document is looked at before Okta is pointed at it.
func TestAccAppJWKSURI_Validate(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	good, bad := acctest.ServeJWKS(t, key), acctest.ServeJWKS(t, key, key)
	config := func(served *acctest.JWKS) string { return uriConfig(org, app, served.URL, "validate = true") }

	testKeys(t,
		resource.TestStep{Config: config(bad), ExpectError: inWords("keys[1]: this key has the same kid as keys[0]")},
		resource.TestStep{
			PreConfig: func() {
				if uri := uriInOkta(t, app); uri != "" {
					t.Errorf("the refused document has become the app's jwks_uri: %q", uri)
				}
			},
			Config: config(good), ConfigStateChecks: hasURI(t, app, good.URL),
		},
		resource.TestStep{Config: config(bad), ExpectError: inWords("App " + app.ID + " was left as it is.")},
		resource.TestStep{Config: config(good), ConfigPlanChecks: plannedURI(plancheck.ResourceActionNoop), ConfigStateChecks: hasURI(t, app, good.URL)},
	)
}

func TestAppJWKSURI_BadURLs_AreRefusedBeforeAnythingIsSent(t *testing.T) {
	provider := newProtocol(t, nil)
	for uri, want := range map[string]string{
		"https://keys.example/jwks.json":                                     "",
		"https://keys.example:8443/a?b=c":                                    "",
		"https://keys.example/discovery/keys?appid=00001111&p=b2c_1":         "",
		" https://keys.example/jwks.json\r\n":                                "",
		"http://127.0.0.1:8080/jwks.json":                                    "",
		"http://localhost/jwks.json":                                         "",
		"http://keys.example/jwks.json":                                      "Not an https URL",
		"ftp://keys.example/jwks.json":                                       "Not an https URL",
		"https://me:hunter2@keys.example/jwks":                               "contains a credential",
		"https://hunter2@keys.example/jwks":                                  "contains a credential",
		"https://keys.example/jwks?access_token=hunter2":                     "contains a credential",
		"https://keys.example/jwks?a=b&X-Amz-Signature=hunter2":              "contains a credential",
		"https://x.blob.core.windows.net/jwks?sv=1&sig=hunter2":              "contains a credential",
		"https://keys.example/eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.x":     "contains a credential",
		"https://keys.example/?q=00hunter2-0123456789abcdefghijABCDEFGHIJ_z": "contains a credential",
		"https://keys.example/jwks#hunter2":                                  "has a fragment",
		"https://keys.example/jwks#":                                         "has a fragment",
		"https://keys.example/jwks #hunter2":                                 "Not a URL",
		"https://:8443/hunter2":                                              "Not a URL",
		"https:///hunter2":                                                   "Not a URL",
		"keys.example/hunter2":                                               "Not a URL",
		"/hunter2":                                                           "Not a URL",
		"https://keys.example/%zzhunter2":                                    "Not a URL",
		"https://keys.example/a\nhttps://hunter2":                            "Not a URL",
		"\ufeffhttps://keys.example/hunter2":                                 "Not a URL",
		"":                                                                   "Not a URL",
	} {
		said := provider.validate(t, uriKind, map[string]any{"app_id": "0oa1", "jwks_uri": uri})
		if (said == "") != (want == "") || !strings.Contains(said, want) || strings.Contains(said, "hunter2") {
			t.Errorf("of %q it says %q, want %q", uri, said, want)
		}
	}
}

// White space around a URL, such as the end of a file, is not sent to Okta and is not a difference from Okta's response.
func TestAccAppJWKSURI_WhiteSpaceAroundTheURL_IsIgnored(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	const uri = "https://keys.example/jwks.json"
	var steps []resource.TestStep
	for _, written := range []string{" " + uri + "\n", uri, "\t" + uri} {
		steps = append(steps, resource.TestStep{Config: uriConfig(org, app, written), ConfigStateChecks: then(func() {
			if got := uriInOkta(t, app); got != uri {
				t.Errorf("the app has the jwks_uri %q, want %q", got, uri)
			}
		})})
	}
	testKeys(t, steps...)
}

// What the apply will lose knowingly, the plan still counts and names.
func TestAppJWKSURI_Plan_WarnsOfWhatIsLost(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	saved := app.AddKey(t, acctest.FirstKey())
	plan := func(replace bool) string {
		return newProtocol(t, org).plan(t, uriKind, map[string]any{
			"app_id": app.ID, "jwks_uri": "https://keys.example/jwks.json", "allow_key_deletion": replace,
		})
	}
	for replace, severity := range map[bool]string{false: "ERROR: The app's saved keys would be lost", true: "WARNING: This apply loses the app's saved keys"} {
		acctest.Says(t, plan(replace), severity, "1 in all: "+saved.ID)
	}
	app.SetJWKSURI(t, "https://keys.example/theirs.json")
	acctest.Says(t, plan(false), "WARNING: The app has another JWKS URI", "It is https://keys.example/theirs.json, and this apply replaces it.")
	app.SetJWKSURI(t, "https://keys.example/jwks.json")
	if said := plan(false); said != "" {
		t.Errorf("of a URI that is set already it says %q", said)
	}
	org.Sim(t).ResetRequests()
	newProtocol(t, org).create(t, uriKind, map[string]any{"app_id": app.ID, "jwks_uri": "https://keys.example/jwks.json"})
	if diff := cmp.Diff([]string{"GET app", "GET app"}, requestsTo(t, app)); diff != "" {
		t.Errorf("requests for a URI that is set already (-want +got):\n%s", diff)
	}
}

func TestAccAppJWKSURI_Import(t *testing.T) {
	org := acctest.NewOrg(t)
	app, without := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
	imported := func(id string) resource.TestStep {
		return resource.TestStep{
			ResourceName: uriAddress, ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "app_id",
			ImportStateIdFunc: func(*terraform.State) (string, error) { return id, nil },
		}
	}
	refused := func(id, message string) resource.TestStep {
		step := imported(id)
		step.ExpectError = inWords(message)
		return step
	}
	testKeys(t,
		resource.TestStep{Config: uriConfig(org, app, "https://keys.example/jwks.json")},
		imported(app.ID),
		refused(without.ID, "Cannot import non-existent remote object"),
		refused("0oaUnknown", "Cannot import non-existent remote object"),
		refused("no id", "Invalid import id"),
	)
}

func TestAccAppJWKSURI_ImportByIdentity(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: uriConfig(org, app, "https://keys.example/jwks.json")},
			{ResourceName: uriAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestAppJWKSURI_Identity_AndAProviderNotConfiguredYet(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	created := newProtocol(t, org).create(t, uriKind, map[string]any{"app_id": app.ID, "jwks_uri": "https://keys.example/jwks.json"})
	want := map[string]any{"app_id": app.ID}
	if diff := cmp.Diff(want, created.identity); diff != "" {
		t.Errorf("after create (-want +got):\n%s", diff)
	}
	for how, imported := range map[string]object{
		"identity": newProtocol(t, org).importIdentity(t, uriKind, want),
		"id":       newProtocol(t, org).importID(t, uriKind, app.ID),
	} {
		if diff := cmp.Diff(want, imported.identity); diff != "" || imported.said != "" {
			t.Errorf("imported by %s, saying %q (-want +got):\n%s", how, imported.said, diff)
		}
	}
	read := newProtocol(t, nil).read(t, created)
	if diff := cmp.Diff(created.values, read.values); diff != "" || !strings.Contains(read.said, "Not refreshed") {
		t.Errorf("refreshed without an org, saying %q (-want +got):\n%s", read.said, diff)
	}
}

func TestAccAppJWKSURI_Drift(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	const uri = "https://keys.example/jwks.json"
	config := uriConfig(org, app, uri)
	mended := func(happens func(), action plancheck.ResourceActionType) resource.TestStep {
		return resource.TestStep{PreConfig: happens, Config: config, ConfigPlanChecks: plannedURI(action), ConfigStateChecks: hasURI(t, app, uri)}
	}
	testKeys(t,
		mended(func() { app.SetJWKSURI(t, "https://keys.example/before.json") }, plancheck.ResourceActionCreate), // warns
		mended(func() { app.SetJWKSURI(t, "https://keys.example/theirs.json") }, plancheck.ResourceActionUpdate),
		mended(func() { app.SetJWKSURI(t, "") }, plancheck.ResourceActionCreate),
		resource.TestStep{ // somebody went over to saved keys: they are not lost by surprise
			PreConfig:   func() { app.SetJWKSURI(t, ""); app.AddKey(t, acctest.FirstKey()) },
			Config:      config,
			ExpectError: inWords("The app's saved keys would be lost"),
		},
	)
	if keys := app.Keys(t); len(keys) != 1 {
		t.Errorf("the app has the keys %v, want the one that somebody saved", keys)
	}
}

// What somebody else has set meanwhile is not ours to take away.
func TestAccAppJWKSURI_Destroy_LeavesAnotherURI(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	testKeys(t, resource.TestStep{
		Config: uriConfig(org, app, "https://keys.example/jwks.json"),
		// After the last refresh: the harness destroys without one.
		ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{acctest.Do(func() {
			app.SetJWKSURI(t, "https://keys.example/theirs.json")
		})}},
	})
	if uri := uriInOkta(t, app); uri != "https://keys.example/theirs.json" {
		t.Errorf("after destroy the app has the jwks_uri %q", uri)
	}
}

func TestAccAppJWKSURI_AppGone(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	appGone(t, app, uriConfig(org, app, "https://keys.example/jwks.json"))
}

func TestAccAppJWKSURI_UnknownApp_IsFoundAtPlan(t *testing.T) {
	testKeys(t, resource.TestStep{
		Config:   uriConfig(acctest.NewOrg(t), &acctest.App{ID: "0oaUnknown"}, "https://keys.example/jwks.json"),
		PlanOnly: true, ExpectError: inWords("The app does not exist in this org"),
	})
}

// A PUT is the same done twice; and what an interrupted apply has done, the next
// one finds.
func TestAccAppJWKSURI_LostAnswers(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	sim := org.Sim(t)
	const one, two = "https://keys.example/one.json", "https://keys.example/two.json"
	testKeys(t,
		expectRequests(t, org, app, resource.TestStep{
			PreConfig: func() {
				sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodPut, Path: appPath, Times: 1})
			},
			Config: uriConfig(org, app, one), ConfigStateChecks: hasURI(t, app, one),
		}, "GET app", "GET app", "PUT app", "PUT app"),
		resource.TestStep{
			PreConfig: func() {
				sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorAfter, Method: http.MethodPut, Path: appPath, Status: http.StatusBadGateway})
			},
			Config: uriConfig(org, app, two), ExpectError: inWords("can't set the JWKS URI of app " + app.ID),
		},
		expectRequests(t, org, app, resource.TestStep{
			PreConfig: sim.ClearFaults,
			Config:    uriConfig(org, app, two), ConfigPlanChecks: plannedURI(plancheck.ResourceActionNoop), ConfigStateChecks: hasURI(t, app, two),
		}),
	)
}
