// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// Each test here is a way in which an apply used to delete a client secret that a consumer uses, or made a
// configuration unusable, because the provider guessed whose secret it had found. Those of keys are in
// proof_keys_test.go.

// proofConfig is a configuration for the real CLI; the environment configures the provider.
func proofConfig(body string) string {
	return `
terraform {
  required_providers {
    oktacreds = { source = "oktacreds/oktacreds" }
  }
}
variable "generation" {
  default = "1"
}
variable "works" {
  default = "true"
}
` + body
}

// rotatedSecret is a client secret that rotates with the generation.
func rotatedSecret(name string, app *acctest.App, attributes string) string {
	return fmt.Sprintf(`
resource "oktacreds_app_client_secret" %q {
  app_id              = %q
  rotate_when_changed = { generation = var.generation }
  %s
  lifecycle {
    create_before_destroy = true
  }
}
`, name, app.ID, attributes)
}

// receiver is a dependent that fails unless the variable says that it works.
func receiver(address string) string {
	return fmt.Sprintf(`
resource "terraform_data" "receiver" {
  triggers_replace = %s.id
  provisioner "local-exec" {
    command = var.works
  }
}
`, address)
}

// heldIDs are the ids in the state file: current ones by the address without an index, and deposed ones.
func heldIDs(t *testing.T, c *cli) (current map[string][]string, deposed []string) {
	t.Helper()
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct {
				Deposed    string
				Attributes struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal([]byte(c.read(t, "terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	current = map[string][]string{}
	for _, r := range state.Resources {
		if r.Type == "terraform_data" {
			continue
		}
		for _, instance := range r.Instances {
			if instance.Deposed != "" {
				deposed = append(deposed, instance.Attributes.ID)
				continue
			}
			current[r.Name] = append(current[r.Name], instance.Attributes.ID)
		}
	}
	return current, deposed
}

// mustHoldNow wants the state to hold these ids under the name, and nothing deposed.
func mustHoldNow(t *testing.T, c *cli, name string, ids ...string) {
	t.Helper()
	current, deposed := heldIDs(t, c)
	if !slices.Equal(current[name], ids) || len(deposed) > 0 {
		t.Errorf("state holds %v and deposed %v, want %v for %s and nothing deposed", current, deposed, ids, name)
	}
}

// fails wants the command to fail.
func (c *cli) fails(t *testing.T, arguments ...string) string {
	t.Helper()
	said, ok := c.run(t, arguments...)
	if ok {
		t.Errorf("terraform %v doesn't fail: %s", arguments, said)
	}
	return said
}

func skipWithoutCLI(t *testing.T) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	t.Parallel()
}

func TestAccProof_TwoStatesOfOneApp_RotateNothingOfTheOther(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0].ID
	config := proofConfig(rotatedSecret("shared", app, ""))
	one, other := workspace(t, org, config), workspace(t, org, config)
	one.must(t, "import", "oktacreds_app_client_secret.shared", app.ID+"/"+initial)
	one.must(t, "apply", "-auto-approve")
	other.must(t, "apply", "-auto-approve")
	current, _ := heldIDs(t, other)
	second := current["shared"][0]
	sim.Age(app.ID, hour)

	for range 2 {
		for _, run := range []*cli{one, other} {
			run.must(t, "apply", "-auto-approve", "-var", "generation=2")
		}
		mustHold(t, app, initial, second)
		mustHoldNow(t, one, "shared", initial)
		mustHoldNow(t, other, "shared", second)
	}
}

func TestAccProof_SavedPlanOfAChangedWorld_LeavesTheLiveSecretCurrent(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0].ID
	c := workspace(t, org, proofConfig(rotatedSecret("test", app, "allow_last_credential_destroy = true")))
	c.must(t, "import", "oktacreds_app_client_secret.test", app.ID+"/"+initial)
	c.must(t, "apply", "-auto-approve")
	c.must(t, "plan", "-out=saved", "-var", "generation=2")
	added := app.AddSecret(t, ownFirst)

	c.fails(t, "apply", "saved")
	mustHold(t, app, initial, added.ID)
	mustHoldNow(t, c, "test", initial)
	c.must(t, "apply", "-auto-approve", "-var", "generation=2") // blocked, which is no error
	mustHoldNow(t, c, "test", initial)

	app.Delete(t, "secrets", added.ID)
	c.must(t, "apply", "-auto-approve", "-var", "generation=2") // what was blocked is not forgotten
	current, deposed := heldIDs(t, c)
	if current["test"][0] == initial || len(deposed) > 0 {
		t.Errorf("the rotation was forgotten: state holds %v and deposed %v", current, deposed)
	}
	mustHold(t, app, current["test"]...)
}

func TestAccProof_OwnValueGivenOnlyInTheRunThatRotates(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0].ID
	c := workspace(t, org, proofConfig(fmt.Sprintf(`
variable "value" {
  ephemeral = true
  default   = null
}
resource "oktacreds_app_client_secret" "test" {
  app_id                   = %q
  client_secret_wo         = var.value
  client_secret_wo_version = var.generation
  lifecycle {
    create_before_destroy = true
  }
}
`, app.ID)))
	c.env = append(c.env, "TF_VAR_value="+ownFirst) // not on the command line, which Terraform logs
	c.must(t, "apply", "-auto-approve")
	c.env = c.env[:len(c.env)-1]
	current, _ := heldIDs(t, c)
	first := current["test"][0]
	app.Delete(t, "secrets", initial)

	c.must(t, "plan", "-detailed-exitcode")
	c.fails(t, "apply", "-auto-approve", "-var", "generation=2") // without a value
	mustHoldNow(t, c, "test", first)
	mustHold(t, app, first)
	c.env = append(c.env, "TF_VAR_value="+ownSecond) // not on the command line, which Terraform logs
	c.must(t, "apply", "-auto-approve", "-var", "generation=2")
	c.env = c.env[:len(c.env)-1]
	if !app.Login(t, ownSecond) || app.Login(t, ownFirst) {
		t.Error("the secret was not rotated")
	}
	app.AddSecret(t, ownThird)
	c.must(t, "destroy", "-auto-approve")
	if app.Login(t, ownSecond) {
		t.Error("the secret was not destroyed")
	}
}

