// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// rotated is the story of a rotation that has taken an app over: both secrets are ACTIVE.
func rotated(t *testing.T, config values) (s *appStory, app *acctest.App, initial acctest.Credential) {
	t.Helper()
	org := acctest.NewOrg(t)
	app = org.NewApp(t, "client_secret_basic")
	initial = app.Secrets(t)[0]
	s = newAppStory(t, org, app, rotationAddress)
	mustApply(t, s, config)
	return s, app, initial
}

func mustApply(t *testing.T, s *appStory, config values) (state values) {
	t.Helper()
	if run := s.run(t, s.with(config)); run.Failed() {
		t.Fatal(run.Diagnostics())
	}
	return rotationState(t, s)
}

// mustChange applies a plan that shows a change, and wants the next plan to show none.
func mustChange(t *testing.T, s *appStory, config values) (state values) {
	t.Helper()
	s.apply(t, tfcore.Update, config)
	return rotationState(t, s)
}

// nothingDue wants a plan to show no change.
func nothingDue(t *testing.T, s *appStory, config values) (refreshed values) {
	t.Helper()
	plan := s.plan(t, config)
	if plan.Failed() || !plan.Empty() {
		t.Errorf("something is due: %s %v", plan, plan.Diagnostics)
	}
	return rotationValues(t, plan.Change(s.address).Before)
}

// rotationState is the state of the rotation.
func rotationState(t *testing.T, s *appStory) values {
	t.Helper()
	return rotationValues(t, s.core.State.Current(s.address).Value)
}

// rotationValues are the attributes of a rotation, its pending steps as "deactivate overlap_ended, delete grace_ended".
func rotationValues(t *testing.T, rotation cty.Value) (all values) {
	t.Helper()
	encoded, err := ctyjson.Marshal(rotation, rotation.Type())
	if err == nil {
		err = json.Unmarshal(encoded, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	if list, ok := all["pending"].([]any); ok {
		var steps []string
		for _, element := range list {
			step, _ := element.(map[string]any)
			if step["secret_id"] == "" {
				t.Error("a pending step names no secret")
			}
			steps = append(steps, step["action"].(string)+" "+step["reason"].(string))
		}
		all["pending"] = strings.Join(steps, ", ")
	}
	return all
}

// expectState compares the attributes that are wanted; nil is null.
func expectState(t *testing.T, state, want values) {
	t.Helper()
	got := maps.Clone(want)
	for name := range want {
		got[name] = state[name]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the state differs (-want +got):\n%s", diff)
	}
}
