// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// cachingConsumer logs in every second of the org's time, with a secret that it reads from its store every 20 seconds.
type cachingConsumer struct {
	t     *testing.T
	app   *acctest.App
	sim   *oktasim.Org
	store string // the secret

	cached          string
	read            time.Time
	logins, refused int
}

// consumerCache is how long the consumer uses a secret before it reads it again.
const consumerCache = 20 * time.Second

func newCachingConsumer(t *testing.T, app *acctest.App, sim *oktasim.Org) *cachingConsumer {
	t.Helper()
	return &cachingConsumer{t: t, app: app, sim: sim, store: app.Secrets(t)[0].Value}
}

// pass lets time pass.
func (c *cachingConsumer) pass(d time.Duration) {
	for ; d > 0; d -= time.Second {
		c.sim.Advance(min(d, time.Second))
		if now := c.sim.Now(); now.Sub(c.read) >= consumerCache {
			c.cached, c.read = c.store, now
		}
		c.logins++
		if !c.app.Login(c.t, c.cached) {
			c.refused++
		}
	}
}

// delivery writes the value of a secret into the consumer's store. The apply returns when it is there.
func (c *cachingConsumer) delivery(s *story, address, id string) tfcore.Resource {
	s.ephemerals = []tfcore.Ephemeral{{Address: secretAddress, Values: values{"app_id": c.app.ID, "id": tfcore.Ref{Address: address, Attribute: id}}}}
	return tfcore.Resource{
		Address:     "terraform_data.store",
		Values:      values{"triggers_replace": values{"version": tfcore.Ref{Address: address, Attribute: "version"}}},
		Environment: values{"VALUE": tfcore.Ref{Address: "ephemeral." + secretAddress, Attribute: "client_secret"}},
		Provision: func(environment map[string]string) error {
			c.store = environment["VALUE"]
			return nil
		},
	}
}

// A secret store has the new secret when the apply goes on, and consumers that cache still have the old one.
func TestAppClientSecret_ConsumersThatCache_AreRefusedUnlessDrainIsLonger(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		drain   string
		refused bool
	}{
		"without drain":                {"0s", true},
		"drain shorter than the cache": {"10s", true},
		"drain longer than the cache":  {"30s", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			consumer := newCachingConsumer(t, app, org.Sim(t))
			run := watched{pass: consumer.pass}
			s := newStory(t, org, func(p *provider.Provider) { p.Wait = run.wait })
			delivery := consumer.delivery(s, secretAddress, "id")
			secret := func(n int) tfcore.Resource { return testSecret(app, generation(n, values{"drain": test.drain})) }

			s.applies(t, tfcore.Create, secret(1), delivery)
			consumer.pass(45 * time.Second)
			app.Delete(t, "secrets", initial.ID)
			s.applies(t, tfcore.CreateThenDelete, secret(2), delivery)
			consumer.pass(45 * time.Second)
			if (consumer.refused > 0) != test.refused {
				t.Errorf("%d of %d logins were refused", consumer.refused, consumer.logins)
			}
		})
	}
}

func TestAppClientSecretRotation_ConsumersThatCache_AreNotRefused(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	consumer := newCachingConsumer(t, app, org.Sim(t))
	s := newStory(t, org)
	rotation := of(rotationAddress, "app_id", app.ID, values{"rotate_after": "10m", "overlap": "30s", "grace": "30s"})
	delivery := consumer.delivery(s, rotationAddress, "current_secret_id")
	apply := func(wait time.Duration, want string) {
		t.Helper()
		consumer.pass(wait)
		if run := s.run(t, rotation, delivery); run.Failed() || s.held(rotationAddress, "phase") != want {
			t.Errorf("the phase is %s, want %s: %v", s.held(rotationAddress, "phase"), want, run.Diagnostics())
		}
	}

	apply(45*time.Second, "overlap")
	for range 2 {
		apply(45*time.Second, "grace")
		apply(45*time.Second, "steady")
		apply(9*time.Minute, "overlap")
	}
	if consumer.refused > 0 || consumer.logins == 0 {
		t.Errorf("%d of %d logins were refused", consumer.refused, consumer.logins)
	}
}