// Whichever of the two is planned first: none can rotate, because the other one takes the slot.
func TestAccProof_TwoSecretsOfOneApp_AreBlockedInEveryOrder(t *testing.T) {
	for _, parallelism := range []string{"1", "10"} {
		for _, imported := range []string{"one", "two"} {
			t.Run(parallelism+" "+imported, func(t *testing.T) {
				skipWithoutCLI(t)
				org := acctest.NewOrg(t)
				app := org.NewApp(t, "client_secret_basic")
				initial := app.Secrets(t)[0].ID
				c := workspace(t, org, proofConfig(rotatedSecret("one", app, "")+rotatedSecret("two", app, "")))
				c.must(t, "import", "oktacreds_app_client_secret."+imported, app.ID+"/"+initial)
				c.must(t, "apply", "-auto-approve", "-parallelism", parallelism)
				before, _ := heldIDs(t, c)

				c.must(t, "apply", "-auto-approve", "-parallelism", parallelism, "-var", "generation=2")
				mustHold(t, app, before["one"][0], before["two"][0])
				mustHoldNow(t, c, "one", before["one"]...)
				mustHoldNow(t, c, "two", before["two"]...)
			})
		}
	}
}

func TestAccProof_WithoutARefresh_NothingThatIsReplacedIsAdopted(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0].ID
	c := workspace(t, org, proofConfig(rotatedSecret("test", app, "adopt_interrupted = true\n  allow_last_credential_destroy = true")+
		receiver("oktacreds_app_client_secret.test")))
	c.must(t, "import", "oktacreds_app_client_secret.test", app.ID+"/"+initial)
	c.must(t, "apply", "-auto-approve")
	c.fails(t, "apply", "-auto-approve", "-var", "generation=2", "-var", "works=false")
	current, deposed := heldIDs(t, c)
	second := current["test"][0]
	if second == initial || !slices.Equal(deposed, []string{initial}) {
		t.Fatalf("state holds %v and deposed %v", current, deposed)
	}

	c.fails(t, "apply", "-auto-approve", "-refresh=false", "-var", "generation=3", "-var", "works=false")
	current, deposed = heldIDs(t, c)
	if slices.Contains(deposed, current["test"][0]) {
		t.Errorf("state holds %v as current and as deposed", current["test"])
	}
	c.must(t, "apply", "-auto-approve", "-var", "generation=3")
	for range 2 {
		current, _ = heldIDs(t, c)
		if secret, _ := app.Secret(t, current["test"][0]); secret.Status != "ACTIVE" {
			t.Errorf("the secret in state is %q in Okta", secret.Status)
		}
		c.must(t, "apply", "-auto-approve", "-var", "generation=3")
	}
}

