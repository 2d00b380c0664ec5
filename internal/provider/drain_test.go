// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// cachingConsumer logs in every second of the org's time, with a secret that it reads from its store every 20 seconds.
type cachingConsumer struct {
	t     *testing.T
	app   *acctest.App
	sim   *oktasim.Org
	store string // a file

	cached          string
	read            time.Time
	logins, refused int
}

// consumerCache is how long the consumer uses a secret before it reads it again.
const consumerCache = 20 * time.Second

func newCachingConsumer(t *testing.T, app *acctest.App, sim *oktasim.Org) *cachingConsumer {
	t.Helper()
	c := &cachingConsumer{t: t, app: app, sim: sim, store: filepath.Join(t.TempDir(), "client_secret")}
	if err := os.WriteFile(c.store, []byte(app.Secrets(t)[0].Value), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// pass lets time pass.
func (c *cachingConsumer) pass(d time.Duration) {
	for ; d > 0; d -= time.Second {
		c.sim.Advance(min(d, time.Second))
		if now := c.sim.Now(); now.Sub(c.read) >= consumerCache {
			content, err := os.ReadFile(c.store)
			if err != nil {
				c.t.Error(err)
			}
			c.cached, c.read = string(content), now
		}
		c.logins++
		if !c.app.Login(c.t, c.cached) {
			c.refused++
		}
	}
}

// delivery writes the value of a secret into the consumer's store. The apply returns when it is there.
func (c *cachingConsumer) delivery(address, id string) string {
	return fmt.Sprintf(`
ephemeral "oktacreds_app_client_secret" "test" {
  app_id = %q
  id     = %[2]s.%[3]s
}

resource "terraform_data" "store" {
  triggers_replace = [%[2]s.version]
  provisioner "local-exec" {
    environment = { VALUE = ephemeral.oktacreds_app_client_secret.test.client_secret, FILE = %[4]q }
    command     = "printf %%s \"$VALUE\" > \"$FILE\""
  }
}
`, c.app.ID, address, id, c.store)
}

var needsWriteOnly = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)}

// A secret store has the new secret when the apply goes on, and consumers that cache still have the old one.
func TestAccAppClientSecret_ConsumersThatCache_AreRefusedUnlessDrainIsLonger(t *testing.T) {
	for name, test := range map[string]struct {
		drain   string
		refused bool
	}{
		"without drain":                {"0s", true},
		"drain shorter than the cache": {"10s", true},
		"drain longer than the cache":  {"30s", false},
	} {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			consumer := newCachingConsumer(t, app, sim)
			run := watched{pass: consumer.pass}
			config := func(generation int) string {
				return secretConfig(org, app, fmt.Sprintf("omit_secret = true\ndrain = %q\nrotate_when_changed = { n = %d }", test.drain, generation)) +
					consumer.delivery(secretAddress, "id")
			}
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: run.factories(),
				TerraformVersionChecks:   needsWriteOnly,
				Steps: []resource.TestStep{
					{Config: config(1), ConfigStateChecks: []statecheck.StateCheck{acctest.Do(func() {
						consumer.pass(45 * time.Second)
						app.Delete(t, "secrets", initial.ID)
					})}},
					{Config: config(2), ConfigStateChecks: []statecheck.StateCheck{acctest.Do(func() { consumer.pass(45 * time.Second) })}},
				},
			})
			if (consumer.refused > 0) != test.refused {
				t.Errorf("%d of %d logins were refused", consumer.refused, consumer.logins)
			}
		})
	}
}

func TestAccAppClientSecretRotation_ConsumersThatCache_AreNotRefused(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	consumer := newCachingConsumer(t, app, sim)
	config := rotationConfig(org, app, "rotate_after = \"10m\"\noverlap = \"30s\"\ngrace = \"30s\"") + consumer.delivery(rotationAddress, "current_secret_id")
	apply := func(wait time.Duration, want string) resource.TestStep {
		return resource.TestStep{
			PreConfig: func() { consumer.pass(wait) }, Config: config, ConfigStateChecks: []statecheck.StateCheck{phase(want)},
		}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		TerraformVersionChecks:   needsWriteOnly,
		Steps: []resource.TestStep{
			apply(45*time.Second, "overlap"), apply(45*time.Second, "grace"), apply(45*time.Second, "steady"),
			apply(9*time.Minute, "overlap"), apply(45*time.Second, "grace"), apply(45*time.Second, "steady"),
		},
	})
	if consumer.refused > 0 || consumer.logins == 0 {
		t.Errorf("%d of %d logins were refused", consumer.refused, consumer.logins)
	}
}

