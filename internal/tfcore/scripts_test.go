// SPDX-License-Identifier: MPL-2.0

package tfcore_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// step notes what a command was and came to: exit code, calls, changes in Okta, state.
func (w *world) step(name string, do func() int) {
	w.org.Age(w.app.ID, time.Hour) // nobody rotates twice in a second
	w.mu.Lock()
	w.killAt = max(w.killAt, 0)
	w.log = append(w.log, "== "+name)
	w.mu.Unlock()
	w.recorder.take()
	exit := do()
	calls := w.recorder.take()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprintf("exit %d", exit))
	// Calls of independent objects come in any order.
	for walk := range splitWalks(calls) {
		if slices.Sort(walk); len(walk) > 1 { // else it was started for nothing
			w.log = append(w.log, strings.Join(walk, "\n  "))
		}
	}
	state := strings.Split(w.named(strings.Join(w.state(), "\n")), "\n")
	slices.Sort(state)
	w.log = append(w.log, "state:\n  "+strings.Join(state, "\n  "))
}

func splitWalks(calls []string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for len(calls) > 0 {
			end := slices.Index(calls[1:], "walk") + 1
			if end == 0 {
				end = len(calls)
			}
			if !yield(slices.Clone(calls[:end])) {
				return
			}
			calls = calls[end:]
		}
	}
}

func (w *world) applies(c tfcore.Config, options ...tfcore.Options) {
	w.step("apply", func() int { return w.apply(c, append(options, tfcore.Options{})[0]) })
}

func (w *world) plans(c tfcore.Config) {
	w.step("plan", func() int { return w.plan(c) })
}

func (w *world) appliesPlan() { w.step("apply saved", w.applyPlan) }

// config is a configuration for the world's org.
func (w *world) config(resources ...tfcore.Resource) tfcore.Config {
	return tfcore.Config{
		Provider:  map[string]any{"http_proxy": w.url, "api_token": token, "min_wait_seconds": 0, "max_wait_seconds": 0, "max_retries": 0},
		Resources: resources,
	}
}

const secret, key = "oktacreds_app_client_secret.this", "oktacreds_app_jwk.this"

// secret is a client secret of a generation.
func (w *world) secret(generation int) tfcore.Resource {
	return tfcore.Resource{Address: secret, CreateBeforeDestroy: true, Values: map[string]any{
		"app_id": w.app.ID, "rotate_when_changed": map[string]any{"generation": fmt.Sprint(generation)},
	}}
}

var pairs sync.Map // of keys, by number

// key is one of a few keys.
func (w *world) key(address string, n int) tfcore.Resource {
	pair, made := pairs.Load(n)
	if !made {
		pair, _ = pairs.LoadOrStore(n, acctest.NewEC(w.t))
	}
	return tfcore.Resource{Address: address, CreateBeforeDestroy: true, Values: map[string]any{
		"app_id": w.app.ID, "jwk": pair.(acctest.KeyPair).JWK(w.t, nil), "kid": fmt.Sprintf("kid-%d", n),
	}}
}

// sink is what depends on an object.
func sink(address string) tfcore.Resource {
	return tfcore.Resource{
		Address: tfcore.Data + ".sink", Values: map[string]any{"triggers_replace": map[string]any{"id": tfcore.Ref{Address: address, Attribute: "id"}}},
		Environment: map[string]any{"ID": tfcore.Ref{Address: address, Attribute: "id"}},
	}
}

