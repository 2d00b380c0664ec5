// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func copyOf(held *instance) *instance { copied := *held; return &copied }

// The plan showed that the previous secret is deactivated. Meanwhile somebody turned
// it off and on, because a consumer still uses it: its overlap starts over.
func TestAppClientSecretRotation_AppliesExactlyWhatItsPlanShowed(t *testing.T) {
	t.Parallel()
	config := map[string]any{}
	run, app, initial := rotated(t, config)
	run.org.Sim(t).Advance(25 * time.Hour)
	plan, failed := run.plan(t, config)
	if failed || plan.action != update {
		t.Fatalf("nothing is due: %s", plan.said)
	}
	app.Deactivate(t, "secrets", initial.ID)
	app.Activate(t, "secrets", initial.ID)
	run.org.Sim(t).ResetRequests()

	if _, failed := run.finish(t, plan); !failed {
		t.Error("the apply did what its plan showed, although the app has changed since")
	}
	for _, request := range run.org.Sim(t).Requests() {
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
	config := map[string]any{"rotate_after": "30d", "stagger": "2d"}
	run, _, _ := rotated(t, config)
	for phase := range 3 { // overlap, grace, steady
		for range 3 {
			before := run.current.private
			run.org.Sim(t).Advance(7 * time.Hour)
			if plan, failed := run.plan(t, config); failed || plan.action != noAction {
				t.Fatalf("phase %d: something is due: %s", phase, plan.said)
			}
			if !bytes.Equal(run.current.private, before) {
				t.Errorf("phase %d: a refresh changed the private state\nfrom %s\nto   %s", phase, before, run.current.private)
			}
		}
		if phase < 2 {
			run.org.Sim(t).Advance(4 * time.Hour)
			mustApply(t, run, config)
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
			config := map[string]any{}
			run, app, initial := rotated(t, config)
			app.Delete(t, "secrets", initial.ID)
			old, _ := mustApply(t, run, config)["current_secret_id"].(string) // recorded
			asked := map[string]any{"app_id": app.ID, "rotate_after": "1h", "overlap": "30m"}
			run.org.Sim(t).Advance(2 * time.Hour)
			mustApply(t, run, asked) // the age counts from now on
			lost := copyOf(run.current)
			delivered := mustApply(t, run, asked)["current_secret_id"]
			if delivered == old {
				t.Fatal("it didn't rotate")
			}
			since(t, app, old)
			run.current = lost
			run.org.Sim(t).Advance(365 * 24 * time.Hour) // whatever the time
			run.org.Sim(t).ResetRequests()

			state := mustApply(t, run, map[string]any{"app_id": app.ID, "rotate_after": "1000d"})
			for _, request := range run.org.Sim(t).Requests() {
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
