// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// Two objects of a state can hold one credential: it was imported twice, or adopted by the replacement of a
// tainted object. A rotation of one, or of both, would end it for the dependents of the other.

func TestAccProof_OneSecretAtTwoAddresses_IsNotRotated(t *testing.T) {
	for _, option := range []string{"-refresh=true", "-refresh=false"} {
		t.Run(option, func(t *testing.T) {
			skipWithoutCLI(t)
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0].ID
			c := workspace(t, org, proofConfig(rotatedSecret("one", app, "")))
			c.must(t, "import", "oktacreds_app_client_secret.one", app.ID+"/"+initial)
			c.must(t, "apply", "-auto-approve")
			c.write(t, "main.tf", proofConfig(rotatedSecret("one", app, "")+rotatedSecret("two", app, "")))
			c.must(t, "import", "oktacreds_app_client_secret.two", app.ID+"/"+initial)
			c.fails(t, "apply", "-auto-approve")
			c.must(t, "apply", "-auto-approve", "-refresh=false") // which sees no conflict, and changes neither

			c.fails(t, "apply", "-auto-approve", option, "-var", "generation=2")
			mustHold(t, app, initial)
			c.must(t, "state", "rm", "oktacreds_app_client_secret.one")
			c.write(t, "main.tf", proofConfig(rotatedSecret("two", app, "")))
			c.must(t, "apply", "-auto-approve", "-var", "generation=2")
			current, _ := heldIDs(t, c)
			mustHold(t, app, current["two"]...)
			if current["two"][0] == initial {
				t.Error("the secret was not rotated")
			}
		})
	}
}

// The deposed object is destroyed in any order with what delivers the new key.
func TestAccProof_KeyThatIsCurrentAndDeposed_IsNotReplaced(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key, next := acctest.NewEC(t), acctest.NewEC(t)
	config := func(key acctest.KeyPair) string {
		return proofConfig(oneKey(t, "test", app, key, "adopt_interrupted = true") + receiver("oktacreds_app_jwk.test"))
	}
	c := workspace(t, org, config(key))
	c.must(t, "apply", "-auto-approve")
	c.must(t, "taint", "oktacreds_app_jwk.test")
	c.fails(t, "apply", "-auto-approve", "-refresh=false", "-var", "works=false")
	held := idOf(t, app, key)
	if current, deposed := heldIDs(t, c); fmt.Sprint(current["test"], deposed) != fmt.Sprintf("[%[1]s] [%[1]s]", held) {
		t.Fatalf("state holds %v and deposed %v", current, deposed)
	}

	c.write(t, "main.tf", config(next))
	for _, option := range []string{"-refresh=true", "-refresh=false"} {
		c.fails(t, "apply", "-auto-approve", option)
		mustLogIn(t, app, key)
	}
	c.must(t, "state", "rm", "oktacreds_app_jwk.test")
	c.must(t, "import", "oktacreds_app_jwk.test", app.ID+"/"+held)
	c.must(t, "apply", "-auto-approve")
	mustLogIn(t, app, next)
	mustHoldNow(t, c, "test", idOf(t, app, next))
}

// Create can't tell that another object of the state holds the INACTIVE secret, and would delete it to free
// its slot. The plan can, in every order of the two.
func TestAccProof_InactiveSecretOfAnotherObject_IsNotDeletedToFreeItsSlot(t *testing.T) {
	for kind, owner := range map[string]string{"oktacreds_app_client_secret": "app_id", "oktacreds_api_service_integration_secret": "api_service_integration_id"} {
		for first, dependsOn := range map[string][2]string{"new first": {"depends_on = [" + kind + ".new]", ""}, "new last": {"", "depends_on = [" + kind + ".kept]"}} {
			t.Run(kind+" "+first, func(t *testing.T) {
				skipWithoutCLI(t)
				org, sim, id := serviceOrg(t)
				if owner == "app_id" {
					id = org.NewApp(t, "client_secret_basic").ID
				}
				secret := func(name string, attributes ...string) string {
					return fmt.Sprintf("resource %q %q {\n  %s = %q\n  %s\n}\n", kind, name, owner, id, strings.Join(attributes, "\n  "))
				}
				kept := `status = "INACTIVE"`
				c := workspace(t, org, proofConfig(secret("kept", kept)))
				c.must(t, "apply", "-auto-approve")
				before := serviceSecrets(sim, id)

				c.write(t, "main.tf", proofConfig(secret("kept", kept, dependsOn[0])+secret("new", `when_full = "delete_inactive"`, dependsOn[1])))
				for _, option := range []string{"-refresh=true", "-refresh=false"} {
					c.fails(t, "apply", "-auto-approve", option)
					if after := serviceSecrets(sim, id); fmt.Sprint(after) != fmt.Sprint(before) {
						t.Errorf("the secrets are %v, want %v", after, before)
					}
				}
			})
		}
	}
}
