// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// logReads is how often the System Log was read since the request log was reset.
func logReads(sim *oktasim.Org) (n int) {
	for _, request := range sim.Requests() {
		if request.Path == "/api/v1/logs" {
			n++
		}
	}
	return n
}

func TestAppClientSecretRotation_RetireWhenUnused_WaitsForTheLastConsumer(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	config := map[string]any{"retire_when": "unused", "overlap": "2d", "omit_secret": false}
	run, app, initial := rotated(t, config)
	sim := run.org.Sim(t)
	current, _ := plain(t, run.like.schemaOf(rotationKind), run.current.state)["client_secret"].(string)
	logIn := func(secret string, want bool) {
		t.Helper()
		if app.RequestToken(t, secret, nil) != want { // an introspection writes no event
			t.Errorf("a login is accepted: %t, want %t", !want, want)
		}
	}
	expect := func(when, usage string, due plannedAction) {
		t.Helper()
		sim.ResetRequests()
		plan, failed := run.plan(t, config)
		if failed || plan.action != due {
			t.Errorf("%s: the plan is %v, want %v: %s", when, plan.action, due, plan.said)
		}
		state := plain(t, run.like.schemaOf(rotationKind), run.current.state)
		if got, _ := state["usage"].(string); got != usage {
			t.Errorf("%s: the usage is %q, want %q", when, got, usage)
		}
		if n := logReads(sim); n > 4 || usage == "" && n > 0 {
			t.Errorf("%s: the System Log was read %d times", when, n)
		}
	}

	expect("in the overlap", "", noAction)
	sim.Advance(day)
	logIn(initial.Value, true)
	logIn(current, true)
	sim.Advance(day + time.Hour)
	expect("the overlap is over, and a consumer was there", "in_use", noAction)

	sim.Advance(10 * time.Minute)
	sim.SetLog(oktasim.LogSettings{WithoutSecretHash: true})
	expect("the log doesn't tell secrets apart", "inconclusive", noAction)
	sim.SetLog(oktasim.LogSettings{})

	sim.Advance(3 * day)
	expect("nobody logged in at all", "inconclusive", noAction)
	logIn(current, true)
	sim.Advance(time.Hour)
	expect("only the current secret was used", "quiet", update)
	plan, _ := run.plan(t, config)
	logIn(initial.Value, true) // between plan and apply
	if _, failed := run.finish(t, plan); !failed {
		t.Error("the apply deactivated a secret that was used after the plan")
	}
	if secret, _ := app.Secret(t, initial.ID); secret.Status != "ACTIVE" {
		t.Fatalf("the previous secret is %s", secret.Status)
	}

	sim.Advance(3 * day)
	logIn(current, true)
	sim.Advance(time.Hour)
	if state := mustApply(t, run, config); state["phase"] != "grace" || state["last_transition"] != "deactivate "+initial.ID {
		t.Errorf("the phase is %v after %v", state["phase"], state["last_transition"])
	}
	sim.Advance(time.Hour)
	logIn(initial.Value, false)
	sim.Advance(time.Hour)
	expect("in grace, with a login that was refused", "in_use", noAction)
	plan, _ = run.plan(t, config)
	acctest.Says(t, plan.said, initial.ID, "hold = true") // the way back
}
