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
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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

// uriInOkta is the app's jwks_uri, "" if it has none.
func uriInOkta(t *testing.T, app *acctest.App) string {
	t.Helper()
	uri, _ := app.Document(t)["settings"].(map[string]any)["oauthClient"].(map[string]any)["jwks_uri"].(string)
	return uri
}

// wantURI wants the app to have the URI, "" being none, and no saved keys.
func wantURI(t *testing.T, app *acctest.App, uri string) {
	t.Helper()
	if got := uriInOkta(t, app); got != uri {
		t.Errorf("the app has the jwks_uri %q, want %q", got, uri)
	}
	if keys := app.Keys(t); len(keys) > 0 {
		t.Errorf("the app has the saved keys %v", keys)
	}
}

// hasURI wants the app to have the URI and no saved keys.
func hasURI(t *testing.T, app *acctest.App, uri string) []statecheck.StateCheck {
	t.Helper()
	return append(then(func() { wantURI(t, app, uri) }), statecheck.ExpectKnownValue(uriAddress, tfjsonpath.New("jwks_uri"), knownvalue.StringExact(uri)))
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
			Config:      uriConfig(org, app, served.URL),
			ExpectError: inWords(`Okta deletes the saved keys of app ` + app.ID + ` when it gets a JWKS URI, 1 in all: ` + saved.ID + ` (ACTIVE) with kid "first".`),
		},
		expectRequests(t, org, app, resource.TestStep{
			PreConfig: func() {
				if keys := app.Keys(t); len(keys) != 1 {
					t.Errorf("the refused plan left the keys %v", keys)
				}
			},
			Config: config,
			ConfigStateChecks: append(hasURI(t, app, served.URL), then(func() { // a rotation at the URI, in the right order
				loginWith(t, app, one, true)()
				loginWith(t, app, two, false)()
				served.Publish(t, one, two)
				loginWith(t, app, one, true)()
				loginWith(t, app, two, true)()
				served.Publish(t, two)
				loginWith(t, app, one, false)()
				loginWith(t, app, two, true)()
			})...),
		}, "GET app", "GET app", "PUT app"),
		// destroyed for good, the app's only keys stay
		resource.TestStep{Config: config, Destroy: true},
		resource.TestStep{
			PreConfig: func() {
				loginWith(t, app, two, true)()
				if uri := uriInOkta(t, app); uri != served.URL {
					t.Errorf("after destroy the app has the jwks_uri %q", uri)
				}
			},
			Config:            config,
			ConfigStateChecks: then(func() { app.SetAuthMethod(t, "client_secret_basic") }),
		},
	)
	if uri := uriInOkta(t, app); uri != "" {
		t.Errorf("after destroy the app has the jwks_uri %q", uri)
	}
}

// Okta's PUT replaces the app's whole document: everything else comes back as it
// was, to the last digit.
func TestAppJWKSURI_TheRestOfTheAppSurvives(t *testing.T) {
	t.Parallel()
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
	const one, two = "https://keys.example/one.json", "https://keys.example/two.json?tenant=a&b=%2F"
	with := func(uri, argument string) values { return values{"jwks_uri": uri, argument: true} }
	life := newAppStory(t, org, app, uriAddress)

	life.apply(t, tfcore.Create, with(one, "allow_key_deletion"))
	wantURI(t, app, one)
	unchanged()
	wantRequests(t, life.apply(t, tfcore.Update, with(two, "allow_key_deletion")), "GET app", "PUT app")
	wantURI(t, app, two)
	unchanged()
	wantRequests(t, life.apply(t, tfcore.Update, with(two, "validate"))) // concerns the provider alone
	life.destroy(t, tfcore.Options{})
	unchanged()
	if uri := uriInOkta(t, app); uri != "" {
		t.Errorf("after destroy the app has the jwks_uri %q", uri)
	}
}

