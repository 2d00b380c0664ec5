// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// lastCredential is the reason for a credential that stays in Okta when it is destroyed.
const lastCredential rotation.Reason = "last_credential"

// credentialsOfApp are what an app can have that Okta doesn't delete while it is the app's last, each by a name
// for the app. Each is given the lifecycle of its last resource.
var credentialsOfApp = map[string]func(t *testing.T, lifecycle string) string{
	"only_secret": func(_ *testing.T, lifecycle string) string {
		return secretOf("test", `initial_secret = "replace"`+lifecycle)
	},
	"two_secrets": func(_ *testing.T, lifecycle string) string {
		return secretOf("test_one", `initial_secret = "replace"`) + secretOf("test", "depends_on = [oktacreds_app_client_secret.test_one]"+lifecycle)
	},
	"rotation": func(_ *testing.T, lifecycle string) string {
		return ofApp("oktacreds_app_client_secret_rotation", "test", lifecycle)
	},
	"last_key": func(t *testing.T, lifecycle string) string {
		return ofApp("oktacreds_app_jwk", "test", inPEM(t, acctest.NewEC(t))+lifecycle) + keyLogin("oktacreds_app_jwk.test")
	},
	"jwks_uri": func(_ *testing.T, lifecycle string) string {
		return ofApp("oktacreds_app_jwks_uri", "test", set("jwks_uri", "https://keys.example/jwks.json")+lifecycle) + keyLogin("oktacreds_app_jwks_uri.test")
	},
}

func TestAccOktaAppOAuth_DestroyOfEverything_TakesOneCommand(t *testing.T) {
	p := newTwoProviders(t)
	ids := map[string]string{}
	var apps []string
	var looks []statecheck.StateCheck
	for name, credentials := range credentialsOfApp {
		apps = append(apps, named(name, oktaApp("service", "", ignored)+credentials(t, "")))
		looks = append(looks, p.lookAt(name, func(app *acctest.App) { ids[name] = app.ID }))
	}
	p.test(t, resource.TestStep{Config: p.apps(apps...), ConfigStateChecks: looks})
	warned := p.heard()[lastCredential]
	for name, id := range ids {
		if slices.Contains(warned, id) != (name != "rotation") { // a rotation leaves its secrets in any case
			t.Errorf("%s: the last credential was left with a warning: %t", name, name == "rotation")
		}
	}
}

func TestAccOktaAppOAuth_ReplacementOfTheApp_Converges(t *testing.T) {
	p := newTwoProviders(t)
	before, after := map[string]string{}, map[string]string{}
	var services, webApps []string
	var first, then []statecheck.StateCheck
	for order, lifecycle := range map[string]string{"_destroyed_first": "", "_created_first": createBeforeDestroy} {
		for name, credentials := range credentialsOfApp {
			name, more := name+order, credentials(t, lifecycle)
			services = append(services, named(name, oktaApp("service", "", ignored)+more))
			webApps = append(webApps, named(name, oktaApp("web", "", ignored)+more))
			first = append(first, p.lookAt(name, func(app *acctest.App) { before[name] = app.ID }))
			then = append(then, p.lookAt(name, func(app *acctest.App) { after[name] = app.ID }))
		}
	}
	then = append(then, acctest.Do(func() {
		left := map[string]bool{}
		for _, app := range p.org.Sim(t).Apps() {
			left[app.ID] = true
		}
		for name, id := range after {
			if id == before[name] || !left[id] || left[before[name]] {
				t.Errorf("%s: the app was not replaced", name)
			}
		}
		if len(left) != len(after) {
			t.Errorf("the org has %d apps, want the %d new ones alone", len(left), len(after))
		}
	}))
	p.test(t,
		resource.TestStep{Config: p.apps(services...), ConfigStateChecks: first},
		resource.TestStep{Config: p.apps(webApps...), ConfigStateChecks: then},
	)
}

func TestAccOktaAppOAuth_RemovalOfTheLastSecret_LeavesItUnlessAllowed(t *testing.T) {
	p := newTwoProviders(t)
	web := oktaApp("web", "", ignored)
	const attributes = "omit_secret = false\n  initial_secret = \"replace\""
	var left, removed seenSecret
	after := func(name string, made *seenSecret, stays bool) statecheck.StateCheck {
		return p.lookAt(name, func(app *acctest.App) {
			if accepted := app.Login(t, made.value); accepted != stays {
				t.Errorf("%s: Okta accepts the removed secret: %t", name, accepted)
			}
			if secrets := app.Secrets(t); len(activeOf(secrets)) != 1 {
				t.Errorf("%s: the app has %d active secrets, want one", name, len(activeOf(secrets)))
			}
		})
	}
	p.test(t,
		resource.TestStep{
			Config: p.apps(
				named("not_allowed", web+secretOf("test", attributes)),
				named("allowed", web+secretOf("test", attributes+"\n  allow_last_credential_destroy = true")),
			),
			ConfigStateChecks: []statecheck.StateCheck{
				left.seeAt("oktacreds_app_client_secret.not_allowed"), removed.seeAt("oktacreds_app_client_secret.allowed"),
			},
		},
		resource.TestStep{
			Config: p.apps(named("not_allowed", web), named("allowed", web)),
			ConfigStateChecks: []statecheck.StateCheck{
				after("not_allowed", &left, true), after("allowed", &removed, false),
				p.lookAt("not_allowed", func(app *acctest.App) {
					if warned := p.heard()[lastCredential]; !slices.Equal(warned, []string{app.ID}) {
						t.Errorf("a secret was left with a warning in the apps %q, want %s alone", warned, app.ID)
					}
				}),
			},
		},
	)
}
