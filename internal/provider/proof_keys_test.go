// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// managedKeys are keys of the app by a meta-argument of the resource: count, for_each or none.
func managedKeys(t *testing.T, name string, app *acctest.App, repeat, key string, beforeDestroy bool, attributes string) string {
	t.Helper()
	return fmt.Sprintf(`
resource "oktacreds_app_jwk" %q {
  %s
  app_id         = %q
  public_key_pem = %s
  %s
  lifecycle {
    create_before_destroy = %t
  }
}
`, name, repeat, app.ID, key, attributes, beforeDestroy)
}

// oneKey is one managed key.
func oneKey(t *testing.T, name string, app *acctest.App, key acctest.KeyPair, attributes string) string {
	t.Helper()
	return managedKeys(t, name, app, "", fmt.Sprintf("%q", key.PEM(t)), true, attributes)
}

// mustLogIn wants Okta to accept each of the keys.
func mustLogIn(t *testing.T, app *acctest.App, keys ...acctest.KeyPair) {
	t.Helper()
	for _, key := range keys {
		loginWith(t, app, key, true)()
	}
}

// mustHoldActive wants each key of the state to be ACTIVE in Okta.
func mustHoldActive(t *testing.T, c *cli, app *acctest.App) {
	t.Helper()
	current, _ := heldIDs(t, c)
	for name, ids := range current {
		for _, id := range ids {
			if !slices.ContainsFunc(app.Keys(t), func(key acctest.Credential) bool { return key.ID == id && key.Status == "ACTIVE" }) {
				t.Errorf("state holds %s as %s, which is not an ACTIVE key of the app", id, name)
			}
		}
	}
}

// A tainted object is replaced, and its key is the configured one: there can be no other.
func TestAccProof_TaintedKey_IsNeverDeleted(t *testing.T) {
	for _, option := range []string{"-refresh=true", "-refresh=false"} {
		t.Run(option, func(t *testing.T) {
			skipWithoutCLI(t)
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "private_key_jwt") // with another ACTIVE key
			key, next := acctest.NewEC(t), acctest.NewEC(t)
			config := func(key acctest.KeyPair) string {
				return proofConfig(oneKey(t, "test", app, key, "adopt_interrupted = true") + receiver("oktacreds_app_jwk.test"))
			}
			c := workspace(t, org, config(key))
			c.must(t, "apply", "-auto-approve")

			c.must(t, "taint", "oktacreds_app_jwk.test")
			c.fails(t, "apply", "-auto-approve", option, "-var", "works=false")
			for range 2 {
				c.run(t, "apply", "-auto-approve", option)
				mustLogIn(t, app, key)
				mustHoldActive(t, c, app)
			}
			if option == "-refresh=true" {
				c.must(t, "untaint", "oktacreds_app_jwk.test") // what the message says
			} else { // nothing told that the key is that of the tainted object, so that it was adopted, and is deposed too
				c.must(t, "state", "rm", "oktacreds_app_jwk.test")
				c.must(t, "import", "oktacreds_app_jwk.test", app.ID+"/"+idOf(t, app, key))
				c.must(t, "taint", "oktacreds_app_jwk.test")
				c.must(t, "apply", "-auto-approve", option) // adopted, and then the tainted object is destroyed
				mustHoldNow(t, c, "test", idOf(t, app, key))
			}
			c.must(t, "apply", "-auto-approve")
			mustLogIn(t, app, key)

			c.must(t, "taint", "oktacreds_app_jwk.test")
			c.write(t, "main.tf", config(next)) // the other way out
			c.must(t, "apply", "-auto-approve", option)
			mustLogIn(t, app, next)
			mustHoldNow(t, c, "test", idOf(t, app, next))
		})
	}
}

// A provisioner that fails taints the new key, and leaves the old one deposed.
func TestAccProof_KeyWhoseProvisionerFailed_IsNeverDeleted(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first, second := acctest.NewEC(t), acctest.NewEC(t)
	config := func(key acctest.KeyPair) string {
		return proofConfig(oneKey(t, "test", app, key, `
  provisioner "local-exec" {
    command = var.works
  }`))
	}
	c := workspace(t, org, config(first))
	c.must(t, "apply", "-auto-approve")

	c.write(t, "main.tf", config(second))
	c.fails(t, "apply", "-auto-approve", "-var", "works=false")
	mustLogIn(t, app, first, second)
	for range 2 {
		c.run(t, "apply", "-auto-approve")
		mustLogIn(t, app, second)
		mustHoldActive(t, c, app)
	}
	c.must(t, "untaint", "oktacreds_app_jwk.test")
	c.must(t, "apply", "-auto-approve")
	mustHoldNow(t, c, "test", idOf(t, app, second))
}

