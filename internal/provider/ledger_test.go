// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// oneOfAnApp are the objects of which an app has one, and what each needs for
// the app.
var oneOfAnApp = map[string]func(*testing.T, *acctest.App) string{
	"oktacreds_app_client_secret_rotation": func(*testing.T, *acctest.App) string { return "" },
	"oktacreds_app_client_secrets_exclusive": func(t *testing.T, app *acctest.App) string {
		return fmt.Sprintf("ids = [%q]", app.Secrets(t)[0].ID)
	},
	"oktacreds_app_jwks_exclusive": func(t *testing.T, app *acctest.App) string {
		return fmt.Sprintf("ids = [%q]", app.AddKey(t, acctest.FirstKey()).ID)
	},
	"oktacreds_app_jwks_uri":    func(*testing.T, *acctest.App) string { return set("jwks_uri", "https://keys.example/jwks.json") },
	"oktacreds_app_client_auth": func(*testing.T, *acctest.App) string { return set("token_endpoint_auth_method", "client_secret_post") },
}

func block(kind, name string, app *acctest.App, attributes ...string) string {
	return fmt.Sprintf("resource %q %q {\n  app_id = %q\n  %s\n}\n", kind, name, app.ID, strings.Join(attributes, "\n  "))
}

// fight wants the plan of the two to be refused, naming both.
func fight(t *testing.T, org *acctest.Org, app *acctest.App, one, other, names string) {
	t.Helper()
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: org.Provider() + one + other, PlanOnly: true, ExpectError: inWords("Conflicting resources for app " + app.ID)},
			{Config: org.Provider() + one + other, PlanOnly: true, ExpectError: inWords(names)},
		},
	})
}

func TestAccClaims_TwoOfWhatAnAppHasOneOf_AreRefusedAtPlan(t *testing.T) {
	for kind, attributes := range oneOfAnApp {
		t.Run(kind, func(t *testing.T) {
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			given := attributes(t, app)
			named := kind
			if _, value, ok := strings.Cut(given, " = "); ok {
				named += " (" + strings.Trim(value, `[]"`) + ")"
			}
			fight(t, org, app, block(kind, "one", app, given), block(kind, "two", app, given), named+" and "+named+" cannot manage the same app.")
		})
	}
}

func TestAccClaims_TwoListsWhoseIDsAreNotKnownYet_AreRefusedAtPlan(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	const kind = "oktacreds_app_client_secrets_exclusive"
	ids := "ids = [oktacreds_app_client_secret.new.id]"
	fight(t, org, app, block("oktacreds_app_client_secret", "new", app),
		block(kind, "one", app, ids)+block(kind, "two", app, ids), kind+" and "+kind+" cannot manage the same app.")
}

func TestAccClaims_AURIAndASavedKey_AreRefusedAtPlan(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := block("oktacreds_app_jwk", "saved", app, inPEM(t, acctest.NewEC(t)))
	uri := block("oktacreds_app_jwks_uri", "served", app, set("jwks_uri", "https://keys.example/jwks.json"), "allow_key_deletion = true")
	fight(t, org, app, key+"\n", strings.Replace(uri, "{", "{\n  depends_on = [oktacreds_app_jwk.saved]", 1),
		"oktacreds_app_jwks_uri (https://keys.example/jwks.json) and oktacreds_app_jwk cannot manage the same app.")
}

// Each pair of objects of one app is refused in both orders, in the first plan as well, which refreshes nothing.
func TestAccClaims_TheOrderInWhichObjectsArePlanned_PlaysNoPart(t *testing.T) {
	org := acctest.NewOrg(t)
	uri := func(app *acctest.App) string {
		return block("oktacreds_app_jwks_uri", "other", app, set("jwks_uri", "https://keys.example/jwks.json"), "allow_key_deletion = true")
	}
	key := func(app *acctest.App) string {
		return block("oktacreds_app_jwk", "test", app, inPEM(t, acctest.NewEC(t)))
	}
	secret := func(app *acctest.App) string { return block("oktacreds_app_client_secret", "test", app) }
	auth := func(app *acctest.App) string {
		return block("oktacreds_app_client_auth", "other", app, set("token_endpoint_auth_method", "private_key_jwt"), "allow_secret_deletion = true")
	}
	rotation := func(app *acctest.App) string { return block("oktacreds_app_client_secret_rotation", "test", app) }
	for name, pair := range map[string][2]func(*acctest.App) string{
		"a method that deletes secrets": {secret, auth}, "a URI that deletes keys": {key, uri}, "a rotation of both secrets": {secret, rotation},
		"a method that deletes the secrets of a rotation": {rotation, auth},
	} {
		for _, first := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s, %d first", name, first), func(t *testing.T) {
				app := org.NewApp(t, "client_secret_basic")
				app.AddKey(t, acctest.FirstKey())
				one, other := pair[first](app), pair[1-first](app)
				kind, name, _ := strings.Cut(strings.TrimPrefix(one, "resource "), " ")
				address := strings.Trim(kind, `"`) + "." + strings.Split(name, `"`)[1]
				fight(t, org, app, one, strings.Replace(other, "{", "{\n  depends_on = ["+address+"]", 1), "cannot manage the same app.")
			})
		}
	}
}

// From saved keys to a URI in one apply: the key goes as the URI comes.
func TestAccClaims_AURIThatTakesThePlaceOfASavedKey_IsNoFight(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	testKeys(t,
		resource.TestStep{Config: org.Provider() + block("oktacreds_app_jwk", "saved", app, inPEM(t, acctest.NewEC(t)))},
		resource.TestStep{
			Config:            uriConfig(org, app, "https://keys.example/jwks.json", "allow_key_deletion = true"),
			ConfigStateChecks: hasURI(t, app, "https://keys.example/jwks.json"),
		},
	)
}

// Terraform plans a replacement twice, whoever asks for it.
func TestAccClaims_AReplacement_IsNoFightWithItself(t *testing.T) {
	org := acctest.NewOrg(t)
	kinds := slices.Sorted(maps.Keys(oneOfAnApp))
	// Each kind has apps of its own, so that only a replacement meets itself.
	config := func(trigger string) string {
		text := org.Provider() + fmt.Sprintf("resource \"terraform_data\" \"trigger\" {\n  input = %q\n}\n", trigger)
		for _, kind := range kinds {
			app := org.NewApp(t, "client_secret_basic")
			text += block(kind, "test", app, oneOfAnApp[kind](t, app), "lifecycle {\n    replace_triggered_by = [terraform_data.trigger]\n  }")
		}
		return text
	}
	before, otherApps := config("before"), config("before")
	replaced := resource.ConfigPlanChecks{}
	for _, kind := range kinds {
		replaced.PreApply = append(replaced.PreApply, plancheck.ExpectResourceAction(kind+".test", plancheck.ResourceActionDestroyBeforeCreate))
	}
	asked := strings.Replace(before, `"before"`, `"after"`, 1)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_4_0)}, // terraform_data
		Steps: []resource.TestStep{
			{Config: before},
			{Config: asked, ConfigPlanChecks: replaced},
			{Config: asked, Taint: []string{kinds[0] + ".test"}},
			{Config: otherApps, ConfigPlanChecks: replaced},
		},
	})
}
