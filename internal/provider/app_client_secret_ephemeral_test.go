// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// ephemerals skips a test where the CLI has no ephemeral resources.
var ephemerals = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)}

// opened is an ephemeral secret and an echo of what it holds; of the value, only
// the SHA-256, since an echo ends in state.
func opened(app, attributes string) string {
	return fmt.Sprintf(`
ephemeral "oktacreds_app_client_secret" "test" {
  app_id = %s
  %s
}
provider "echo" {
  data = merge(ephemeral.oktacreds_app_client_secret.test, {
    client_secret = sha256(ephemeral.oktacreds_app_client_secret.test.client_secret)
  })
}
resource "echo" "test" {}
`, app, attributes)
}

// sum is Terraform's sha256.
func sum(value string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(value))) }

// echoed checks what an ephemeral secret held.
func echoed(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data").AtMapKey(attribute), want)
}

func TestAccAppClientSecretEphemeral_ReadsTheNewestActiveSecretOrTheOneAskedFor(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	sim.Age(app.ID, hour)
	second := app.AddSecret(t, ownFirst)
	config := func(attributes string) string { return org.Provider() + opened(strconv.Quote(app.ID), attributes) }

	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   ephemerals,
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config(""),
				ConfigStateChecks: []statecheck.StateCheck{
					echoed("id", knownvalue.StringExact(second.ID)),
					echoed("client_secret", knownvalue.StringExact(sum(ownFirst))),
					echoed("secret_hash", knownvalue.StringExact(second.Hash)),
					echoed("status", knownvalue.StringExact("ACTIVE")),
					echoed("created", knownvalue.NotNull()),
					acctest.Do(func() { mustHold(t, app, initial.ID, second.ID) }), // it only reads
				},
			},
			{
				PreConfig:         func() { app.Deactivate(t, "secrets", second.ID) },
				Taint:             []string{"echo.test"}, // an echo keeps what it was told first
				Config:            config(""),
				ConfigStateChecks: []statecheck.StateCheck{echoed("id", knownvalue.StringExact(initial.ID))},
			},
			{
				Taint:             []string{"echo.test"},
				Config:            config(`id = "` + second.ID + `"`),
				ConfigStateChecks: []statecheck.StateCheck{echoed("status", knownvalue.StringExact("INACTIVE"))},
			},
		},
	})
}

func TestAccAppClientSecretEphemeral_FollowsTheResourceThatOmitsItsValue(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var made seenSecret

	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   ephemerals,
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: secretConfig(org, app, "omit_secret = true") +
				opened("oktacreds_app_client_secret.test.app_id", "id = oktacreds_app_client_secret.test.id"),
			ConfigStateChecks: []statecheck.StateCheck{
				made.see(),
				statecheck.CompareValuePairs(secretAddress, tfjsonpath.New("secret_hash"), "echo.test", tfjsonpath.New("data").AtMapKey("secret_hash"), compare.ValuesSame()),
				acctest.Inspect("echo.test", func(attributes map[string]any) {
					secret, _ := app.Secret(t, made.id)
					if got := attributes["data"].(map[string]any)["client_secret"]; got != sum(secret.Value) {
						t.Error("the ephemeral resource held another value than Okta has")
					}
				}),
			},
		}},
	})
}

func TestAccAppClientSecretEphemeral_WithoutSuchASecret_SaysWhatThereIs(t *testing.T) {
	for _, missing := range []struct {
		name, method, attributes string
		say                      []string
	}{
		{"unknown id", "client_secret_basic", `id = "ocsUnknown"`, []string{"E0000007", "does not exist in this org any more"}},
		{"no secret at all", "private_key_jwt", "", []string{"doesn't have an active client secret", "it has none"}},
	} {
		t.Run(missing.name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, missing.method)
			refusal := acctest.Refused(t, resource.TestCase{
				TerraformVersionChecks:   ephemerals,
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: org.Provider() + opened(strconv.Quote(app.ID), missing.attributes)}},
			})
			acctest.Says(t, refusal, "read a client secret of app "+app.ID)
			acctest.Says(t, refusal, missing.say...)
		})
	}
}

func TestAccAppClientSecretEphemeral_UnknownProviderConfiguration_IsAnErrorInPlainWords(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	refusal := acctest.Refused(t, resource.TestCase{
		TerraformVersionChecks:   ephemerals,
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: org.ProviderWith(fmt.Sprintf(`api_token = "%s${terraform_data.nothing.output}"`, org.Token())) +
				"resource \"terraform_data\" \"nothing\" {\n  input = \"\"\n}\n" + opened(strconv.Quote(app.ID), ""),
		}},
	})
	acctest.Says(t, refusal, "The oktacreds provider is not configured yet", "terraform apply -target")
}
