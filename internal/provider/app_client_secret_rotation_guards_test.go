// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// The plan showed that the previous secret is deactivated. Meanwhile somebody turned
// it off and on, because a consumer still uses it: its overlap starts over.
func TestAppClientSecretRotation_AppliesExactlyWhatItsPlanShowed(t *testing.T) {
	t.Parallel()
	config := values{}
	s, app, initial := rotated(t, config)
	s.org.Sim(t).Advance(25 * time.Hour)
	plan := s.plan(t, config)
	if plan.Failed() || plan.Empty() {
		t.Fatalf("nothing is due: %v", plan.Diagnostics)
	}
	app.Deactivate(t, "secrets", initial.ID)
	app.Activate(t, "secrets", initial.ID)
	s.org.Sim(t).ResetRequests()

	if !s.core.Apply(t.Context(), plan).Failed() {
		t.Error("the apply did what its plan showed, although the app has changed since")
	}
	for _, request := range s.org.Sim(t).Requests() {
		if request.Method != "GET" {
			t.Errorf("it sent %s %s", request.Method, request.Path)
		}
	}
	if secret, _ := app.Secret(t, initial.ID); secret.Status != "ACTIVE" {
		t.Errorf("the previous secret is %s", secret.Status)
	}
}

// A private state that changed with every refresh would be a change to every
// refresh-only plan.
func TestAppClientSecretRotation_TimeAloneDoesNotChangeThePrivateState(t *testing.T) {
	t.Parallel()
	config := values{"rotate_after": "30d", "stagger": "2d"}
	s, _, _ := rotated(t, config)
	for phase := range 3 { // overlap, grace, steady
		for range 3 {
			before := s.core.State.Current(s.address).Private
			s.org.Sim(t).Advance(7 * time.Hour)
			if run := s.run(t, s.with(config)); !run.Converged() {
				t.Fatalf("phase %d: something is due: %s %v", phase, run.Plan, run.Diagnostics())
			}
			if after := s.core.State.Current(s.address).Private; !bytes.Equal(after, before) {
				t.Errorf("phase %d: a refresh changed the private state\nfrom %s\nto   %s", phase, before, after)
			}
		}
		if phase < 2 {
			s.org.Sim(t).Advance(4 * time.Hour)
			mustApply(t, s, config)
		}
	}
}

// A remote backend lost the last write: state says that the initial secret is
// current. Its successor was delivered, and the initial one deactivated since.
func TestAppClientSecretRotation_StateOneWriteBehind_TheSuccessorBecomesCurrent(t *testing.T) {
	t.Parallel()
	for name, since := range map[string]func(t *testing.T, app *acctest.App, old string){
		"deactivated": func(t *testing.T, app *acctest.App, old string) { app.Deactivate(t, "secrets", old) },
		"deleted":     func(t *testing.T, app *acctest.App, old string) { app.Delete(t, "secrets", old) },
		"still ACTIVE, and the rotation is asked for again": func(*testing.T, *acctest.App, string) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := values{}
			s, app, initial := rotated(t, config)
			app.Delete(t, "secrets", initial.ID)
			old, _ := mustApply(t, s, config)["current_secret_id"].(string) // recorded
			asked := values{"app_id": app.ID, "rotate_after": "1h", "overlap": "30m"}
			s.org.Sim(t).Advance(2 * time.Hour)
			mustApply(t, s, asked) // the age counts from now on
			lost := s.core.State.Clone()
			delivered := mustApply(t, s, asked)["current_secret_id"]
			if delivered == old {
				t.Fatal("it didn't rotate")
			}
			since(t, app, old)
			s.core.State = lost
			s.org.Sim(t).Advance(365 * 24 * time.Hour) // whatever the time
			s.org.Sim(t).ResetRequests()

			state := mustApply(t, s, values{"app_id": app.ID, "rotate_after": "1000d"})
			for _, request := range s.org.Sim(t).Requests() {
				if request.Method == "POST" && request.Path == "/api/v1/apps/"+app.ID+"/credentials/secrets/"+old+"/lifecycle/activate" {
					t.Error("the old secret was activated while its successor is ACTIVE")
				}
			}
			if name != "still ACTIVE, and the rotation is asked for again" && state["current_secret_id"] != delivered {
				t.Errorf("current is %v, want %v", state["current_secret_id"], delivered)
			}
			if secret, there := app.Secret(t, delivered.(string)); !there || secret.Status != "ACTIVE" {
				t.Error("the secret that consumers have is not ACTIVE any more")
			}
		})
	}
}
