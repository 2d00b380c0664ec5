// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// An org may allow ten requests a minute, so that the number of requests is what
// a run costs. Here it is counted.

const (
	manyApps   = 20
	keysPerApp = 50 // more than an app can hold [S]
)

// refreshAll reads all objects of a state the way Terraform does: in no order, ten
// at a time (-parallelism=10).
func (p *protocol) refreshAll(t *testing.T, objects []object) []object {
	t.Helper()
	refreshed := make([]object, len(objects))
	next := make(chan int)
	var workers sync.WaitGroup
	for range 10 {
		workers.Go(func() {
			for i := range next {
				if refreshed[i] = p.read(t, objects[i]); refreshed[i].said != "" {
					t.Errorf("the refresh of an %s says %s", objects[i].kind, refreshed[i].said)
				}
			}
		})
	}
	for i := range objects {
		next <- i
	}
	close(next)
	workers.Wait()
	return refreshed
}

// held is an object whose state has these attributes.
func (p *protocol) held(t *testing.T, kind string, attributes map[string]any) object {
	t.Helper()
	return p.object(t, kind, dynamic(t, p.schemaOf(kind), attributes), nil, nil)
}

// wellKnownOrg identifies the org, once in a run in which an object learns where it is.
const wellKnownOrg = "/.well-known/okta-organization"

// costs fails the test unless the org has been sent exactly these requests since
// its log was emptied, in whichever order.
func costs(t *testing.T, sim *oktasim.Org, want ...string) {
	t.Helper()
	sent, identified := []string{}, 0
	for _, request := range sim.Requests() {
		if request.Path == wellKnownOrg {
			identified++
			continue
		}
		sent = append(sent, request.Method+" "+request.Path)
	}
	if identified > 1 {
		t.Errorf("the org was identified %d times in a run", identified)
	}
	slices.Sort(sent)
	slices.Sort(want)
	if !slices.Equal(sent, want) {
		t.Errorf("%d requests instead of %d:\n%q\nwant\n%q", len(sent), len(want), sent, want)
	}
}

func getApp(app string) string      { return "GET /api/v1/apps/" + app }
func listSecrets(app string) string { return "GET /api/v1/apps/" + app + "/credentials/secrets" }

// addKey saves a key at the console and returns its object.
func addKey(t *testing.T, p *protocol, sim *oktasim.Org, app, kid string) object {
	t.Helper()
	jwk := acctest.NewEC(t).JWK(t, acctest.Members{"kid": kid, "use": "sig"})
	key, err := sim.AddKey(app, []byte(jwk))
	if err != nil {
		t.Fatal(err)
	}
	return p.held(t, "oktacreds_app_jwk", map[string]any{"app_id": app, "id": key.ID, "jwk": jwk})
}

// secretsOf are the objects of all client secrets of an app.
func secretsOf(t *testing.T, p *protocol, sim *oktasim.Org, app string) (objects []object) {
	t.Helper()
	for _, secret := range sim.Secrets(app) {
		objects = append(objects, p.held(t, secretType, map[string]any{"app_id": app, "id": secret.ID, "client_secret": "of before"}))
	}
	return objects
}

func TestRefresh_AThousandKeysOnTwentyApps_CostsTenGETsAndAPage(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	p := newProtocol(t, org)
	var keys []object
	for range manyApps {
		app := sim.AddApp(oktasim.AppOptions{}).ID
		for i := range keysPerApp {
			keys = append(keys, addKey(t, p, sim, app, fmt.Sprint("key-", i)))
		}
	}
	for i, key := range p.refreshAll(t, keys) {
		if kid, want := key.values["kid"], fmt.Sprint("key-", i%keysPerApp); kid != want {
			t.Errorf("kid %v, want %s", kid, want)
		}
	}
	// Ten apps are read one by one; then a page of the list has the others.
	if sent := sim.Requests(); len(sent) > 13 {
		t.Errorf("%d requests, want 10 apps, a page or two, and the org", len(sent))
	}
}

