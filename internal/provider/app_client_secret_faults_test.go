// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

const secretsPath = "/api/v1/apps/*/credentials/secrets"

// forbid makes the org refuse everything that concerns the list of secrets.
func forbid(sim *oktasim.Org) {
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: secretsPath, Status: http.StatusForbidden})
}

// forbidGet makes the org refuse to show a single secret.
func forbidGet(sim *oktasim.Org) {
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: http.MethodGet, Path: secretsPath + "/*", Status: http.StatusForbidden})
}

// loseTheCreate makes the answer to the next creation get lost, and every answer
// after that. The lists of one plan and of the beginning of its apply get
// through.
func loseTheCreate(sim *oktasim.Org) {
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodPost, Path: secretsPath, Times: 1})
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: http.MethodGet, Skip: 2})
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: http.MethodPost})
}

// creations is how many secrets were created, whatever was answered.
func creations(t *testing.T, app *acctest.App) (count int) {
	t.Helper()
	for _, request := range app.Requests(t) {
		if request == "POST secrets" {
			count++
		}
	}
	return count
}

func TestAppClientSecret_FaultyCreate_EndsWithExactlyTheSecretInState(t *testing.T) {
	for _, fault := range []struct {
		name  string
		fault oktasim.Fault
		posts int // how many it takes
	}{
		{"connection dropped after Okta committed", oktasim.Fault{Kind: oktasim.FaultDropAfter}, 1},
		{"connection dropped before", oktasim.Fault{Kind: oktasim.FaultDropBefore}, 2},
		{"500 after Okta committed", oktasim.Fault{Kind: oktasim.FaultErrorAfter}, 1},
		{"503 before", oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: http.StatusServiceUnavailable}, 2},
		{"429 for the minute", oktasim.Fault{Kind: oktasim.FaultRateLimit}, 2},
		{"429 for too many at once", oktasim.Fault{Kind: oktasim.FaultConcurrency}, 2},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			sim.SetLimits(oktasim.Limits{Window: time.Second}) // the client waits for the window's end
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			fault.fault.Method, fault.fault.Path, fault.fault.Times = http.MethodPost, secretsPath, 1
			sim.InjectFault(fault.fault)

			id, _ := newProtocol(t, org).newSecret(t, app)
			mustHold(t, app, initial.ID, id)
			if posts := creations(t, app); posts != fault.posts {
				t.Errorf("it took %d POSTs, want %d", posts, fault.posts)
			}
		})
	}
}

func TestAppClientSecret_FirstCreateLostAndTheOrgUnreachable_NextApplyAdoptsWithProof(t *testing.T) {
	t.Parallel()
	for name, attributes := range map[string]values{
		"generated": {"adopt_interrupted": true, "omit_secret": false}, "own value": {"client_secret_wo": ownFirst},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			sim.Age(app.ID, hour) // a secret of the same second proves nothing
			sim.ResetRequests()
			s := newStory(t, org)
			secret := testSecret(app, attributes)

			loseTheCreate(sim)
			refusal := s.fails(t, secret)
			acctest.Says(t, refusal, "create a client secret of app "+app.ID, "was lost", "Apply again")
			acctest.Hides(t, refusal, sim.Values()...)
			sim.ClearFaults()
			s.applies(t, tfcore.Create, secret)
			mustHold(t, app, initial.ID, s.held(secretAddress, "id"))
			if !app.Login(t, cmp.Or(s.held(secretAddress, "client_secret"), ownFirst)) {
				t.Error("client_secret in state is not the secret that was adopted")
			}
			if posts := creations(t, app); posts != 1 {
				t.Errorf("there were %d POSTs, want the one whose answer was lost", posts)
			}
		})
	}
}

func TestAccAppClientSecret_RotationLostAndTheOrgUnreachable_NextApplyAdoptsWithProof(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	const adopting = "adopt_interrupted = true"
	var before, after seenSecret

	refusal := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: secretConfig(org, app, trigger(1, adopting)),
				ConfigStateChecks: []statecheck.StateCheck{before.see(), acctest.Do(func() {
					app.Delete(t, "secrets", initial.ID)
					sim.Age(app.ID, hour)
				})},
			},
			{
				PreConfig: func() { loseTheCreate(sim) },
				Config:    secretConfig(org, app, trigger(2, adopting)),
			},
			{
				PreConfig: func() {
					sim.ClearFaults()
					sim.ResetRequests()
					if secrets := app.Secrets(t); len(secrets) != 2 || !app.Login(t, before.value) {
						t.Errorf("of %d secrets the old one does not work", len(secrets))
					}
				},
				Config:           secretConfig(org, app, trigger(2, adopting)),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreateBeforeDestroy),
				ConfigStateChecks: []statecheck.StateCheck{after.see(), acctest.Do(func() {
					mustHold(t, app, after.id)
					if !app.Login(t, after.value) {
						t.Error("client_secret in state is not the secret that was adopted")
					}
					if posts := creations(t, app); posts != 0 {
						t.Errorf("the second apply created %d more", posts)
					}
				})},
			},
		},
	})
	acctest.Says(t, refusal, "was lost", "Apply again")
	if before.id == after.id {
		t.Error("the rotation adopted the secret it was to replace")
	}
}

