package provider_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// exclusive is one of the two kinds of exclusive resource.
type exclusive struct {
	resourceType string
	kind         string // in Okta's paths
	add          func(*testing.T, *acctest.App) acctest.Credential
	list         func(*testing.T, *acctest.App) []acctest.Credential
}

var exclusives = map[string]exclusive{
	"secrets": {
		resourceType: "oktacreds_app_client_secrets_exclusive", kind: "secrets",
		add: func(t *testing.T, app *acctest.App) acctest.Credential {
			return app.AddSecret(t, "made-in-the-console-by-somebody")
		},
		list: func(t *testing.T, app *acctest.App) []acctest.Credential { return app.Secrets(t) },
	},
	"keys": {
		resourceType: "oktacreds_app_jwks_exclusive", kind: "jwks",
		add: func(t *testing.T, app *acctest.App) acctest.Credential {
			key := acctest.FirstKey()
			key["kid"] = "console"
			return app.AddKey(t, key)
		},
		list: func(t *testing.T, app *acctest.App) []acctest.Credential { return app.Keys(t) },
	},
}

func (e exclusive) config(org *acctest.Org, app *acctest.App, id string) string {
	return org.Provider() + fmt.Sprintf(`
resource %q "test" {
  app_id = %q
  ids    = [%q]
}
`, e.resourceType, app.ID, id)
}

func TestAccAppExclusive_RetiresWhatWasMadeElsewhere(t *testing.T) {
	for name, e := range exclusives {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, map[string]string{"secrets": "client_secret_basic", "jwks": "private_key_jwt"}[e.kind])
			ours := e.list(t, app)[0]
			config := e.config(org, app, ours.ID)
			address := e.resourceType + ".test"
			var foreign acctest.Credential
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: config},
					{ResourceName: address, ImportState: true, ImportStateId: app.ID, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "app_id"},
					{
						PreConfig: func() {
							foreign = e.add(t, app)
							sim.Age(app.ID, 3*24*time.Hour)
						},
						RefreshState:       true,
						ExpectNonEmptyPlan: true,
						RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
						}},
						Check: func(state *terraform.State) error {
							told := state.RootModule().Resources[address].Primary.Attributes["unlisted."+foreign.ID]
							if !regexp.MustCompile(`^ACTIVE, 3 days old, created `).MatchString(told) {
								return fmt.Errorf("the state tells %q of the unlisted one, want status and age", told)
							}
							return nil
						},
					},
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(address, tfjsonpath.New("unlisted"), knownvalue.MapSizeExact(0)),
						},
					},
				},
			})
			if left := e.list(t, app); len(left) != 1 || left[0].ID != ours.ID {
				t.Errorf("the app has %v, want the listed one alone", left)
			}
		})
	}
}

func TestAccAppExclusive_RefusesToLockOut(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	listed := app.AddSecret(t, "listed-and-then-switched-off")
	app.Deactivate(t, "secrets", listed.ID)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:      exclusives["secrets"].config(org, app, listed.ID),
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(`None\s+of\s+the\s+listed\s+ids\s+is\s+active`),
		}},
	})
}

func TestAccAppExclusive_FightWithAnUnlistedSecretNamesBoth(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	secret := secretConfig(org, app, `on_destroy = "retain"`)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: secret},
			{
				Config: secret + fmt.Sprintf(`
resource "oktacreds_app_client_secrets_exclusive" "test" {
  app_id = %q
  ids    = [%q]
}
`, app.ID, initial.ID),
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(`(?s)oktacreds_app_client_secret[^_].*oktacreds_app_client_secrets_exclusive|oktacreds_app_client_secrets_exclusive.*oktacreds_app_client_secret[^_s]`),
			},
		},
	})
}

func TestAccAppExclusive_AppGone_IsSaidAndDoesNotBlockDestroy(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	appGone(t, app, exclusives["secrets"].config(org, app, app.Secrets(t)[0].ID))
}