// With validate the document is looked at before Okta is pointed at it.
func TestAppJWKSURI_Validate(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewEC(t)
	good, bad := acctest.ServeJWKS(t, key), acctest.ServeJWKS(t, key, key)
	at := func(served *acctest.JWKS) values { return values{"jwks_uri": served.URL, "validate": true} }
	life := newAppStory(t, org, app, uriAddress)

	life.refuse(t, at(bad), "keys[1]: this key has the same kid as keys[0]")
	wantURI(t, app, "")
	life.apply(t, tfcore.Create, at(good))
	wantURI(t, app, good.URL)
	life.refuse(t, at(bad), "App "+app.ID+" was left as it is.")
	life.apply(t, tfcore.NoOp, at(good))
	wantURI(t, app, good.URL)
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
func TestAppJWKSURI_WhiteSpaceAroundTheURL_IsIgnored(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	life := newAppStory(t, org, app, uriAddress)
	want := tfcore.Create
	for _, written := range []string{" " + someURI + "\n", someURI, "\t" + someURI} {
		life.apply(t, want, values{"jwks_uri": written})
		wantURI(t, app, someURI)
		want = tfcore.Update
	}
}

// What the apply will lose knowingly, the plan still counts and names.
func TestAppJWKSURI_Plan_WarnsOfWhatIsLost(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	saved := app.AddKey(t, acctest.FirstKey())
	plan := func(replace bool) string {
		return planning(t, org).plan(t, uriKind, map[string]any{
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
	app := org.NewApp(t, "client_secret_basic")
	testKeys(t,
		resource.TestStep{Config: uriConfig(org, app, someURI)},
		resource.TestStep{
			ResourceName: uriAddress, ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "app_id",
			ImportStateIdFunc: func(*terraform.State) (string, error) { return app.ID, nil },
		},
	)
}

func TestAppJWKSURI_Import_OfWhatIsNotThere_Fails(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	p := newProtocol(t, org)
	for id, says := range map[string]string{org.NewApp(t, "client_secret_basic").ID: "", "0oaUnknown": "", "no id": "Invalid import id"} {
		imported := p.importID(t, uriKind, id)
		if imported.state != nil {
			imported = p.read(t, imported)
		}
		// Terraform says "Cannot import non-existent remote object" if a refresh finds none.
		if imported.values != nil || !strings.Contains(imported.said, says) {
			t.Errorf("%s is imported as %v, saying %q", id, imported.values, imported.said)
		}
	}
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

func TestAppJWKSURI_Drift(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	life := newAppStory(t, org, app, uriAddress)
	for _, now := range []struct {
		theirs string
		want   tfcore.Action
	}{
		{"https://keys.example/before.json", tfcore.Create}, // warns
		{"https://keys.example/theirs.json", tfcore.Update},
		{"", tfcore.Create},
	} {
		app.SetJWKSURI(t, now.theirs)
		life.apply(t, now.want, values{"jwks_uri": someURI})
		wantURI(t, app, someURI)
	}
	// Somebody went over to saved keys: they are not lost by surprise.
	app.SetJWKSURI(t, "")
	app.AddKey(t, acctest.FirstKey())
	life.refuse(t, values{"jwks_uri": someURI}, "The app's saved keys would be lost")
	if keys := app.Keys(t); len(keys) != 1 {
		t.Errorf("the app has the keys %v, want the one that somebody saved", keys)
	}
}

// What somebody else has set meanwhile is not ours to take away.
func TestAppJWKSURI_Destroy_LeavesAnotherURI(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	life := newAppStory(t, org, app, uriAddress)
	life.apply(t, tfcore.Create, values{"jwks_uri": someURI})
	app.SetJWKSURI(t, "https://keys.example/theirs.json")
	life.destroy(t, tfcore.Options{NoRefresh: true})
	wantURI(t, app, "https://keys.example/theirs.json")
}

func TestAppJWKSURI_UnknownApp_IsFoundAtPlan(t *testing.T) {
	t.Parallel()
	acctest.Says(t, planning(t, acctest.NewOrg(t)).plan(t, uriKind, values{"app_id": "0oaUnknown", "jwks_uri": someURI}),
		"ERROR: The app does not exist in this org")
}

// planning is a process that certainly makes a plan, because it has refreshed an object.
func planning(t *testing.T, org *acctest.Org) *protocol {
	t.Helper()
	p := newProtocol(t, org)
	p.read(t, p.held(t, uriKind, values{"app_id": org.NewApp(t, "client_secret_basic").ID, "jwks_uri": someURI}))
	return p
}

// A PUT is the same done twice; and what an interrupted apply has done, the next
// one finds.
func TestAppJWKSURI_LostAnswers(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	sim := org.Sim(t)
	one, two := values{"jwks_uri": "https://keys.example/one.json"}, values{"jwks_uri": "https://keys.example/two.json"}
	life := newAppStory(t, org, app, uriAddress)

	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodPut, Path: appPath, Times: 1})
	wantRequests(t, life.apply(t, tfcore.Create, one), "GET app", "GET app", "PUT app", "PUT app")
	wantURI(t, app, "https://keys.example/one.json")

	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorAfter, Method: http.MethodPut, Path: appPath, Status: http.StatusBadGateway})
	life.refuse(t, two, "can't set the JWKS URI of app "+app.ID)
	sim.ClearFaults()
	wantRequests(t, life.apply(t, tfcore.NoOp, two))
	wantURI(t, app, "https://keys.example/two.json")
}
