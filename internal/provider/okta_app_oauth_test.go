// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// Okta's own provider manages the app here, and this provider its credentials, in one configuration.

// ignored are the arguments of okta_app_oauth that the README says to ignore.
const ignored = "jwks, jwks_uri, token_endpoint_auth_method"

// twoProviders is a configuration with okta_app_oauth, and what its runs have said and made.
type twoProviders struct {
	org *acctest.Org

	mu       sync.Mutex
	reported map[rotation.Reason][]string // ids of the apps that the reason was given for, each once
}

func newTwoProviders(t *testing.T) *twoProviders {
	t.Helper()
	return &twoProviders{org: acctest.NewOrg(t)}
}

// config has a web app, with the arguments of okta_app_oauth that it is to ignore, and more resources.
func (p *twoProviders) config(ignore, more string) string {
	return p.apps(oktaApp("web", "", ignore) + more)
}

// apps is a configuration of several apps, see [named].
func (p *twoProviders) apps(resources ...string) string {
	return p.org.Provider() + p.org.OktaProvider() + strings.Join(resources, "")
}

func oktaApp(kind, attributes, ignore string) string {
	return fmt.Sprintf(`
resource "okta_app_oauth" "test" {
  label       = "one"
  type        = %q
  omit_secret = true
  %s
  lifecycle {
    ignore_changes = [%s]
  }
}
`, kind, attributes, ignore)
}

// named gives resources that are called test, and what refers to them, another name.
func named(name, resources string) string {
	return strings.NewReplacer(`"test`, `"`+name, ".test", "."+name).Replace(resources)
}

// renamed is the configuration with another label of the app, which makes okta_app_oauth update it.
func renamed(config string) string {
	return strings.ReplaceAll(config, `label       = "one"`, `label       = "two"`)
}

// test runs the steps, destroys everything in one command, and wants no app to be left in the org.
func (p *twoProviders) test(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	sim := p.org.Sim(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: p.factories(),
		Steps:                    steps,
		CheckDestroy: func(*terraform.State) error {
			if apps := sim.Apps(); len(apps) != 0 {
				return fmt.Errorf("after destroy the org has %d apps, want none", len(apps))
			}
			return nil
		},
	})
}

func (p *twoProviders) factories() map[string]func() (tfprotov6.ProviderServer, error) {
	factories := acctest.Factories()
	factories["okta"] = acctest.OktaProvider()
	factories["oktacreds"] = func() (tfprotov6.ProviderServer, error) {
		return provider.NewServer(&provider.Provider{Version: "test", OnReason: p.hear}), nil
	}
	return factories
}

func (p *twoProviders) hear(reason rotation.Reason, app, _ string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reported == nil {
		p.reported = map[rotation.Reason][]string{}
	}
	if !slices.Contains(p.reported[reason], app) {
		p.reported[reason] = append(p.reported[reason], app)
	}
}

// heard are the reasons since the last call, with the ids of the apps that each was given for.
func (p *twoProviders) heard() (reported map[rotation.Reason][]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	reported, p.reported = p.reported, nil
	return reported
}

// look finds the app of the configuration, and then looks at it.
func (p *twoProviders) look(see func(app *acctest.App)) statecheck.StateCheck {
	return p.lookAt("test", see)
}

// lookAt is look where the app has another name.
func (p *twoProviders) lookAt(name string, see func(app *acctest.App)) statecheck.StateCheck {
	return acctest.Inspect("okta_app_oauth."+name, func(attributes map[string]any) { see(p.org.App(fmt.Sprint(attributes["id"]))) })
}

// active are the ids of the ACTIVE ones.
func activeOf(credentials []acctest.Credential) (ids []string) {
	for _, credential := range credentials {
		if credential.Status == "ACTIVE" {
			ids = append(ids, credential.ID)
		}
	}
	return ids
}

func action(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// The resources that follow belong to the app of the configuration.

func secretOf(name, attributes string) string {
	return ofApp("oktacreds_app_client_secret", name, attributes)
}

func ofApp(kind, name, attributes string) string {
	return fmt.Sprintf("\nresource %q %q {\n  app_id = okta_app_oauth.test.id\n  %s\n}\n", kind, name, attributes)
}

// keyLogin moves the app from secrets to private_key_jwt once the resource at the address is there.
func keyLogin(address string) string {
	return ofApp("oktacreds_app_client_auth", "test", "token_endpoint_auth_method = \"private_key_jwt\"\n  allow_secret_deletion = true\n  depends_on = ["+address+"]")
}

const createBeforeDestroy = "\n  lifecycle {\n    create_before_destroy = true\n  }"
