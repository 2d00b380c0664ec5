// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// testWriteOnlyKeys is testKeys for what needs write-only arguments.
func testWriteOnlyKeys(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    steps,
	})
}

func keyWO(key string, version ...int) string {
	text := set("public_key_wo", key)
	for _, v := range version {
		text += fmt.Sprintf("\n  public_key_wo_version = %d", v)
	}
	return text
}

// A key that is given in another form is recorded, and Okta not bothered.
func TestAccAppJWK_AnotherFormOfTheSameKey_ChangesNothingInOkta(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewRSA(t, 2048)
	kid := acctest.Members{"kid": key.Thumbprint(t)}
	form := func(attribute string) resource.TestStep {
		return expectRequests(t, org, app, resource.TestStep{
			Config: keyConfig(org, app, attribute), ConfigPlanChecks: plannedKey(plancheck.ResourceActionUpdate),
		})
	}
	var id string

	testWriteOnlyKeys(t,
		resource.TestStep{
			Config:            keyConfig(org, app, inPEM(t, key)),
			ConfigStateChecks: then(func() { id = app.Keys(t)[0].ID }),
		},
		form(set("public_key_pem", key.PKCS1(t))),
		form(set("public_key_pem", key.Certificate(t))),
		form(set("jwk", key.JWK(t, kid))),
		form(keyWO(key.PEM(t))),
		form(keyWO(key.JWK(t, kid), 1)),
		form(keyWO(key.JWK(t, kid), 2)), // looked at, and still the same
		form(inPEM(t, key)),
	)
	if id == "" {
		t.Error("the key was never seen in Okta")
	}
}

func TestAccAppJWK_TheSameJWKInOtherWords_IsNoChange(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	members := acctest.NewEC(t).Members()
	spread := fmt.Sprintf(" {\n\t\"y\": %q,\n\t\"x\": %q, \"crv\": %q, \"kty\": %q } ", members["y"], members["x"], members["crv"], members["kty"])
	compact := fmt.Sprintf("{\"kty\":%q,\"crv\":%q,\"x\":%q,\"y\":%q}", members["kty"], members["crv"], members["x"], members["y"])

	testKeys(t,
		resource.TestStep{Config: keyConfig(org, app, set("jwk", spread))},
		resource.TestStep{Config: keyConfig(org, app, set("jwk", compact)), PlanOnly: true},
	)
}

// Without a version the thumbprint is compared in every plan; with one, the
// version decides when.
func TestAccAppJWK_WriteOnly(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	one, two, three := acctest.NewEC(t), acctest.NewEC(t), acctest.NewEC(t)
	rotation := func(attribute string, key acctest.KeyPair) resource.TestStep {
		return resource.TestStep{
			Config:            keyConfig(org, app, attribute),
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: append(then(loginWith(t, app, key, true)), expectKey("public_key_wo", nil)),
		}
	}
	testWriteOnlyKeys(t,
		resource.TestStep{
			Config:            keyConfig(org, app, keyWO(one.PEM(t))),
			ConfigPlanChecks:  foreseen(plancheck.ExpectUnknownValue),
			ConfigStateChecks: append(then(loginWith(t, app, one, true)), expectKey("public_key_wo", nil), expectKey("thumbprint", one.Thumbprint(t))),
		},
		rotation(keyWO(two.PEM(t)), two),
		resource.TestStep{Config: keyConfig(org, app, keyWO(two.PEM(t), 7))},
		resource.TestStep{Config: keyConfig(org, app, keyWO(three.PEM(t), 7)), PlanOnly: true},
		rotation(keyWO(three.PEM(t), 8), three),
		resource.TestStep{
			Config: keyConfig(org, app, keyWO(three.PEM(t), 8), `rotate_when_changed = { on = "1" }`),
		},
		resource.TestStep{ // the version says not to look, the trigger says to rotate
			Config:      keyConfig(org, app, keyWO(three.PEM(t), 8), `rotate_when_changed = { on = "2" }`),
			ExpectError: inWords("the configured key is the current one"),
		},
		rotation(keyWO(one.PEM(t), 8)+"\n"+`rotate_when_changed = { on = "2" }`, one),
	)
}

// foreseen wants the plan to say of what follows from the key what check checks.
func foreseen(check func(address string, attribute tfjsonpath.Path) plancheck.PlanCheck) resource.ConfigPlanChecks {
	var checks resource.ConfigPlanChecks
	for _, attribute := range []string{"kid", "thumbprint", "kty", "use"} {
		checks.PreApply = append(checks.PreApply, check(keyAddress, tfjsonpath.New(attribute)))
	}
	return checks
}

// keyFromTrigger is a key that isn't known during a plan that changes it, as if
// another resource made it.
func keyFromTrigger(org *acctest.Org, app *acctest.App, text string) string {
	return keyConfig(org, app, "public_key_pem = terraform_data.key.output") + fmt.Sprintf("resource \"terraform_data\" \"key\" {\n  input = %q\n}\n", text)
}

func TestAccAppJWK_NotKnownYet(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	one, two := acctest.NewEC(t), acctest.NewEC(t)

	testKeys(t,
		resource.TestStep{Config: keyFromTrigger(org, app, one.PEM(t)), ConfigStateChecks: then(loginWith(t, app, one, true))},
		resource.TestStep{
			Config:            keyFromTrigger(org, app, two.PEM(t)),
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: then(loginWith(t, app, two, true)),
		},
		// What was taken for another key in the plan turns out to be the one that
		// is there, as with a certificate that was renewed. It stays, and the next
		// plan knows.
		resource.TestStep{
			PreConfig:   func() { app.Delete(t, "jwks", first.ID) },
			Config:      keyFromTrigger(org, app, "\n"+two.PEM(t)),
			ExpectError: inWords("already has the configured key"),
		},
		resource.TestStep{
			PreConfig: loginWith(t, app, two, true),
			Config:    keyFromTrigger(org, app, "\n"+two.PEM(t)), ConfigPlanChecks: plannedKey(plancheck.ResourceActionUpdate),
		},
	)
}

// A resource that got another name without a moved block: an apply could delete the key that the
// new address holds, so that the plan fails.
func TestAccAppJWK_AnotherNameForTheResource_IsRefusedAtPlanAndMovedByABlock(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key := acctest.NewEC(t)
	config := func(name string) string {
		return strings.Replace(keyConfig(org, app, inPEM(t, key)), `"oktacreds_app_jwk" "test"`, fmt.Sprintf(`"oktacreds_app_jwk" %q`, name), 1)
	}
	testKeys(t,
		resource.TestStep{Config: config("test")},
		resource.TestStep{Config: config("renamed"), ExpectError: inWords("Two objects of this state and one credential of app " + app.ID)},
		resource.TestStep{
			PreConfig: loginWith(t, app, key, true),
			Config:    config("renamed") + "moved {\n  from = oktacreds_app_jwk.test\n  to   = oktacreds_app_jwk.renamed\n}\n",
		},
	)
}
