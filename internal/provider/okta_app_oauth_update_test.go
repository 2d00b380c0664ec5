// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func TestAccOktaAppOAuth_UpdateThatChangesTheMethodBack_IsToldAndRestored(t *testing.T) {
	p := newTwoProviders(t)
	credentials := ofApp("oktacreds_app_jwk", "test", inPEM(t, acctest.NewEC(t))) + keyLogin("oktacreds_app_jwk.test")
	changing, settled := p.config("jwks, jwks_uri", credentials), p.config(ignored, credentials)
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
			PreConfig:         func() { p.heard() },
			Config:            settled,
			ConfigPlanChecks:  action(authAddress, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{method("private_key_jwt")},
		},
		resource.TestStep{
			PreConfig: func() {
				if len(p.heard()[methodChangedBack]) == 0 {
					t.Error("no warning says that the method was changed back")
				}
			},
			Config:             renamed(settled),
			ConfigStateChecks:  []statecheck.StateCheck{method("private_key_jwt")},
			ExpectNonEmptyPlan: true, // the key has lost its use
		},
	)
	if len(p.heard()[methodChangedBack]) > 0 {
		t.Error("a warning says that the method was changed back, and it wasn't")
	}
}

func TestAccOktaAppOAuth_UpdateThatRewritesAKey_IsRestoredInOneApply(t *testing.T) {
	p := newTwoProviders(t)
	var apps []string
	var changed []plancheck.PlanCheck
	var restored []statecheck.StateCheck
	for name, test := range map[string]struct {
		key acctest.KeyPair
		use string
	}{
		"ec_without_a_curve": {acctest.NewEC(t), "sig"},
		"use_is_lost":        {acctest.NewRSA(t, 2048), "enc"},
	} {
		address := "oktacreds_app_jwk." + name
		apps = append(apps, named(name, oktaApp("web", "", ignored)+ofApp("oktacreds_app_jwk", "test", inPEM(t, test.key)+"\n  "+set("use", test.use))))
		changed = append(changed, plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate))
		restored = append(restored,
			statecheck.ExpectKnownValue(address, tfjsonpath.New("use"), knownvalue.StringExact(test.use)),
			p.lookAt(name, func(app *acctest.App) {
				if keys := app.Keys(t); len(keys) != 1 || keys[0].Status != "ACTIVE" || keys[0].Use != test.use {
					t.Errorf("%s: the app has the keys %v, want one with use %s", name, keys, test.use)
				}
			}))
	}
	restored = append(restored, p.lookAt("use_is_lost", func(app *acctest.App) {
		if warned := p.heard()[useDropped]; !slices.Equal(warned, []string{app.ID}) {
			t.Errorf("a warning says that the use was lost of keys of the apps %q, want %s alone", warned, app.ID)
		}
	}))
	config := p.apps(apps...)
	p.test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			Config: renamed(config), ExpectNonEmptyPlan: true,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: changed},
		},
		resource.TestStep{PreConfig: func() { p.heard() }, Config: renamed(config), ConfigStateChecks: restored},
	)
}