func TestAppClientSecret_FaultyRetirement_IsFinished(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	secret := func(n int) tfcore.Resource { return testSecret(app, generation(n, nil)) }

	s.applies(t, tfcore.Create, secret(1))
	app.Delete(t, "secrets", initial.ID)
	// Each of the two calls takes effect, and its answer is lost.
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Path: secretsPath + "/*/lifecycle/deactivate", Times: 1})
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorAfter, Method: http.MethodDelete, Path: secretsPath + "/*", Times: 1})
	s.applies(t, tfcore.CreateThenDelete, secret(2))
	second := s.held(secretAddress, "id")
	mustHold(t, app, second)
	// The DELETE can't be had: what is left is deposed, and INACTIVE.
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: http.MethodDelete, Path: secretsPath + "/*"})
	acctest.Says(t, s.fails(t, secret(3)), "retire client secret "+second+" of app "+app.ID, "Okta answered 500")
	sim.ClearFaults()
	s.applies(t, tfcore.NoOp, secret(3))
	mustHold(t, app, s.held(secretAddress, "id"))
}

func TestAppClientSecret_Timeouts_BoundTheWaitForTheRateLimit(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	// The window lasts a minute, and every change is refused until its end.
	limit := func(path string) {
		sim.ClearFaults()
		sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultRateLimit, Method: http.MethodPost, Path: path})
	}
	timeouts := values{"create": "1s", "update": "1s", "delete": "1s"}
	active, inactive := testSecret(app, values{"timeouts": timeouts}), testSecret(app, values{"timeouts": timeouts, "status": "INACTIVE"})
	s := newStory(t, org)

	limit(secretsPath)
	acctest.Says(t, s.fails(t, active), "Okta: can't create a client secret of app "+app.ID, "timeouts")
	sim.ClearFaults()
	s.applies(t, tfcore.Create, active)
	made := s.held(secretAddress, "id")
	limit(secretsPath + "/*/lifecycle/*")
	acctest.Says(t, s.fails(t, inactive), "Okta: can't update client secret "+made, "timeouts")
	acctest.Says(t, s.fails(t), "Okta: can't retire client secret "+made, "timeouts")
	sim.ClearFaults()
	s.applies(t, tfcore.NoOp, active)
	mustHold(t, app, initial.ID, made)
}

// onCreate does something at the moment a creation is about to be sent.
type onCreate struct{ do func() }

func (o onCreate) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/secrets") {
		o.do()
	}
	return http.DefaultTransport.RoundTrip(req)
}

func TestAppClientSecret_CreateCancelledWhileUnderWay_IsFinishedAndRecorded(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var p *protocol
	p = newProtocolOf(t, &provider.Provider{Transport: onCreate{func() { p.stop(t) }}}, org)

	applied := p.createSecret(t.Context(), t, map[string]any{"app_id": app.ID})
	mustSucceed(t, applied.Diagnostics)
	mustHold(t, app, initial.ID, p.secretID(t, applied.NewState))
}

func TestAppClientSecret_CreateCancelledBeforeItIsSent_CreatesNothing(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var p *protocol
	p = newProtocolOf(t, &provider.Provider{Transport: onCreate{func() { p.stop(t) }}}, org)
	// The answer gets lost as well; that the create did not happen is still found out, and it is not repeated.
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: http.MethodPost, Path: secretsPath, Times: 1})

	applied := p.createSecret(t.Context(), t, map[string]any{"app_id": app.ID})
	acctest.Says(t, said(applied.Diagnostics), "can't create a client secret of app "+app.ID)
	mustHold(t, app, initial.ID)
}

func TestAppClientSecret_CancelledWhileItIsVerified_IsTakenBack(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var p *protocol
	p = newProtocolOf(t, &provider.Provider{Transport: onCreate{func() { p.stop(t) }}}, org)

	applied := p.createSecret(t.Context(), t, map[string]any{"app_id": app.ID, "verify": true})
	acctest.Says(t, said(applied.Diagnostics), "can't be verified", "The run was canceled", "deleted again")
	if id := p.secretID(t, applied.NewState); id != "" {
		t.Errorf("state holds %s, so that the next apply would replace it", id)
	}
	mustHold(t, app, initial.ID)
}
