// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// What an update of okta_app_oauth changes of the credentials, and how that is told and restored.

const (
	methodChangedBack rotation.Reason = "method_changed_back"
	useDropped        rotation.Reason = "use_dropped"
)

func TestAccOktaAppOAuth_NewAppWithAReplacedInitialSecret_Rotates(t *testing.T) {
	p := newTwoProviders(t)
	config := func(trigger string) string {
		return p.config("web", "", ignored, secretOf("test", "omit_secret = false\n  initial_secret = \"replace\"\n  rotate_when_changed = { asked = \""+trigger+"\" }"+createBeforeDestroy))
	}
	var first, second seenSecret
	p.test(t,
		resource.TestStep{Config: config("one"), ConfigStateChecks: []statecheck.StateCheck{
			first.see(), p.look(func(app *acctest.App) { mustHold(t, app, first.id) }),
		}},
		resource.TestStep{Config: config("two"), ConfigStateChecks: []statecheck.StateCheck{
			second.see(), p.look(func(app *acctest.App) {
				mustHold(t, app, second.id)
				if second.id == first.id || !app.Login(t, second.value) || app.Login(t, first.value) {
					t.Error("the secret was not rotated")
				}
			}),
		}},
	)
}

func TestAccOktaAppOAuth_UpdateThatChangesTheMethodBack_IsToldAndRestored(t *testing.T) {
	p := newTwoProviders(t)
	credentials := ofApp("oktacreds_app_jwk", "test", inPEM(t, acctest.NewEC(t))) + keyLogin("oktacreds_app_jwk.test")
	changing, settled := p.config("web", "", "jwks, jwks_uri", credentials), p.config("web", "", ignored, credentials)
	method := func(want string) statecheck.StateCheck {
		return p.look(func(app *acctest.App) {
			if got := authMethod(t, app); got != want {
				t.Errorf("the app's method is %q, want %q", got, want)
			}
		})
	}
	p.test(t,
		resource.TestStep{Config: changing, ExpectNonEmptyPlan: true, ConfigStateChecks: []statecheck.StateCheck{method("private_key_jwt")}},
		resource.TestStep{Config: changing, ExpectNonEmptyPlan: true, ConfigStateChecks: []statecheck.StateCheck{method("client_secret_basic")}},
		resource.TestStep{
			PreConfig:         func() { p.heard(methodChangedBack) },
			Config:            settled,
			ConfigPlanChecks:  action(authAddress, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{method("private_key_jwt")},
		},
		resource.TestStep{
			PreConfig: func() {
				if !p.heard(methodChangedBack) {
					t.Error("no warning says that the method was changed back")
				}
			},
			Config:             renamed(settled),
			ConfigStateChecks:  []statecheck.StateCheck{method("private_key_jwt")},
			ExpectNonEmptyPlan: true, // the key has lost its use
		},
	)
	if p.heard(methodChangedBack) {
		t.Error("a warning says that the method was changed back, and it wasn't")
	}
}

func TestAccOktaAppOAuth_UpdateThatRewritesAKey_IsRestoredInOneApply(t *testing.T) {
	for name, test := range map[string]struct {
		key     acctest.KeyPair
		use     string
		dropped bool
	}{
		"EC key without a curve":      {acctest.NewEC(t), "sig", false},
		"encryption key, use is lost": {acctest.NewRSA(t, 2048), "enc", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTwoProviders(t)
			config := p.config("web", "", ignored, ofApp("oktacreds_app_jwk", "test", inPEM(t, test.key)+"\n  "+set("use", test.use)))
			p.test(t,
				resource.TestStep{Config: config},
				resource.TestStep{Config: renamed(config), ExpectNonEmptyPlan: true},
				resource.TestStep{
					PreConfig: func() { p.heard(useDropped) },
					Config:    renamed(config),
					ConfigStateChecks: []statecheck.StateCheck{expectKey("use", test.use), p.look(func(app *acctest.App) {
						if keys := app.Keys(t); len(keys) != 1 || keys[0].Status != "ACTIVE" || keys[0].Use != test.use {
							t.Errorf("the app has the keys %v, want one with use %s", keys, test.use)
						}
						if heard := p.heard(useDropped); heard != test.dropped {
							t.Errorf("a warning says that the use was lost: %t", heard)
						}
					})},
				},
			)
		})
	}
}

