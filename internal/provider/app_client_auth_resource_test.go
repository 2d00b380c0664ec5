// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

const authAddress = "oktacreds_app_client_auth.test"

func authConfig(org *acctest.Org, app *acctest.App, method, more string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_client_auth" "test" {
  app_id                     = %q
  token_endpoint_auth_method = %q
  %s
}
`, app.ID, method, more)
}

func authMethod(t *testing.T, app *acctest.App) string {
	t.Helper()
	credentials, ok := app.Document(t)["credentials"].(map[string]any)["oauthClient"].(map[string]any)
	if !ok {
		t.Fatal("the app's document has no credentials.oauthClient")
	}
	method, _ := credentials["token_endpoint_auth_method"].(string)
	return method
}

func TestAccAppClientAuth_SwitchesTheMethodAndLeavesItOnDestroy(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: authConfig(org, app, "client_secret_post", ""),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(authAddress, tfjsonpath.New("token_endpoint_auth_method"), knownvalue.StringExact("client_secret_post")),
				},
			},
			{
				ResourceName: authAddress, ImportState: true, ImportStateId: app.ID, ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "app_id",
			},
			{ // changed in the console
				PreConfig: func() { app.SetAuthMethod(t, "client_secret_basic") },
				Config:    authConfig(org, app, "client_secret_post", ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(authAddress, plancheck.ResourceActionUpdate),
				}},
			},
			{Config: authConfig(org, app, "client_secret_jwt", "")},
		},
	})
	if method := authMethod(t, app); method != "client_secret_jwt" {
		t.Errorf("after destroy the method is %q, want it left as it was", method)
	}
}

func TestAccAppClientAuth_IsImportedByIdentity(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: authConfig(org, app, "client_secret_basic", "")},
			{ResourceName: authAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestAccAppClientAuth_RefusesToLoseSecretsOrToLockOut(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	secret := app.Secrets(t)[0]
	refused := func(why string) resource.TestStep {
		return resource.TestStep{
			Config: authConfig(org, app, "private_key_jwt", ""), PlanOnly: true, ExpectError: regexp.MustCompile(why),
		}
	}
	withoutKey, withSecrets := refused(`neither\s+an\s+active\s+signing\s+key`), refused(`delete\s+the\s+client\s+secrets[^"]*`+secret.ID)
	withSecrets.PreConfig = func() { app.AddKey(t, acctest.FirstKey()) }
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			withoutKey, withSecrets,
			{Config: authConfig(org, app, "private_key_jwt", "allow_secret_deletion = true")},
		},
	})
	if secrets := app.Secrets(t); len(secrets) != 0 {
		t.Errorf("the app has %d secrets, want those gone that Okta deletes", len(secrets))
	}
}

// The documented way from secrets to keys, in one configuration: the key first,
// then the method, the secrets gone knowingly.
func TestAccAppClientAuth_MovesAnAppFromSecretsToKeysInOneApply(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.PublicPEM(t, acctest.RSA(t, 2048))
	move := func(dependsOn string) string {
		return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_jwk" "test" {
  app_id         = %[1]q
  public_key_pem = %[2]q
  on_destroy     = "retain"
}

resource "oktacreds_app_client_auth" "test" {
  app_id                     = %[1]q
  token_endpoint_auth_method = "private_key_jwt"
  allow_secret_deletion             = true
  %[3]s
}
`, app.ID, key, dependsOn)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: move("depends_on = [oktacreds_app_jwk.test]")}},
	})
	if method := authMethod(t, app); method != "private_key_jwt" {
		t.Errorf("the method is %q, want private_key_jwt", method)
	}
}

func TestAccAppClientAuth_MovesAnAppFromSecretsToAURIInOneApply(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: authConfig(org, app, "private_key_jwt", "allow_secret_deletion = true\n  depends_on = [oktacreds_app_jwks_uri.test]") +
				block(uriKind, app, set("jwks_uri", "https://keys.example/jwks.json")),
			ConfigStateChecks:  then(func() { app.SetAuthMethod(t, "client_secret_basic") }), // so that the URI can be destroyed
			ExpectNonEmptyPlan: true,
		}},
	})
}

// What is planned counts only if a client can log in with it.
func TestAccAppClientAuth_AKeyNobodyCanLogInWith_DoesNotCount(t *testing.T) {
	const nobody = "neither an active signing key nor a JWKS URI, so that no login with private_key_jwt could succeed"
	for name, c := range map[string]struct {
		key    func(*testing.T) string
		atPlan bool
	}{
		"INACTIVE":       {func(t *testing.T) string { return inPEM(t, acctest.NewRSA(t, 2048)) + "\n  status = \"INACTIVE\"" }, true},
		"for encryption": {func(t *testing.T) string { return inPEM(t, acctest.NewRSA(t, 2048)) + "\n  use = \"enc\"" }, true},
		// Of a write-only key the plan tells nothing: it may be another one by then.
		"for encryption, which is not known at plan": {func(t *testing.T) string {
			return set("public_key_wo", acctest.NewRSA(t, 2048).JWK(t, acctest.Members{"use": "enc"}))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			secret := app.Secrets(t)[0]
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)}, // write-only arguments
				Steps: []resource.TestStep{{
					Config: authConfig(org, app, "private_key_jwt", "allow_secret_deletion = true\n  depends_on = [oktacreds_app_jwk.test]") +
						block("oktacreds_app_jwk", app, c.key(t), `on_destroy = "retain"`),
					PlanOnly: c.atPlan, ExpectError: inWords(nobody),
				}},
			})
			if !app.Login(t, secret.Value) {
				t.Error("the client secret is gone, and nobody can log in")
			}
		})
	}
}

func TestAccAppClientAuth_AppGone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	config := authConfig(org, app, "client_secret_post", "")
	appGone(t, app, config)
}

// appGone deletes the app behind Terraform's back: a destroy goes through, and
// an apply creates nothing.
func appGone(t *testing.T, app *acctest.App, config string) {
	t.Helper()
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{PreConfig: func() { app.Remove(t) }, Config: config, Destroy: true},
			{Config: config, ExpectError: regexp.MustCompile(`does\s+not\s+exist\s+in\s+this\s+org`)},
		},
	})
}
