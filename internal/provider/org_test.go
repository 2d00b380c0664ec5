// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// In another org, nothing of the state exists: once, it was written without all of it.
func TestAccOrg_AnotherOneIsAnErrorBeforeAnythingIsMissing(t *testing.T) {
	org, other := acctest.NewOrg(t), acctest.NewOrg(t)
	org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	body := `
resource "oktacreds_app_client_secret" "test" {
  app_id = "` + app.ID + `"
  lifecycle { create_before_destroy = true }
}

resource "oktacreds_app_jwks_uri" "test" {
  app_id   = "` + app.ID + `"
  jwks_uri = "https://client.example/jwks"
}
`
	elsewhere := regexp.MustCompile(`configured for another Okta org`)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: org.Provider() + body},
			{Config: other.Provider() + body, ExpectError: elsewhere},
			{Config: other.Provider() + body, Destroy: true, ExpectError: elsewhere},
			// Another domain of the same org.
			{Config: strings.ReplaceAll(org.Provider(), "127.0.0.1", "localhost") + body, PlanOnly: true},
			{Config: org.Provider() + body, PlanOnly: true},
		},
	})
	if secrets := app.Secrets(t); len(secrets) == 0 {
		t.Error("the app's secrets are missing")
	}
}