func TestAccOktaAppOAuth_RetiredKeyThatComesBack_IsShown(t *testing.T) {
	p := newTwoProviders(t)
	one := ofApp("oktacreds_app_jwk", "test", inPEM(t, acctest.NewEC(t)))
	two := ofApp("oktacreds_app_jwk", "two", inPEM(t, acctest.NewEC(t))+"\n  on_destroy = \"deactivate\"")
	exclusive := ofApp("oktacreds_app_jwks_exclusive", "test", "ids = [oktacreds_app_jwk.test.id]\n  retire_after = \"720h\"")
	keys := "\ndata \"oktacreds_app_jwks\" \"test\" {\n  app_id = okta_app_oauth.test.id\n  depends_on = [oktacreds_app_jwk.test]\n}\n"
	config := p.config(ignored, one+exclusive+keys)
	var kept, retired string
	p.test(t,
		resource.TestStep{Config: p.config(ignored, one+two), ConfigStateChecks: []statecheck.StateCheck{
			acctest.Inspect(keyAddress, func(attributes map[string]any) { kept = attributes["id"].(string) }),
			acctest.Inspect("oktacreds_app_jwk.two", func(attributes map[string]any) { retired = attributes["id"].(string) }),
		}},
		resource.TestStep{Config: p.config(ignored, one), ConfigStateChecks: []statecheck.StateCheck{p.look(func(app *acctest.App) {
			if active := activeOf(app.Keys(t)); !slices.Equal(active, []string{kept}) {
				t.Errorf("the app's active keys are %v, want %s alone", active, kept)
			}
		})}},
		resource.TestStep{Config: renamed(p.config(ignored, one)), ConfigStateChecks: []statecheck.StateCheck{p.look(func(app *acctest.App) {
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
	p := newTwoProviders(t)
	config := p.org.Provider()
	var apps []string
	for kind, attributes := range map[string]string{
		"oktacreds_app_client_auth": set("token_endpoint_auth_method", "client_secret_post"),
		"oktacreds_app_jwks_uri":    set("jwks_uri", someURI),
		"oktacreds_app_jwk":         inPEM(t, acctest.NewEC(t)),
	} {
		app := catalogApp(t, p.org)
		apps, config = append(apps, app.ID), config+block(kind, app, attributes)
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: p.factories(),
		Steps:                    []resource.TestStep{{Config: config, PlanOnly: true, ExpectError: anyFailure}},
	})
	refused := p.heard()["catalog_app"]
	slices.Sort(apps)
	slices.Sort(refused)
	if !slices.Equal(refused, apps) {
		t.Errorf("the apps %q were refused, want each of %q", refused, apps)
	}
}

func TestAccClientAuth_None_IsRefusedAtPlanWhereOktaWouldRefuseIt(t *testing.T) {
	p := newTwoProviders(t)
	none := ofApp("oktacreds_app_client_auth", "test", set("token_endpoint_auth_method", "none"))
	ids := map[string]string{}
	var apps, withNone []string
	var looks []statecheck.StateCheck
	for name, app := range map[string]string{
		"web": oktaApp("web", "", ignored), "native": oktaApp("native", "", ignored), "native_with_pkce": oktaApp("native", "pkce_required = true", ignored),
	} {
		apps, withNone = append(apps, named(name, app)), append(withNone, named(name, app+none))
		looks = append(looks, p.lookAt(name, func(app *acctest.App) { ids[name] = app.ID }))
	}
	p.test(t,
		resource.TestStep{Config: p.apps(apps...), ConfigStateChecks: looks},
		resource.TestStep{Config: p.apps(withNone...), PlanOnly: true, ExpectError: anyFailure},
		resource.TestStep{
			PreConfig: func() {
				want := map[rotation.Reason][]string{"none_for_web_app": {ids["web"]}, "none_without_pkce": {ids["native"]}}
				if diff := cmp.Diff(want, p.heard()); diff != "" {
					t.Errorf("the plan refuses others (-want +got):\n%s", diff)
				}
			},
			Config: p.apps(append(apps, named("native_with_pkce", none))...),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("oktacreds_app_client_auth.native_with_pkce", tfjsonpath.New("token_endpoint_auth_method"), knownvalue.StringExact("none")),
			},
		},
	)
}

func TestAccOktaAppOAuth_NewAppWithARotationOrAReplacedInitialSecret_Rotates(t *testing.T) {
	const withRotation, withSecret = "oktacreds_app_client_secret_rotation.rotation", "oktacreds_app_client_secret.secret"
	p := newTwoProviders(t)
	config := func(trigger string) string {
		web, asked := oktaApp("web", "", ignored), "\n  rotate_when_changed = { asked = \""+trigger+"\" }"
		return p.apps(
			named("rotation", web+ofApp("oktacreds_app_client_secret_rotation", "test", "overlap = \"0s\"\n  grace = \"0s\""+asked)),
			named("secret", web+secretOf("test", "omit_secret = false\n  initial_secret = \"replace\""+asked+createBeforeDestroy)),
		)
	}
	inPhase := func(want string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(withRotation, tfjsonpath.New("phase"), knownvalue.StringExact(want))
	}
	dueAgain := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction(withRotation, plancheck.ResourceActionUpdate), plancheck.ExpectResourceAction(withSecret, plancheck.ResourceActionNoop),
	}}
	var first, second, firstSecret, secondSecret seenSecret
	p.test(t,
		// The app's id is known only after the plan, so that it names the creation alone.
		resource.TestStep{Config: config("one"), ConfigPlanChecks: dueAgain, ExpectNonEmptyPlan: true, ConfigStateChecks: []statecheck.StateCheck{
			firstSecret.seeAt(withSecret), p.lookAt("secret", func(app *acctest.App) { mustHold(t, app, firstSecret.id) }),
		}},
		resource.TestStep{Config: config("one"), ConfigStateChecks: []statecheck.StateCheck{first.seeAt(withRotation), inPhase("steady")}},
		// Consumers get the new value after the apply that creates it, so that the previous one is retired by the next.
		resource.TestStep{Config: config("two"), ConfigPlanChecks: dueAgain, ExpectNonEmptyPlan: true, ConfigStateChecks: []statecheck.StateCheck{
			inPhase("overlap"), secondSecret.seeAt(withSecret), p.lookAt("secret", func(app *acctest.App) {
				mustHold(t, app, secondSecret.id)
				if secondSecret.id == firstSecret.id || !app.Login(t, secondSecret.value) || app.Login(t, firstSecret.value) {
					t.Error("the secret was not rotated")
				}
			}),
		}},
		resource.TestStep{Config: config("two"), ConfigStateChecks: []statecheck.StateCheck{
			second.seeAt(withRotation), inPhase("steady"),
			p.lookAt("rotation", func(app *acctest.App) {
				if secrets := app.Secrets(t); len(secrets) != 1 || second.attributes["current_secret_id"] == first.attributes["current_secret_id"] {
					t.Errorf("the app has %d secrets, want a new one alone", len(secrets))
				}
			}),
		}},
	)
}