// alone leaves the app with the credentials that Terraform manages.
func (w *world) alone(ids ...string) {
	for _, id := range ids {
		if err := w.org.RemoveSecret(w.app.ID, id); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) born() string { return w.org.Secrets(w.app.ID)[0].ID }

// begin applies the first generation and removes the secret that the app was born with.
func (w *world) begin(more ...tfcore.Resource) {
	born := w.born()
	w.applies(w.config(append(more, w.secret(1))...))
	w.alone(born)
}

// foreignKey adds a key that nobody manages.
func (w *world) foreignKey() {
	if _, err := w.org.AddKey(w.app.ID, []byte(acctest.NewEC(w.t).JWK(w.t, acctest.Members{"kid": "foreign"}))); err != nil {
		w.t.Error(err)
	}
	w.name()
}

// scripts are what both do.
var scripts = map[string]struct {
	method string
	run    func(w *world)
}{
	"a replacement with a dependent": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.plans(w.config(w.secret(1), sink(secret)))
		w.applies(w.config(w.secret(2), sink(secret)))
		w.plans(w.config(w.secret(2), sink(secret)))
	}},
	"a dependent fails, and then succeeds": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.fails = true
		w.applies(w.config(w.secret(2), sink(secret)))
		w.plans(w.config(w.secret(3), sink(secret)))
		w.fails = false
		w.applies(w.config(w.secret(2), sink(secret)))
	}},
	"a dependent was destroyed by a run that failed": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.org.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: http.MethodPost, Status: http.StatusForbidden, Times: 1})
		w.applies(w.config(w.secret(2), sink(secret)))
		w.fails = true
		w.applies(w.config(w.secret(2), sink(secret)))
	}},
	"-refresh=false while an object is deposed": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.fails = true
		w.applies(w.config(w.secret(2), sink(secret)))
		w.applies(w.config(w.secret(3), sink(secret)), tfcore.Options{NoRefresh: true})
		w.fails = false
		w.applies(w.config(w.secret(3), sink(secret)), tfcore.Options{NoRefresh: true})
		w.applies(w.config(w.secret(3), sink(secret)))
	}},
	"a tainted key whose dependent fails": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key(key, 1), sink(key)))
		w.taint(key)
		w.fails = true
		w.applies(w.config(w.key(key, 2), sink(key)))
		w.fails = false
		w.applies(w.config(w.key(key, 2), sink(key)))
		w.plans(w.config(w.key(key, 2), sink(key)))
	}},
	"the same key, tainted": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key(key, 1), sink(key)))
		w.taint(key)
		w.applies(w.config(w.key(key, 1), sink(key)))
		w.applies(w.config(w.key(key, 1), sink(key)))
	}},
	"a saved plan, and somebody makes a secret": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.plans(w.config(w.secret(2), sink(secret)))
		_, _ = w.org.AddSecret(w.app.ID, "", "")
		w.appliesPlan()
		w.plans(w.config(w.secret(2), sink(secret)))
	}},
	"a saved plan that is stale": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin()
		w.plans(w.config(w.secret(2)))
		w.applies(w.config(w.secret(2)))
		w.appliesPlan()
	}},
	"a rename without moved": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key("oktacreds_app_jwk.old", 1)))
		w.applies(w.config(w.key("oktacreds_app_jwk.new", 1)))
		w.applies(w.config(w.key("oktacreds_app_jwk.new", 1)))
	}},
	"a rename with moved": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key("oktacreds_app_jwk.old", 1)))
		c := w.config(w.key("oktacreds_app_jwk.new", 1))
		c.Moved = []tfcore.Move{{From: "oktacreds_app_jwk.old", To: "oktacreds_app_jwk.new"}}
		w.applies(c)
	}},
	"count, and the first one leaves": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key(key+"[0]", 1), w.key(key+"[1]", 2)))
		w.applies(w.config(w.key(key+"[0]", 2)))
		w.applies(w.config(w.key(key+"[0]", 2)))
		w.applies(w.config(w.key(key, 2)))
	}},
	"for_each, and one leaves": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key(key+`["a"]`, 1), w.key(key+`["b"]`, 2)))
		w.applies(w.config(w.key(key+`["b"]`, 2)))
	}},
	"an object that is gone from Okta": {oktasim.ClientSecretBasic, func(w *world) {
		born := w.born()
		w.applies(w.config(w.secret(1), sink(secret)))
		for id := range w.names {
			if id != born {
				w.alone(id)
			}
		}
		w.plans(w.config(w.secret(1), sink(secret)))
		w.applies(w.config(w.secret(1), sink(secret)))
	}},
	"a tainted object that is gone from Okta": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key(key, 1)))
		w.taint(key)
		for _, k := range w.org.Keys(w.app.ID)[1:] {
			_ = w.org.RemoveKey(w.app.ID, k.ID)
		}
		w.applies(w.config(w.key(key, 1)))
	}},
	"-replace and -target": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.applies(w.config(w.secret(1), sink(secret)), tfcore.Options{Replace: []string{secret}})
		w.applies(w.config(w.secret(2), sink(secret)), tfcore.Options{Target: []string{secret}})
		w.applies(w.config(w.secret(2), sink(secret)))
	}},
	"a block is removed, and then everything destroyed": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key(key, 1), w.key("oktacreds_app_jwk.other", 2), sink(key)))
		w.applies(w.config(w.key(key, 1), sink(key)))
		w.applies(w.config(w.key(key, 1), sink(key)), tfcore.Options{Destroy: true})
	}},
	"a destroy with a deposed object": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		w.applies(w.config(w.key(key, 1), sink(key)))
		w.fails = true
		w.applies(w.config(w.key(key, 2), sink(key)))
		w.applies(w.config(w.key(key, 2), sink(key)), tfcore.Options{Destroy: true})
	}},
	"a destroy of an app's last secret": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.applies(w.config(w.secret(1), sink(secret)), tfcore.Options{Destroy: true})
	}},
	"a replacement without create_before_destroy": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		for n := range 2 {
			k := w.key(key, n+1)
			k.CreateBeforeDestroy = false
			w.applies(w.config(k, sink(key)))
		}
	}},
	"a dependent that creates before it destroys": {oktasim.PrivateKeyJWT, func(w *world) {
		w.foreignKey()
		for n := range 2 {
			k, s := w.key(key, n+1), sink(key)
			k.CreateBeforeDestroy, s.CreateBeforeDestroy = false, true
			w.applies(w.config(k, s))
		}
	}},
	"killed when the secret is made, and applied again": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.killAt = 1
		w.applies(w.config(w.secret(2), sink(secret)))
		w.plans(w.config(w.secret(2), sink(secret)))
	}},
	"killed when the old secret is deactivated, and applied again": {oktasim.ClientSecretBasic, func(w *world) {
		w.begin(sink(secret))
		w.killAt = 2
		w.applies(w.config(w.secret(2), sink(secret)))
		w.applies(w.config(w.secret(2), sink(secret)))
	}},
	"an import and the first rotation": {oktasim.ClientSecretBasic, func(w *world) {
		c := w.config(w.secret(1), sink(secret))
		c.Imports = []tfcore.Import{{To: secret, ID: w.app.ID + "/" + w.born()}}
		w.applies(c)
		c.Resources = []tfcore.Resource{w.secret(2), sink(secret)}
		w.applies(c)
	}},
	"a rotation object": {oktasim.ClientSecretBasic, func(w *world) {
		c := w.config(tfcore.Resource{Address: "oktacreds_app_client_secret_rotation.this", Values: map[string]any{
			"app_id": w.app.ID, "rotate_after": "720h", "overlap": "0s", "grace": "0s",
		}})
		for range 4 {
			w.applies(c)
		}
		w.org.Age(w.app.ID, 721*time.Hour)
		w.plans(c)
		w.appliesPlan()
	}},
	"a secret that a dependent reads": {oktasim.ClientSecretBasic, func(w *world) {
		c := func(generation int) tfcore.Config {
			s := w.secret(generation)
			s.Values["omit_secret"] = true
			to := sink(secret)
			to.Environment["SECRET"] = tfcore.Ref{Address: "ephemeral.oktacreds_app_client_secret.this", Attribute: "client_secret"}
			c := w.config(s, to)
			c.Ephemerals = []tfcore.Ephemeral{{Address: "oktacreds_app_client_secret.this", Values: map[string]any{
				"app_id": w.app.ID, "id": tfcore.Ref{Address: secret, Attribute: "id"},
			}}}
			return c
		}
		born := w.born()
		w.applies(c(1))
		w.alone(born)
		w.plans(c(1))
		w.applies(c(2))
	}},
}

// What Terraform does in parallel, tfcore does in an order that it draws. The CLI's
// has to be one of them.
func TestAccCore_DoesWhatTheRealCLIDoes(t *testing.T) {
	const enough = 200 // orders in a row that bring nothing new
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := newCLI(t, script.method)
			script.run(cli)
			var last *world
			seen := map[string]bool{}
			for seed, brought := uint64(0), uint64(0); seed < brought+enough; seed++ {
				core := newCore(t, script.method, seed)
				if script.run(core); slices.Equal(core.log, cli.log) {
					return
				}
				if log := strings.Join(core.log, "\n"); !seen[log] {
					seen[log], last, brought = true, core, seed
				}
			}
			lines := func(w *world) []string { return strings.Split(strings.Join(w.log, "\n"), "\n") }
			t.Errorf("%s\nthe CLI (-) and tfcore (+):\n%s",
				strings.Join(slices.Concat(last.said, cli.said), "\n"), cmp.Diff(lines(cli), lines(last)))
		})
	}
}
