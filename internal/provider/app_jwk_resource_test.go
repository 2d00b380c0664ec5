package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

const keyAddress = "oktacreds_app_jwk.test"

// keyConfig is a key that is replaced in the right order.
func keyConfig(org *acctest.Org, app *acctest.App, attributes string) string {
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_jwk" "test" {
  app_id = %q
  %s
  lifecycle {
    create_before_destroy = true
  }
}
`, app.ID, attributes)
}

func TestAccAppJWK_RotationLeavesOnlyTheNewKey(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first := app.Keys(t)[0]
	one, two := acctest.RSA(t, 2048), acctest.RSA(t, 3072)

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: keyConfig(org, app, fmt.Sprintf("public_key_pem = %q", acctest.PublicPEM(t, one))),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(keyAddress, tfjsonpath.New("use"), knownvalue.StringExact("sig")),
				},
			},
			{
				PreConfig: func() { app.Delete(t, "jwks", first.ID) },
				Config:    keyConfig(org, app, fmt.Sprintf("public_key_pem = %q", acctest.PublicPEM(t, two))),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(keyAddress, plancheck.ResourceActionCreateBeforeDestroy),
					},
				},
			},
			{
				ResourceName: keyAddress, ImportState: true, ImportStateVerify: true,
				ImportStateIdFunc:       acctest.ImportID(keyAddress),
				ImportStateVerifyIgnore: []string{"jwk", "public_key_pem"},
			},
			{Config: keyConfig(org, app, fmt.Sprintf("jwk = %q\n on_destroy = \"retain\"", acctest.PublicJWK(t, two, acctest.Thumbprint(t, two))))},
		},
	})
	if keys := app.Keys(t); len(keys) != 1 {
		t.Errorf("the app has %d keys, want the new one alone", len(keys))
	}
}
