// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// rotated is a run with a rotation that has taken an app over: both secrets are ACTIVE.
func rotated(t *testing.T, config map[string]any) (run *terraformRun, app *acctest.App, initial acctest.Credential) {
	t.Helper()
	org := acctest.NewOrg(t)
	app = org.NewApp(t, "client_secret_basic")
	initial = app.Secrets(t)[0]
	run = newRun(t, org, rotationKind, func(string) {})
	config["app_id"] = app.ID
	mustApply(t, run, config)
	return run, app, initial
}

func mustApply(t *testing.T, run *terraformRun, config map[string]any) (state map[string]any) {
	t.Helper()
	if text, failed, _ := run.apply(t, config); failed {
		t.Fatal(text)
	}
	return rotationState(t, run)
}

// mustChange applies a plan that shows a change, and wants the next plan to show none.
func mustChange(t *testing.T, run *terraformRun, config map[string]any) (state map[string]any) {
	t.Helper()
	text, failed, changed := run.apply(t, config)
	if failed || !changed {
		t.Fatalf("changed: %t\n%s", changed, text)
	}
	state = rotationState(t, run)
	nothingDue(t, run, config)
	return state
}

// nothingDue wants a plan to show no change.
func nothingDue(t *testing.T, run *terraformRun, config map[string]any) (refreshed map[string]any) {
	t.Helper()
	if plan, failed := run.plan(t, config); failed || plan.action != noAction {
		t.Errorf("something is due: %s", plan.said)
	}
	return rotationState(t, run)
}

// rotationState is the state of the rotation, its pending steps as "deactivate overlap_ended, delete grace_ended".
func rotationState(t *testing.T, run *terraformRun) map[string]any {
	t.Helper()
	state := plain(t, run.like.schemaOf(rotationKind), run.current.state)
	if list, ok := state["pending"].(tftypes.Value); ok {
		var steps []string
		for _, element := range as[[]tftypes.Value](t, list) {
			step := as[map[string]tftypes.Value](t, element)
			if as[string](t, step["secret_id"]) == "" {
				t.Error("a pending step names no secret")
			}
			steps = append(steps, as[string](t, step["action"])+" "+as[string](t, step["reason"]))
		}
		state["pending"] = strings.Join(steps, ", ")
	}
	return state
}

// expectState compares the attributes that are wanted; nil is null.
func expectState(t *testing.T, state, want map[string]any) {
	t.Helper()
	got := map[string]any{}
	for name := range want {
		got[name] = state[name]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the state differs (-want +got):\n%s", diff)
	}
}