func TestRefresh_FortySecretsOnTwentyApps_CostsOneListOfEachApp(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	p := newProtocol(t, org)
	var secrets []object
	values := map[any]any{}
	var want []string
	for range manyApps {
		app := sim.AddApp(oktasim.AppOptions{}).ID
		if _, err := sim.AddSecret(app, "", ""); err != nil {
			t.Fatal(err)
		}
		for _, secret := range sim.Secrets(app) {
			values[secret.ID] = secret.Value
		}
		secrets = append(secrets, secretsOf(t, p, sim, app)...)
		want = append(want, listSecrets(app))
	}
	for _, secret := range p.refreshAll(t, secrets) {
		if id := secret.values["id"]; secret.values["client_secret"] != values[id] {
			t.Errorf("secret %v has not the value that Okta has", id)
		}
	}
	costs(t, sim, want...)
}

func TestRefresh_AMixedApp_CostsOneGETAndOneList(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	p := newProtocol(t, org)

	saved := sim.AddApp(oktasim.AppOptions{}).ID
	objects := secretsOf(t, p, sim, saved)
	for i := range 3 {
		objects = append(objects, addKey(t, p, sim, saved, fmt.Sprint("key-", i)))
	}
	served := sim.AddApp(oktasim.AppOptions{JWKSURI: "https://example.com/jwks.json"}).ID
	objects = append(objects, secretsOf(t, p, sim, served)...)
	objects = append(objects,
		p.held(t, "oktacreds_app_jwks_uri", map[string]any{"app_id": served, "jwks_uri": "https://example.com/jwks.json"}),
	)
	for _, app := range []string{saved, served} {
		ids := func(id string) tftypes.Value { // of those that may exist
			return tftypes.NewValue(tftypes.String, id)
		}
		objects = append(objects,
			p.held(t, "oktacreds_app_client_auth", map[string]any{"app_id": app, "token_endpoint_auth_method": "client_secret_basic"}),
			p.held(t, "oktacreds_app_client_secret_rotation", map[string]any{"app_id": app}),
			p.held(t, "oktacreds_app_client_secrets_exclusive", map[string]any{"app_id": app, "ids": []tftypes.Value{ids(sim.Secrets(app)[0].ID)}}),
		)
	}
	p.refreshAll(t, objects)
	costs(t, sim, getApp(saved), listSecrets(saved), getApp(served), listSecrets(served))
}

// mixedConfig is an app with an object of each kind that goes with the others.
func mixedConfig(app *acctest.App, name, more string) string {
	return fmt.Sprintf(`
resource "oktacreds_app_client_secret" %[1]q {
  app_id = %[2]q
}
resource "oktacreds_app_client_auth" %[1]q {
  app_id                     = %[2]q
  token_endpoint_auth_method = "client_secret_basic"
}
data "oktacreds_app" %[1]q {
  id = %[2]q
}
data "oktacreds_app_client_secrets" %[1]q {
  app_id = %[2]q
}
%[3]s`, name, app.ID, more)
}

func TestAccRequests_APlan_CostsOneGETAndOneListOfEachApp(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	apps := map[string]*acctest.App{"a": org.NewApp(t, "client_secret_basic"), "b": org.NewApp(t, "client_secret_basic")}
	config := org.Provider()
	var want []string
	for name, app := range apps {
		var keys string
		for i := range 5 {
			keys += fmt.Sprintf("resource \"oktacreds_app_jwk\" \"%s%d\" {\n app_id = %q\n jwk = %q\n}\n", name, i, app.ID, acctest.NewEC(t).JWK(t, nil))
		}
		config += mixedConfig(app, name, keys)
		want = append(want, getApp(app.ID), listSecrets(app.ID))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{acctest.Do(sim.ResetRequests)}},
			{PreConfig: sim.ResetRequests, Config: config, ConfigPlanChecks: acctest.BeforeApply(func() { costs(t, sim, want...) })},
		},
	})
}