func TestAccProof_WithoutARefresh_ABlockedRotationStaysPending(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0].ID // never imported
	c := workspace(t, org, proofConfig(rotatedSecret("test", app, "allow_last_credential_destroy = true")))
	c.must(t, "apply", "-auto-approve")
	before, _ := heldIDs(t, c)
	c.must(t, "apply", "-auto-approve", "-refresh=false", "-var", "generation=2")
	mustHold(t, app, initial, before["test"][0])
	mustHoldNow(t, c, "test", before["test"]...)

	app.Delete(t, "secrets", initial)
	c.must(t, "apply", "-auto-approve", "-var", "generation=2")
	if after, _ := heldIDs(t, c); after["test"][0] == before["test"][0] {
		t.Error("the rotation that was blocked has been forgotten")
	}
}

// A destroy ends everything that it may, also what an earlier apply couldn't, and leaves the last credential.
func TestAccProof_Destroy_LeavesTheLastSecretOfCurrentAndDeposed(t *testing.T) {
	skipWithoutCLI(t)
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0].ID
	c := workspace(t, org, proofConfig(rotatedSecret("test", app, "")+receiver("oktacreds_app_client_secret.test")))
	c.must(t, "import", "oktacreds_app_client_secret.test", app.ID+"/"+initial)
	c.must(t, "apply", "-auto-approve")
	c.fails(t, "apply", "-auto-approve", "-var", "generation=2", "-var", "works=false")
	c.must(t, "destroy", "-auto-approve")
	if current, deposed := heldIDs(t, c); len(current) > 0 || len(deposed) > 0 {
		t.Errorf("state still holds %v and deposed %v", current, deposed)
	}
	if left := app.Secrets(t); len(left) != 1 || left[0].Status != "ACTIVE" {
		t.Errorf("left are %v, want one that is ACTIVE", idsOf(left))
	}
}

// The clock of the machine plays no part in whose secret it is.
func TestAccProof_MachineClockTwoDaysAhead_AdoptsWhatTheInterruptedRunCreated(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := func(generation int) string {
		return secretConfig(org, app, trigger(generation, "adopt_interrupted = true"))
	}
	var before, after seenSecret
	ahead := func(p *provider.Provider) { p.Now = func() time.Time { return time.Now().Add(48 * hour) } }
	acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(ahead),
		Steps: []resource.TestStep{
			{
				Config:            config(1),
				ConfigStateChecks: []statecheck.StateCheck{before.see(), acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
			},
			{PreConfig: func() { loseTheCreate(sim) }, Config: config(2)},
			{
				PreConfig:         sim.ClearFaults,
				Config:            config(2),
				ConfigPlanChecks:  planned(plancheck.ResourceActionCreateBeforeDestroy),
				ConfigStateChecks: []statecheck.StateCheck{after.see(), acctest.Do(func() { mustHold(t, app, after.id) })},
			},
		},
	})
	if before.id == after.id {
		t.Error("the secret was not rotated")
	}
}