// A resource with another name and no moved block is one key at two addresses: it can't be applied, and
// a moved block or the old name makes it possible again.
func TestAccProof_KeyRenamedWithoutMoved_IsRefusedInThePlan(t *testing.T) {
	for _, keys := range []string{"only", "second"} {
		for _, option := range []string{"-refresh=true", "-refresh=false"} {
			t.Run(keys+" "+option, func(t *testing.T) {
				skipWithoutCLI(t)
				org := acctest.NewOrg(t)
				app := org.NewApp(t, "private_key_jwt")
				key := acctest.NewEC(t)
				c := workspace(t, org, proofConfig(oneKey(t, "old", app, key, "")))
				c.must(t, "apply", "-auto-approve")
				if keys == "only" {
					app.Delete(t, "jwks", app.Keys(t)[0].ID)
				}
				held := idOf(t, app, key)

				renamed := proofConfig(oneKey(t, "new", app, key, "adopt_interrupted = true"))
				c.write(t, "main.tf", renamed)
				c.fails(t, "plan", option)
				for range 2 {
					c.fails(t, "apply", "-auto-approve", option)
					mustLogIn(t, app, key)
					mustHoldNow(t, c, "old", held)
				}
				c.write(t, "main.tf", renamed+"moved {\n  from = oktacreds_app_jwk.old\n  to   = oktacreds_app_jwk.new\n}\n")
				c.must(t, "apply", "-auto-approve", option)
				mustLogIn(t, app, key)
				mustHoldNow(t, c, "new", held)
			})
		}
	}
}

// The index of a count is no name: where keys move from one index to another, an apply would delete one
// that stays in the configuration.
func TestAccProof_KeysOfACountThatShift_AreRefusedInThePlan(t *testing.T) {
	for _, beforeDestroy := range []bool{true, false} {
		for _, shift := range []string{"first removed", "one added in front", "exchanged"} {
			t.Run(fmt.Sprintf("%s, create_before_destroy %t", shift, beforeDestroy), func(t *testing.T) {
				skipWithoutCLI(t)
				org := acctest.NewOrg(t)
				app := org.NewApp(t, "private_key_jwt")
				one, two, three, added := acctest.NewEC(t), acctest.NewEC(t), acctest.NewEC(t), acctest.NewEC(t)
				config := func(keys ...acctest.KeyPair) string {
					texts := make([]string, len(keys))
					for i, key := range keys {
						texts[i] = fmt.Sprintf("%q", key.PEM(t))
					}
					return proofConfig(managedKeys(t, "test", app, fmt.Sprintf("count = %d", len(keys)), "["+strings.Join(texts, ", ")+"][count.index]", beforeDestroy, "adopt_interrupted = true"))
				}
				c := workspace(t, org, config(one, two, three))
				c.must(t, "apply", "-auto-approve")

				shifted := map[string]string{"first removed": config(two, three), "one added in front": config(added, one, two, three), "exchanged": config(two, one, three)}
				c.write(t, "main.tf", shifted[shift])
				for _, option := range []string{"-refresh=true", "-refresh=false"} {
					c.fails(t, "apply", "-auto-approve", option)
					mustLogIn(t, app, one, two, three)
					mustHoldNow(t, c, "test", idOf(t, app, one), idOf(t, app, two), idOf(t, app, three))
				}
				c.write(t, "main.tf", config(one, two, three))
				c.must(t, "plan", "-detailed-exitcode")
			})
		}
	}
}

func TestAccProof_KeysOfAForEach_ComeAndGoAlone(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	one, two, three := acctest.NewEC(t), acctest.NewEC(t), acctest.NewEC(t)
	config := func(keys ...acctest.KeyPair) string {
		var texts []string
		for _, key := range keys {
			texts = append(texts, fmt.Sprintf("%q = %q", key.Thumbprint(t), key.PEM(t)))
		}
		return proofConfig(managedKeys(t, "test", app, "for_each = {\n"+strings.Join(texts, "\n")+"\n}", "each.value", true, ""))
	}
	c := workspace(t, org, config(one, two))
	c.must(t, "apply", "-auto-approve")
	stays := idOf(t, app, two)
	c.write(t, "main.tf", config(three, two))
	c.must(t, "apply", "-auto-approve")
	mustLogIn(t, app, two, three)
	loginWith(t, app, one, false)()
	if idOf(t, app, two) != stays {
		t.Error("the key that stays was created again")
	}
}

