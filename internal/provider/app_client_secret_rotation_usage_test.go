// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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
	config := values{"retire_when": "unused", "overlap": "2d", "omit_secret": false}
	s, app, initial := rotated(t, config)
	sim := s.org.Sim(t)
	current := s.held(s.address, "client_secret")
	logIn := func(secret string, want bool) {
		t.Helper()
		if app.RequestToken(t, secret, nil) != want { // an introspection writes no event
			t.Errorf("a login is accepted: %t, want %t", !want, want)
		}
	}
	expect := func(when, usage string, due tfcore.Action) {
		t.Helper()
		sim.ResetRequests()
		plan := s.plan(t, config)
		change := plan.Change(s.address)
		if plan.Failed() || change.Action != due {
			t.Errorf("%s: the plan is %v, want %v: %v", when, change.Action, due, plan.Diagnostics)
		}
		if got, _ := rotationValues(t, change.Before)["usage"].(string); got != usage {
			t.Errorf("%s: the usage is %q, want %q", when, got, usage)
		}
		if n := logReads(sim); n > 4 || usage == "" && n > 0 {
			t.Errorf("%s: the System Log was read %d times", when, n)
		}
	}

	expect("in the overlap", "", tfcore.NoOp)
	sim.Advance(day)
	logIn(initial.Value, true)
	logIn(current, true)
	sim.Advance(day + time.Hour)
	expect("the overlap is over, and a consumer was there", "in_use", tfcore.NoOp)

	sim.Advance(10 * time.Minute)
	sim.SetLog(oktasim.LogSettings{WithoutSecretHash: true})
	expect("the log doesn't tell secrets apart", "inconclusive", tfcore.NoOp)
	sim.SetLog(oktasim.LogSettings{})

	sim.Advance(3 * day)
	expect("nobody logged in at all", "inconclusive", tfcore.NoOp)
	logIn(current, true)
	sim.Advance(time.Hour)
	expect("only the current secret was used", "quiet", tfcore.Update)
	plan := s.plan(t, config)
	logIn(initial.Value, true) // between plan and apply
	if !s.core.Apply(t.Context(), plan).Failed() {
		t.Error("the apply deactivated a secret that was used after the plan")
	}
	if secret, _ := app.Secret(t, initial.ID); secret.Status != "ACTIVE" {
		t.Fatalf("the previous secret is %s", secret.Status)
	}

	sim.Advance(3 * day)
	logIn(current, true)
	sim.Advance(time.Hour)
	if state := mustApply(t, s, config); state["phase"] != "grace" || state["last_transition"] != "deactivate "+initial.ID {
		t.Errorf("the phase is %v after %v", state["phase"], state["last_transition"])
	}
	sim.Advance(time.Hour)
	logIn(initial.Value, false)
	sim.Advance(time.Hour)
	expect("in grace, with a login that was refused", "in_use", tfcore.NoOp)
	acctest.Says(t, s.plan(t, config).Diagnostics.String(), initial.ID, "hold = true") // the way back
}