func TestAccOktaAppOAuth_RetiredKeyThatComesBack_IsShown(t *testing.T) {
	p := newTwoProviders(t)
	one := ofApp("oktacreds_app_jwk", "test", inPEM(t, acctest.NewEC(t)))
	two := ofApp("oktacreds_app_jwk", "two", inPEM(t, acctest.NewEC(t))+"\n  on_destroy = \"deactivate\"")
	exclusive := ofApp("oktacreds_app_jwks_exclusive", "test", "ids = [oktacreds_app_jwk.test.id]\n  retire_after = \"720h\"")
	keys := "\ndata \"oktacreds_app_jwks\" \"test\" {\n  app_id = okta_app_oauth.test.id\n  depends_on = [oktacreds_app_jwk.test]\n}\n"
	config := p.config("web", "", ignored, one+exclusive+keys)
	var kept, retired string
	p.test(t,
		resource.TestStep{Config: p.config("web", "", ignored, one+two), ConfigStateChecks: []statecheck.StateCheck{
			acctest.Inspect(keyAddress, func(attributes map[string]any) { kept = attributes["id"].(string) }),
			acctest.Inspect("oktacreds_app_jwk.two", func(attributes map[string]any) { retired = attributes["id"].(string) }),
		}},
		resource.TestStep{Config: p.config("web", "", ignored, one), ConfigStateChecks: []statecheck.StateCheck{p.look(func(app *acctest.App) {
			if active := activeOf(app.Keys(t)); !slices.Equal(active, []string{kept}) {
				t.Errorf("the app's active keys are %v, want %s alone", active, kept)
			}
		})}},
		resource.TestStep{Config: renamed(p.config("web", "", ignored, one)), ConfigStateChecks: []statecheck.StateCheck{p.look(func(app *acctest.App) {
			// Terraform created the two in any order.
			if active := activeOf(app.Keys(t)); len(active) != 2 || !slices.Contains(active, kept) || !slices.Contains(active, retired) {
				t.Errorf("the app's active keys are %v, want %s and again %s", active, kept, retired)
			}
		})}, ExpectNonEmptyPlan: true},
		resource.TestStep{Config: renamed(config), ConfigStateChecks: []statecheck.StateCheck{
			acctest.Inspect("data.oktacreds_app_jwks.test", func(attributes map[string]any) {
				shown := map[any]any{}
				for _, key := range attributes["keys"].([]any) {
					shown[key.(map[string]any)["id"]] = key.(map[string]any)["status"]
				}
				if len(shown) != 2 || shown[kept] != "ACTIVE" || shown[retired] != "ACTIVE" {
					t.Errorf("the data source shows %v, want %s and %s ACTIVE", shown, kept, retired)
				}
			}),
			acctest.Inspect("oktacreds_app_jwks_exclusive.test", func(attributes map[string]any) {
				unlisted, _ := attributes["unlisted"].(map[string]any)
				if key, ok := unlisted[retired].(map[string]any); len(unlisted) != 1 || !ok || key["status"] != "ACTIVE" {
					t.Errorf("the exclusive list shows %v, want %s alone, ACTIVE", unlisted, retired)
				}
			}),
		}},
	)
}

func TestAccCatalogApp_CredentialsThatOktaIgnores_AreRefusedAtPlan(t *testing.T) {
	for kind, attributes := range map[string]string{
		"oktacreds_app_client_auth": set("token_endpoint_auth_method", "client_secret_post"),
		"oktacreds_app_jwks_uri":    set("jwks_uri", "https://keys.example/jwks.json"),
		"oktacreds_app_jwk":         inPEM(t, acctest.NewEC(t)),
	} {
		t.Run(kind, func(t *testing.T) {
			org := acctest.NewOrg(t)
			var given reasons
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(given.watch),
				Steps: []resource.TestStep{{
					Config: org.Provider() + block(kind, catalogApp(t, org), attributes), PlanOnly: true, ExpectError: anyFailure,
				}},
			})
			given.expect(t, "catalog_app")
		})
	}
}

func TestAccClientAuth_None_IsRefusedAtPlanWhereOktaWouldRefuseIt(t *testing.T) {
	for name, test := range map[string]struct {
		kind, attributes string
		refusal          rotation.Reason
	}{
		"web":                 {"web", "", "none_for_web_app"},
		"native without PKCE": {"native", "", "none_without_pkce"},
		"native with PKCE":    {"native", "pkce_required = true", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTwoProviders(t)
			app := p.config(test.kind, test.attributes, ignored, "")
			none := resource.TestStep{Config: app + ofApp("oktacreds_app_client_auth", "test", set("token_endpoint_auth_method", "none"))}
			if test.refusal != "" {
				none.PlanOnly, none.ExpectError = true, anyFailure
			} else {
				none.ConfigStateChecks = []statecheck.StateCheck{
					statecheck.ExpectKnownValue(authAddress, tfjsonpath.New("token_endpoint_auth_method"), knownvalue.StringExact("none")),
				}
			}
			p.test(t, resource.TestStep{Config: app}, none)
			if test.refusal != "" && !p.heard(test.refusal) {
				t.Errorf("the plan wasn't refused because of %s", test.refusal)
			}
		})
	}
}

func TestAccOktaAppOAuth_NewAppWithARotation_Rotates(t *testing.T) {
	p := newTwoProviders(t)
	config := func(trigger string) string {
		return p.config("web", "", ignored, ofApp("oktacreds_app_client_secret_rotation", "test",
			"overlap = \"0s\"\n  grace = \"0s\"\n  rotate_when_changed = { asked = \""+trigger+"\" }"))
	}
	var first, second seenSecret
	p.test(t,
		// The app's id is known only after the plan, so that it names the creation alone.
		resource.TestStep{Config: config("one"), ExpectNonEmptyPlan: true},
		resource.TestStep{Config: config("one"), ConfigStateChecks: []statecheck.StateCheck{first.seeAt(rotationAddress), phase("steady")}},
		// Consumers get the new value after the apply that creates it, so that the previous one is retired by the next.
		resource.TestStep{Config: config("two"), ConfigPlanChecks: dueNow, ExpectNonEmptyPlan: true, ConfigStateChecks: []statecheck.StateCheck{phase("overlap")}},
		resource.TestStep{Config: config("two"), ConfigPlanChecks: dueNow, ConfigStateChecks: []statecheck.StateCheck{
			second.seeAt(rotationAddress), phase("steady"),
			p.look(func(app *acctest.App) {
				if secrets := app.Secrets(t); len(secrets) != 1 || second.attributes["current_secret_id"] == first.attributes["current_secret_id"] {
					t.Errorf("the app has %d secrets, want a new one alone", len(secrets))
				}
			}),
		}},
	)
}
