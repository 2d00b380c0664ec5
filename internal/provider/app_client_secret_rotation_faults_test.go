// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// loseTheAnswers makes the answer to a creation get lost, and whatever is asked
// after it: the run can't record what it has created.
func loseTheAnswers(sim *oktasim.Org) {
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: http.MethodPost, Path: secretsPath})
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: http.MethodGet, Path: secretsPath, Skip: 2})
}

func TestAppClientSecretRotation_FirstCreateLost_TheNextPlanNamesTheSecretAndTheApplyVerifiesIt(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	run := newRun(t, org, rotationKind, func(string) {})
	config := map[string]any{"app_id": app.ID, "verify": true}
	loseTheAnswers(sim)
	if _, failed, _ := run.apply(t, config); !failed {
		t.Fatal("the apply succeeded without an answer")
	}
	sim.ClearFaults()
	var left string
	for _, secret := range app.Secrets(t) {
		if secret.ID != initial.ID {
			left = secret.ID
		}
	}
	sim.ResetRequests()

	plan, failed := run.plan(t, config)
	if failed {
		t.Fatal(plan.said)
	}
	if text, failed := run.finish(t, plan); failed {
		t.Fatal(text)
	}
	state := plain(t, run.like.schemaOf(rotationKind), run.current.state)
	if state["current_secret_id"] != left || state["previous_secret_id"] != initial.ID {
		t.Errorf("current is %v and previous is %v, want %s and %s", state["current_secret_id"], state["previous_secret_id"], left, initial.ID)
	}
	if got := creations(t, app); got != 0 {
		t.Errorf("%d more were created", got)
	}
	verified := false
	for _, request := range sim.Requests() {
		verified = verified || request.Path == "/oauth2/v1/introspect"
	}
	if !verified {
		t.Error("what was adopted was not verified")
	}
}

// The overlap of a secret that is adopted begins when consumers are given it,
// not when an interrupted run created it days before.
func TestAppClientSecretRotation_AdoptedDaysLater_OverlapBeginsThen(t *testing.T) {
	t.Parallel()
	config := generationMap(1)
	run, app, _ := rotated(t, config)
	sim := run.org.Sim(t)
	days := func() { sim.Age(app.ID, 72*time.Hour) }
	days()
	expectState(t, mustChange(t, run, config), map[string]any{"phase": "grace"})
	days()
	expectState(t, mustChange(t, run, config), map[string]any{"phase": "steady"})

	config["rotate_when_changed"] = generationMap(2)["rotate_when_changed"]
	loseTheAnswers(sim)
	if _, failed, _ := run.apply(t, config); !failed {
		t.Fatal("the apply succeeded without an answer")
	}
	sim.ClearFaults()
	days()
	expectState(t, mustChange(t, run, config), map[string]any{"phase": "overlap", "pending": "adopt rotate_when_changed"})
	expectState(t, rotationState(t, run), map[string]any{"previous_status": "ACTIVE"})
}

// Terraform keeps the state of before, and drops its private part, when the
// provider dies during an update.
func TestAppClientSecretRotation_PrivateStateLost_RolesAreThoseInState(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	run := newRun(t, org, rotationKind, func(string) {})
	config := map[string]any{"app_id": app.ID}
	apply := func() map[string]any {
		t.Helper()
		if text, failed, _ := run.apply(t, config); failed {
			t.Fatal(text)
		}
		return plain(t, run.like.schemaOf(rotationKind), run.current.state)
	}
	current := apply()["current_secret_id"]
	app.Deactivate(t, "secrets", initial.ID) // and the answer reached nobody
	run.current = &instance{state: run.current.state, identity: run.current.identity}

	plan, _ := run.plan(t, config)
	planned := plain(t, run.like.schemaOf(rotationKind), plan.planned.PlannedState)
	if planned["previous_secret_id"] != initial.ID || planned["phase"] != "grace" {
		t.Errorf("previous is %v in phase %v, want %s in grace", planned["previous_secret_id"], planned["phase"], initial.ID)
	}
	sim.Age(app.ID, 25*time.Hour)
	state := apply()
	if state["previous_secret_id"] != current || state["last_transition"] != "create" {
		t.Errorf("previous is %v, want %v; the transition is %v, want a rotation: it may have been asked for", state["previous_secret_id"], current, state["last_transition"])
	}
	if _, there := app.Secret(t, initial.ID); there {
		t.Errorf("%s is still there", initial.ID)
	}
}