func TestAccProof_OwnKeyGivenOnlyInTheRunThatRotates(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	first, second := acctest.NewEC(t), acctest.NewEC(t)
	c := workspace(t, org, proofConfig(fmt.Sprintf(`
variable "key" {
  ephemeral = true
  default   = null
}
resource "oktacreds_app_jwk" "test" {
  app_id                = %q
  public_key_wo         = var.key
  public_key_wo_version = var.generation
  lifecycle {
    create_before_destroy = true
  }
}
`, app.ID)))
	c.must(t, "apply", "-auto-approve", "-var", "key="+first.JWK(t, nil))

	c.must(t, "plan", "-detailed-exitcode")
	c.fails(t, "apply", "-auto-approve", "-var", "generation=2") // without a key
	mustLogIn(t, app, first)
	mustHoldNow(t, c, "test", idOf(t, app, first))
	c.must(t, "apply", "-auto-approve", "-var", "generation=2", "-var", "key="+second.JWK(t, nil))
	mustLogIn(t, app, second)
	loginWith(t, app, first, false)()
	c.must(t, "destroy", "-auto-approve")
	loginWith(t, app, second, false)()
}

// Okta adds no key to an app while one of its keys has no kid. The message says to import that key and to
// configure it: the apply gives it a kid in place.
func TestAccProof_OnlyKeyWithoutKid_GetsOneInPlace(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt")
	key, next := acctest.NewEC(t), acctest.NewEC(t)
	app.Update(t, func(document map[string]any) { // as the apps API creates it
		client := document["settings"].(map[string]any)["oauthClient"].(map[string]any)
		client["jwks"] = map[string]any{"keys": []any{key.Members()}}
	})
	only := app.Keys(t)[0]
	if only.Kid != "" {
		t.Fatalf("the key has the kid %q", only.Kid)
	}
	c := workspace(t, org, proofConfig(oneKey(t, "test", app, next, "")))
	c.fails(t, "apply", "-auto-approve")
	mustLogInWithoutKid(t, app, key)

	c.must(t, "import", "oktacreds_app_jwk.test", app.ID+"/"+only.ID)
	c.fails(t, "apply", "-auto-approve") // by another key: it can't be added yet
	mustLogInWithoutKid(t, app, key)
	c.write(t, "main.tf", proofConfig(oneKey(t, "test", app, key, "")))
	c.must(t, "apply", "-auto-approve")
	mustHoldNow(t, c, "test", only.ID)
	mustLogIn(t, app, key)
	c.write(t, "main.tf", proofConfig(oneKey(t, "test", app, next, "")))
	c.must(t, "apply", "-auto-approve")
	mustLogIn(t, app, next)
	loginWith(t, app, key, false)()
}

func mustLogInWithoutKid(t *testing.T, app *acctest.App, key acctest.KeyPair) {
	t.Helper()
	if !app.LoginWithPair(t, key, "") {
		t.Error("the only key of the app is refused")
	}
}

// With proof that it is a plan, what Create would refuse fails the plan. Without, as in the plan that Terraform
// makes again during an apply, it is a warning, and Create refuses.
func TestAccProof_KeyThatOktaWouldRefuse_FailsThePlanOnlyWithProofThatItIsOne(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "private_key_jwt") // whose key has the kid "first"
	key, next := acctest.NewEC(t), acctest.NewEC(t)
	managed := oneKey(t, "test", app, key, "")
	c := workspace(t, org, proofConfig(oneKey(t, "next", app, next, `kid = "first"`)))
	c.fails(t, "plan") // of a state without anything
	c.write(t, "main.tf", proofConfig(managed))
	c.must(t, "apply", "-auto-approve")
	// Planned after the other one was refreshed, or by a command that only plans, which is the proof.
	c.write(t, "main.tf", proofConfig(managed+oneKey(t, "next", app, next, "kid = \"first\"\n  depends_on = [oktacreds_app_jwk.test]")))
	c.fails(t, "plan")
	c.fails(t, "plan", "-refresh=false")
	c.fails(t, "apply", "-auto-approve", "-refresh=false")
	mustHoldNow(t, c, "test", idOf(t, app, key))
	if keys := app.Keys(t); len(keys) != 2 {
		t.Errorf("the app has %d keys, want 2", len(keys))
	}
}