// budget is how many requests of each kind there may be at most.
type budget map[string]int

var credentialID = regexp.MustCompile(`/(ocs|pks)[^/]+`)

// within fails the test if more has been sent since the log was emptied, and
// empties it.
func (b budget) within(t *testing.T, org *acctest.Org, app *acctest.App, doing string) {
	t.Helper()
	sent := budget{}
	for _, request := range app.Requests(t) {
		sent[credentialID.ReplaceAllString(request, "/ID")]++
	}
	for request, times := range sent {
		if allowed := max(b[request], map[bool]int{true: 1}[strings.HasSuffix(request, wellKnownOrg)]); times > allowed {
			t.Errorf("%s sent %q %d times, and may %d times", doing, request, times, b[request])
		}
	}
	org.Sim(t).ResetRequests()
}

func TestRotation_StaysWithinItsBudget(t *testing.T) {
	list, app := budget{"GET secrets": 1}, budget{"GET app": 1}
	replacement := func(before, kind string) budget {
		return budget{before: 1, "POST " + kind: 1, "POST " + kind + "/ID/lifecycle/deactivate": 1, "DELETE " + kind + "/ID": 1}
	}
	for name, test := range map[string]struct {
		kind        string
		first, then values
		plan        budget
		applies     []budget
	}{
		"a secret that is replaced": {
			kind: secretType, first: generationMap(1), then: generationMap(2),
			plan: list, applies: []budget{replacement("GET secrets", "secrets")},
		},
		"a key that is replaced": {
			kind: keyKind, first: values{"jwk": acctest.NewEC(t).JWK(t, nil)}, then: values{"jwk": acctest.NewEC(t).JWK(t, nil)},
			plan: app, applies: []budget{replacement("GET app", "jwks")},
		},
		"both secrets of an app": {
			kind: rotationKind, first: atOnceFrom(1), then: atOnceFrom(2), plan: list,
			applies: []budget{
				{"GET secrets": 1, "POST secrets": 1},
				{"GET secrets": 1, "POST secrets/ID/lifecycle/deactivate": 1},
				{"GET secrets": 1, "DELETE secrets/ID": 1},
			},
		},
		"both secrets of an app, without grace": {
			kind: rotationKind, first: withoutGrace(1), then: withoutGrace(2), plan: list,
			applies: []budget{
				{"GET secrets": 1, "POST secrets": 1},
				{"GET secrets": 1, "POST secrets/ID/lifecycle/deactivate": 1, "DELETE secrets/ID": 1},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			s := newAppStory(t, org, app, test.kind+".test")
			for range test.applies { // of a rotation, the one that it takes the app over with
				org.Sim(t).Age(app.ID, hour)
				if run := s.run(t, s.with(test.first)); run.Failed() {
					t.Fatal(run.Diagnostics())
				}
			}
			if test.kind == secretType {
				app.Delete(t, "secrets", initial.ID)
			}
			org.Sim(t).ResetRequests()
			for i, allowed := range test.applies {
				plan := s.plan(t, test.then)
				if plan.Failed() || plan.Empty() {
					t.Fatalf("plan %d has nothing to do: %v", i, plan.Diagnostics)
				}
				test.plan.within(t, org, app, "the plan")
				if applied := s.core.Apply(t.Context(), plan); applied.Failed() {
					t.Fatal(applied.Diagnostics)
				}
				allowed.within(t, org, app, "the apply")
			}
		})
	}
}

// generationMap asks for a generation of a secret, and another one for another.
func generationMap(n int) values {
	return values{"rotate_when_changed": values{"generation": n}}
}

// atOnceFrom is the same of a rotation that wastes no time: each of its steps is due
// as soon as the one before is done. With a grace of zero, one apply would take two.
func atOnceFrom(n int) values {
	config := generationMap(n)
	config["overlap"], config["grace"], config["omit_secret"] = "0s", "1ns", false
	return config
}

