// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// lastCredential is the reason for a credential that stays in Okta when it is destroyed.
const lastCredential rotation.Reason = "last_credential"

// credentialsOfApp are what an app can have that Okta doesn't delete while it is the app's last. Each is given
// the lifecycle of its last resource.
var credentialsOfApp = map[string]func(t *testing.T, lifecycle string) string{
	"only secret": func(_ *testing.T, lifecycle string) string {
		return secretOf("test", `initial_secret = "replace"`+lifecycle)
	},
	"two secrets": func(_ *testing.T, lifecycle string) string {
		return secretOf("one", `initial_secret = "replace"`) + secretOf("test", "depends_on = [oktacreds_app_client_secret.one]"+lifecycle)
	},
	"rotation": func(_ *testing.T, lifecycle string) string {
		return ofApp("oktacreds_app_client_secret_rotation", "test", lifecycle)
	},
	"last key": func(t *testing.T, lifecycle string) string {
		return ofApp("oktacreds_app_jwk", "test", inPEM(t, acctest.NewEC(t))+lifecycle) + keyLogin("oktacreds_app_jwk.test")
	},
	"JWKS URI": func(_ *testing.T, lifecycle string) string {
		return ofApp("oktacreds_app_jwks_uri", "test", set("jwks_uri", "https://keys.example/jwks.json")+lifecycle) + keyLogin("oktacreds_app_jwks_uri.test")
	},
}

func TestAccOktaAppOAuth_DestroyOfEverything_TakesOneCommand(t *testing.T) {
	for name, credentials := range credentialsOfApp {
		t.Run(name, func(t *testing.T) {
			p := newTwoProviders(t)
			p.test(t, resource.TestStep{Config: p.config("service", "", ignored, credentials(t, ""))})
			if heard := p.heard(lastCredential); heard != (name != "rotation") { // a rotation leaves its secrets in any case
				t.Errorf("a last credential was left with a warning: %t", heard)
			}
		})
	}
}

func TestAccOktaAppOAuth_ReplacementOfTheApp_Converges(t *testing.T) {
	for order, lifecycle := range map[string]string{"destroy first": "", "create first": createBeforeDestroy} {
		for name, credentials := range credentialsOfApp {
			t.Run(name+", "+order, func(t *testing.T) {
				p := newTwoProviders(t)
				more := credentials(t, lifecycle)
				var before *acctest.App
				p.test(t,
					resource.TestStep{
						Config:            p.config("service", "", ignored, more),
						ConfigStateChecks: []statecheck.StateCheck{p.look(func(app *acctest.App) { before = app })},
					},
					resource.TestStep{
						Config: p.config("web", "", ignored, more),
						ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
							plancheck.ExpectEmptyPlan(),
						}},
						ConfigStateChecks: []statecheck.StateCheck{p.look(func(app *acctest.App) {
							if apps := p.org.Sim(t).Apps(); len(apps) != 1 || apps[0].ID != app.ID || app.ID == before.ID {
								t.Errorf("the org has %d apps, want the new one alone", len(apps))
							}
						})},
					},
				)
			})
		}
	}
}

func TestAccOktaAppOAuth_RemovalOfTheLastSecret_LeavesItUnlessAllowed(t *testing.T) {
	for name, allowed := range map[string]bool{"not allowed": false, "allowed": true} {
		t.Run(name, func(t *testing.T) {
			p := newTwoProviders(t)
			attributes := "omit_secret = false\n  initial_secret = \"replace\""
			if allowed {
				attributes += "\n  allow_last_credential_destroy = true"
			}
			var made seenSecret
			p.test(t,
				resource.TestStep{
					Config:            p.config("web", "", ignored, secretOf("test", attributes)),
					ConfigStateChecks: []statecheck.StateCheck{made.see()},
				},
				resource.TestStep{
					Config: p.config("web", "", ignored, ""),
					ConfigStateChecks: []statecheck.StateCheck{p.look(func(app *acctest.App) {
						if heard := p.heard(lastCredential); heard == allowed {
							t.Errorf("it was left with a warning: %t", heard)
						}
						if accepted := app.Login(t, made.value); accepted == allowed {
							t.Errorf("Okta accepts the removed secret: %t", accepted)
						}
						if secrets := app.Secrets(t); len(activeOf(secrets)) != 1 {
							t.Errorf("the app has %d active secrets, want one", len(activeOf(secrets)))
						}
					})},
				},
			)
		})
	}
}
