// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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
func TestAppJWK_AnotherFormOfTheSameKey_ChangesNothingInOkta(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	key := acctest.NewRSA(t, 2048)
	jwk := key.JWK(t, acctest.Members{"kid": key.Thumbprint(t)})
	life := newAppStory(t, org, app, keyAddress)
	life.apply(t, tfcore.Create, values{"public_key_pem": key.PEM(t)})
	id := app.Keys(t)[0].ID
	for _, form := range []values{
		{"public_key_pem": key.PKCS1(t)},
		{"public_key_pem": key.Certificate(t)},
		{"jwk": jwk},
		{"public_key_wo": key.PEM(t)},
		{"public_key_wo": jwk, "public_key_wo_version": 1},
		{"public_key_wo": jwk, "public_key_wo_version": 2}, // looked at, and still the same
		{"public_key_pem": key.PEM(t)},
	} {
		wantRequests(t, life.apply(t, tfcore.Update, form))
	}
	if keys := app.Keys(t); len(keys) != 1 || keys[0].ID != id {
		t.Errorf("the app has %v, want the key %s alone", keys, id)
	}
}

func TestAppJWK_TheSameJWKInOtherWords_IsNoChange(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	members := acctest.NewEC(t).Members()
	spread := fmt.Sprintf(" {\n\t\"y\": %q,\n\t\"x\": %q, \"crv\": %q, \"kty\": %q } ", members["y"], members["x"], members["crv"], members["kty"])
	compact := fmt.Sprintf("{\"kty\":%q,\"crv\":%q,\"x\":%q,\"y\":%q}", members["kty"], members["crv"], members["x"], members["y"])
	life := newAppStory(t, org, org.NewApp(t, "client_secret_basic"), keyAddress)
	life.apply(t, tfcore.Create, values{"jwk": spread})
	life.apply(t, tfcore.NoOp, values{"jwk": compact})
}

// Without a version the thumbprint is compared in every plan.
func TestAccAppJWK_WriteOnly(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	one, two := acctest.NewEC(t), acctest.NewEC(t)
	testWriteOnlyKeys(t,
		resource.TestStep{
			Config:            keyConfig(org, app, keyWO(one.PEM(t))),
			ConfigPlanChecks:  foreseen(plancheck.ExpectUnknownValue),
			ConfigStateChecks: append(then(loginWith(t, app, one, true)), expectKey("public_key_wo", nil), expectKey("thumbprint", one.Thumbprint(t))),
		},
		resource.TestStep{
			Config:            keyConfig(org, app, keyWO(two.PEM(t))),
			ConfigPlanChecks:  plannedKey(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: append(then(loginWith(t, app, two, true)), expectKey("public_key_wo", nil)),
		},
	)
}

func TestAppJWK_WriteOnly_TheVersionDecidesWhenTheKeyIsLookedAt(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	two, three, four := acctest.NewEC(t), acctest.NewEC(t), acctest.NewEC(t)
	given := func(key acctest.KeyPair, version any, on any) values {
		v := values{"public_key_wo": key.PEM(t), "public_key_wo_version": version}
		if on != nil {
			v["rotate_when_changed"] = values{"on": on}
		}
		return v
	}
	life := newAppStory(t, org, app, keyAddress)
	life.apply(t, tfcore.Create, given(two, nil, nil))
	life.apply(t, tfcore.Update, given(two, 7, nil))
	life.apply(t, tfcore.NoOp, given(three, 7, nil))
	life.apply(t, tfcore.CreateThenDelete, given(three, 8, nil))
	loginWith(t, app, three, true)()
	life.apply(t, tfcore.Update, given(three, 8, "1"))
	// The version says not to look, the trigger says to rotate.
	life.refuse(t, given(three, 8, "2"), "the configured key is the current one")
	life.apply(t, tfcore.CreateThenDelete, given(four, 8, "2"))
	loginWith(t, app, four, true)()
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

// TestAccProof_KeyRenamedWithoutMoved_IsRefusedInThePlan is the same with the CLI, without the block.
func TestAppJWK_AnotherNameForTheResource_IsRefusedAtPlanAndMovedByABlock(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key := acctest.NewEC(t)
	life := newStory(t, org)
	named := func(name string) tfcore.Resource {
		return of(keyKind+"."+name, "app_id", app.ID, values{"public_key_pem": key.PEM(t)})
	}
	life.applies(t, tfcore.Create, named("test"))
	acctest.Says(t, life.fails(t, named("renamed")), "Two objects of this state and one credential of app "+app.ID)
	loginWith(t, app, key, true)()
	life.moved = []tfcore.Move{{From: keyKind + ".test", To: keyKind + ".renamed"}}
	life.applies(t, tfcore.NoOp, named("renamed"))
}
