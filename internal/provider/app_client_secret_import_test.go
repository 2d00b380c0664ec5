// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// words matches the phrase wherever Terraform breaks the line.
func words(phrase string) *regexp.Regexp {
	return regexp.MustCompile(regexp.MustCompile(`\s+`).ReplaceAllString(regexp.QuoteMeta(phrase), `\s+`))
}

func TestAccAppClientSecret_Import_ById(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	config := secretConfig(org, app, "omit_secret = true")

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				ResourceName: secretAddress, ImportState: true, ImportStateVerify: true,
				// Known to a refresh; and one later than the time of creation where the app is of the same second.
				ImportStateVerifyIgnore: []string{"blocked_by", "version"},

				ImportStateIdFunc: acctest.ImportID(secretAddress),
			},
			{ // two secrets: the app's id alone is not enough
				ResourceName: secretAddress, ImportState: true,
				ImportStateIdFunc: func(*terraform.State) (string, error) { return app.ID, nil },
				ExpectError:       words("Which client secret of app " + app.ID + "?"),
			},
			{
				ResourceName: secretAddress, ImportState: true,
				ImportStateIdFunc: func(*terraform.State) (string, error) { return app.ID + "/ocsUnknown", nil },
				ExpectError:       words("Cannot import non-existent remote object"),
			},
			{
				ResourceName: secretAddress, ImportState: true,
				ImportStateIdFunc: func(*terraform.State) (string, error) { return "no/id/of/this", nil },
				ExpectError:       words("Invalid import id"),
			},
		},
	})
}

func TestAccAppClientSecret_Import_TheOnlySecretByTheAppsId(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var imported seenSecret
	imports := func(attributes string) string {
		return fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", secretAddress, app.ID) + secretConfig(org, app, attributes)
	}

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: imports("allow_last_credential_destroy = true"),
				ConfigStateChecks: []statecheck.StateCheck{
					imported.see(),
					secretIs("id", knownvalue.StringExact(initial.ID)),
					secretIs("client_secret", knownvalue.StringExact(initial.Value)),
				},
			},
			{
				Config:           secretConfig(org, app, "allow_last_credential_destroy = true"),
				ConfigPlanChecks: planned(plancheck.ResourceActionNoop),
			},
		},
	})
}

func TestAccAppClientSecret_Import_AnOwnValueStays(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	own := app.AddSecret(t, ownFirst)

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", secretAddress, app.ID+"/"+own.ID) +
				secretConfig(org, app, fmt.Sprintf("client_secret = %q", ownFirst)),
			ConfigStateChecks: []statecheck.StateCheck{secretIs("id", knownvalue.StringExact(own.ID))},
		}},
	})
}

func TestAccAppClientSecret_Identity(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")

	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: secretConfig(org, app, "omit_secret = true"),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentityValueMatchesStateAtPath(secretAddress, tfjsonpath.New("app_id"), tfjsonpath.New("app_id")),
					statecheck.ExpectIdentityValueMatchesStateAtPath(secretAddress, tfjsonpath.New("id"), tfjsonpath.New("id")),
				},
			},
			{ResourceName: secretAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What a CLI before 1.12 can't show: the identity is there from the first apply
// on, and an import by it brings the same object.
func TestAppClientSecret_Identity_IsSetAndImports(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	p := newProtocol(t, org)
	id, applied := p.newSecret(t, app)
	want := map[string]any{"app_id": app.ID, "id": id}
	identity := p.identities[secretType].ValueType()
	for moment, got := range map[string]*tfprotov6.ResourceIdentityData{
		"create": applied.NewIdentity, "refresh": p.refreshSecret(t, applied).NewIdentity,
	} {
		if diff := cmp.Diff(want, plain(t, identity, got.IdentityData)); diff != "" {
			t.Errorf("the identity after the %s (-want +got):\n%s", moment, diff)
		}
	}
	imported, err := p.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: secretType, Identity: &tfprotov6.ResourceIdentityData{IdentityData: dynamic(t, identity, want)},
	})
	if err != nil {
		t.Fatal(err)
	}
	mustSucceed(t, imported.Diagnostics)
	if got := p.secretID(t, imported.ImportedResources[0].State); got != id {
		t.Errorf("the import by identity brought %q, want %q", got, id)
	}
}