// drainCase is a resource of each kind that drains; n asks for another credential.
type drainCase struct {
	org    *acctest.Org
	config func(n int, drain string) tfcore.Resource
	active func() int // how many credentials are ACTIVE
	free   func()     // makes room for a replacement, an hour later
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
				org, func(n int, drain string) tfcore.Resource {
					return testSecret(app, values{"rotate_when_changed": values{"n": n}, "drain": drain})
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
				org, func(n int, drain string) tfcore.Resource {
					return of(keyAddress, "app_id", app.ID, values{"public_key_pem": keys[n].PEM(t), "drain": drain})
				},
				func() int { return countActive(app.Keys(t)) - 1 }, func() { org.Sim(t).Advance(time.Hour) }, // next to the key that the app was created with
			}
		},
		"service secret": func(t *testing.T) drainCase {
			t.Helper()
			org, sim, service := serviceOrg(t)
			initial := sim.Secrets(service)[0]
			return drainCase{
				org, func(n int, drain string) tfcore.Resource {
					return of(serviceAddress, "api_service_integration_id", service, values{"rotate_when_changed": values{"n": n}, "drain": drain})
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
					removeServiceSecret(t, sim, service, initial.ID)
				},
			}
		},
	}
}

func TestDrain_TheReplacedCredentialIsActiveWhileTheApplyWaits(t *testing.T) {
	t.Parallel()
	for name, newCase := range drainCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCase(t)
			activeMeanwhile := 0
			run := &watched{pass: func(time.Duration) { activeMeanwhile = c.active() }}
			s := newStory(t, c.org, func(p *provider.Provider) { p.Wait = run.wait })
			first, second := c.config(0, "15m"), c.config(1, "15m")

			s.applies(t, tfcore.Create, first)
			if drain := s.held(first.Address, "drain"); drain != "15m" {
				t.Errorf("drain is %q in state", drain)
			}
			c.free()
			s.applies(t, tfcore.CreateThenDelete, second)
			if active := c.active(); active != 1 {
				t.Errorf("%d credentials are ACTIVE after the apply, want the new one", active)
			}
			if activeMeanwhile != 2 {
				t.Errorf("%d credentials were ACTIVE while the apply waited, want both", activeMeanwhile)
			}
			if run := s.run(t); run.Failed() {
				t.Error(run.Diagnostics())
			}
			if len(run.waits) != 1 || run.waits[0] > 15*time.Minute+time.Second || run.waits[0] < 14*time.Minute {
				t.Errorf("it waited %v, want once, for the rest of 15 minutes: a destroy for good waits for nothing", run.waits)
			}
		})
	}
}

func TestDrain_LongerThanTheTimeoutOfDelete_IsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, newCase := range drainCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCase(t)
			s := newStory(t, c.org)
			plan := s.core.Plan(t.Context(), s.config([]tfcore.Resource{c.config(0, "30m")}), tfcore.Options{})
			if !plan.Failed() {
				t.Error("it can be planned")
			}
			acctest.Says(t, plan.Diagnostics.String(), "timeouts")
		})
	}
}

// Also with the real CLI, whose order decides: create, the dependents, and only then the wait and the destroy.
func TestAccDrain_TheApplyWaitsAfterTheDependents(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	delivered := filepath.Join(t.TempDir(), "delivered")
	drained := ""
	run := &watched{pass: func(time.Duration) {
		content, err := os.ReadFile(delivered)
		if err != nil {
			t.Error(err)
		}
		drained = string(content)
	}}
	config := func(n int) string {
		return secretConfig(org, app, trigger(n, `drain = "15m"`)) + fmt.Sprintf(`
resource "terraform_data" "store" {
  triggers_replace = oktacreds_app_client_secret.test.version
  provisioner "local-exec" {
    command = "printf %%s ${oktacreds_app_client_secret.test.id} > %s"
  }
}
`, delivered)
	}
	var second seenSecret
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: run.factories(),
		Steps: []resource.TestStep{
			{Config: config(1), ConfigStateChecks: []statecheck.StateCheck{acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })}},
			{Config: config(2), ConfigStateChecks: []statecheck.StateCheck{second.see(), acctest.Do(func() { mustHold(t, app, second.id) })}},
		},
	})
	if drained != second.id {
		t.Errorf("while the apply waited, %q was delivered, want %q", drained, second.id)
	}
}