// drainCase is a resource of each kind that drains, in a configuration whose n asks for another credential.
type drainCase struct {
	address string
	config  func(n int, more string) string
	active  func() int // how many credentials are ACTIVE
	free    func()     // makes room for a replacement, an hour later
}

func drainCases(t *testing.T) map[string]func(t *testing.T) drainCase {
	t.Helper()
	countActive := func(credentials []acctest.Credential) (n int) {
		for _, credential := range credentials {
			if credential.Status == oktasim.StatusActive {
				n++
			}
		}
		return n
	}
	return map[string]func(t *testing.T) drainCase{
		"client secret": func(t *testing.T) drainCase {
			t.Helper()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			return drainCase{
				secretAddress, func(n int, more string) string {
					return secretConfig(org, app, fmt.Sprintf("rotate_when_changed = { n = %d }\n%s", n, more))
				},
				func() int { return countActive(app.Secrets(t)) }, func() {
					app.Delete(t, "secrets", initial.ID)
					org.Sim(t).Advance(time.Hour)
				},
			}
		},
		"key": func(t *testing.T) drainCase {
			t.Helper()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "private_key_jwt")
			keys := []acctest.KeyPair{acctest.NewEC(t), acctest.NewEC(t)}
			return drainCase{
				keyAddress, func(n int, more string) string { return keyConfig(org, app, inPEM(t, keys[n])+"\n"+more) },
				func() int { return countActive(app.Keys(t)) - 1 }, func() { org.Sim(t).Advance(time.Hour) }, // next to the key that the app was created with
			}
		},
		"service secret": func(t *testing.T) drainCase {
			t.Helper()
			org, sim, service := serviceOrg(t)
			initial := sim.Secrets(service)[0]
			return drainCase{
				serviceAddress, func(n int, more string) string {
					return serviceConfig(org, service, fmt.Sprintf("rotate_when_changed = { n = %d }\n%s", n, more))
				},
				func() (n int) {
					for _, secret := range sim.Secrets(service) {
						if secret.Status == oktasim.StatusActive {
							n++
						}
					}
					return n
				},
				func() {
					sim.Advance(time.Hour)
					if err := sim.SetSecretStatus(service, initial.ID, oktasim.StatusInactive); err != nil {
						t.Error(err)
					}
					if err := sim.RemoveSecret(service, initial.ID); err != nil {
						t.Error(err)
					}
				},
			}
		},
	}
}

func TestAccDrain_TheReplacedCredentialIsActiveWhileTheApplyWaits(t *testing.T) {
	for name, newCase := range drainCases(t) {
		t.Run(name, func(t *testing.T) {
			c := newCase(t)
			activeMeanwhile := 0
			run := &watched{pass: func(time.Duration) { activeMeanwhile = c.active() }}
			const drain = "drain = \"15m\""
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: run.factories(),
				Steps: []resource.TestStep{
					{
						Config: c.config(0, drain),
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(c.address, tfjsonpath.New("drain"), knownvalue.StringExact("15m")), acctest.Do(c.free),
						},
					},
					{
						Config: c.config(1, drain),
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(c.address, plancheck.ResourceActionCreateBeforeDestroy),
						}},
						ConfigStateChecks: []statecheck.StateCheck{acctest.Do(func() {
							if active := c.active(); active != 1 {
								t.Errorf("%d credentials are ACTIVE after the apply, want the new one", active)
							}
						})},
					},
				},
			})
			if activeMeanwhile != 2 {
				t.Errorf("%d credentials were ACTIVE while the apply waited, want both", activeMeanwhile)
			}
			if len(run.waits) != 1 || run.waits[0] > 15*time.Minute+time.Second || run.waits[0] < 14*time.Minute {
				t.Errorf("it waited %v, want once, for the rest of 15 minutes: a destroy for good waits for nothing", run.waits)
			}
		})
	}
}

func TestAccDrain_LongerThanTheTimeoutOfDelete_IsRefusedAtPlan(t *testing.T) {
	for name, newCase := range drainCases(t) {
		t.Run(name, func(t *testing.T) {
			c := newCase(t)
			said := acctest.Refused(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: c.config(0, "drain = \"30m\""), PlanOnly: true}},
			})
			acctest.Says(t, said, "timeouts")
		})
	}
}