// withoutGrace is the same of a rotation that deactivates and deletes in one apply.
func withoutGrace(n int) values {
	config := atOnceFrom(n)
	config["grace"] = "0s"
	return config
}

// oneProcess is a provider that plans and applies in the process that was configured first.
type oneProcess struct{ tfprotov6.ProviderServer }

// ConfigureProvider implements [tfprotov6.ProviderServer].
func (oneProcess) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

// TestWrites_AreReadBackByTheSameRun: what was read once is kept for the run, but
// not beyond a change: other objects of the app, and data sources that depend on
// what was changed, are read later in the same apply.
func TestWrites_AreReadBackByTheSameRun(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	within := func(s *appStory, p *protocol, do func()) {
		start := s.core.Start
		defer func() { s.core.Start = start }()
		s.core.Start = func() tfprotov6.ProviderServer { return oneProcess{p.server} }
		do()
	}
	for kind, given := range map[string]values{
		secretType: {},
		keyKind:    {"jwk": acctest.NewEC(t).JWK(t, nil)},
	} {
		list, listed := "oktacreds_app_client_secrets", "secrets"
		if kind == keyKind {
			list, listed = "oktacreds_app_jwks", "keys"
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newAppStory(t, org, org.NewApp(t, "client_secret_basic"), kind+".test")
			s.apply(t, tfcore.Create, given) // in an earlier run
			p := newProtocol(t, org)
			statuses := func() string { return fmt.Sprint(p.data(t, list, values{"app_id": s.app.ID})[listed]) }
			for _, status := range []string{"INACTIVE", "ACTIVE", "INACTIVE"} {
				given["status"] = status
				plan, before := s.plan(t, given), statuses()
				within(s, p, func() {
					if applied := s.core.Apply(t.Context(), plan); applied.Failed() {
						t.Fatal(applied.Diagnostics)
					}
				})
				if statuses() == before {
					t.Errorf("after the change to %s they are still %s", status, before)
				}
			}
			s.resources = []tfcore.Resource{s.with(given)}
			s.nothingLeft(t)
			p = newProtocol(t, org)
			there, plan := s.core.State, s.core.Plan(t.Context(), s.config(nil), tfcore.Options{})
			within(s, p, func() {
				if applied := s.core.Apply(t.Context(), plan); applied.Failed() || plan.Empty() {
					t.Fatal(applied.Diagnostics)
				}
				s.core.State = there
				if again := s.core.Plan(t.Context(), s.config(nil), tfcore.Options{}); !again.Empty() {
					t.Errorf("it is still there: the plan is %s", again)
				}
			})
			s.resources = nil
		})
	}
	t.Run("the method and all that goes with it", func(t *testing.T) {
		t.Parallel()
		app := org.NewApp(t, "client_secret_basic")
		app.AddKey(t, acctest.FirstKey())
		s := newAppStory(t, org, app, "oktacreds_app_client_auth.test")
		for method, secrets := range map[string]int{"client_secret_post": 1, "private_key_jwt": 0} {
			plan := s.plan(t, values{"token_endpoint_auth_method": method, "allow_secret_deletion": true})
			p := newProtocol(t, org)
			p.data(t, "oktacreds_app_client_secrets", values{"app_id": app.ID})
			p.data(t, "oktacreds_app", values{"id": app.ID})
			within(s, p, func() {
				if applied := s.core.Apply(t.Context(), plan); applied.Failed() {
					t.Fatal(applied.Diagnostics)
				}
			})
			listed := p.data(t, "oktacreds_app_client_secrets", values{"app_id": app.ID})["secrets"].(tftypes.Value)
			if n := len(as[[]tftypes.Value](t, listed)); n != secrets {
				t.Errorf("%d secrets under %s, want %d", n, method, secrets)
			}
			if read := p.data(t, "oktacreds_app", values{"id": app.ID}); read["token_endpoint_auth_method"] != method {
				t.Errorf("the method is %v, want %s", read["token_endpoint_auth_method"], method)
			}
		}
	})
}
