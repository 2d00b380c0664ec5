// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
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
	s := newAppStory(t, org, app, rotationAddress)
	config := values{"verify": true}
	loseTheAnswers(sim)
	s.fails(t, s.with(config))
	sim.ClearFaults()
	var left string
	for _, secret := range app.Secrets(t) {
		if secret.ID != initial.ID {
			left = secret.ID
		}
	}
	sim.ResetRequests()

	state := mustApply(t, s, config)
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
	s, app, _ := rotated(t, config)
	sim := s.org.Sim(t)
	days := func() { sim.Age(app.ID, 72*time.Hour) }
	days()
	expectState(t, mustChange(t, s, config), values{"phase": "grace"})
	days()
	expectState(t, mustChange(t, s, config), values{"phase": "steady"})

	config["rotate_when_changed"] = generationMap(2)["rotate_when_changed"]
	loseTheAnswers(sim)
	s.fails(t, s.with(config))
	sim.ClearFaults()
	days()
	expectState(t, mustChange(t, s, config), values{"phase": "overlap", "pending": "adopt rotate_when_changed"})
	expectState(t, rotationState(t, s), values{"previous_status": "ACTIVE"})
}

// Terraform keeps the state of before, and drops its private part, when the
// provider dies during an update.
func TestAppClientSecretRotation_PrivateStateLost_RolesAreThoseInState(t *testing.T) {
	t.Parallel()
	var (
		core  *tfcore.Core
		kills bool
	)
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newAppStory(t, org, app, rotationAddress, func(p *provider.Provider) { p.Transport = killing{&core, &kills} })
	core = s.core
	current := mustApply(t, s, nil)["current_secret_id"]
	sim.Advance(25 * time.Hour)
	kills = true
	s.fails(t, s.with(nil))
	kills = false
	app.Deactivate(t, "secrets", initial.ID) // as if the request had reached Okta
	if private := s.core.State.Current(s.address).Private; len(private) > 0 {
		t.Errorf("Terraform kept the private state %s", private)
	}

	planned := rotationValues(t, s.plan(t, nil).Change(s.address).Before)
	if planned["previous_secret_id"] != initial.ID || planned["phase"] != "grace" {
		t.Errorf("previous is %v in phase %v, want %s in grace", planned["previous_secret_id"], planned["phase"], initial.ID)
	}
	sim.Advance(25 * time.Hour)
	state := mustApply(t, s, nil)
	if state["previous_secret_id"] != current || state["last_transition"] != "create" {
		t.Errorf("previous is %v, want %v; the transition is %v, want a rotation: it may have been asked for", state["previous_secret_id"], current, state["last_transition"])
	}
	if _, there := app.Secret(t, initial.ID); there {
		t.Errorf("%s is still there", initial.ID)
	}
}
