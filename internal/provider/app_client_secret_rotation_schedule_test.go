// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func TestAppClientSecretRotation_BlockedRotationBecomesOverdue(t *testing.T) {
	t.Parallel()
	config := values{"rotate_after": "30d"}
	s, app, initial := rotated(t, config)
	sim, failing := s.org.Sim(t), values{"rotate_after": "30d", "on_blocked": "error"}

	state := nothingDue(t, s, config)
	expectState(t, state, values{"overdue": false, "blocked_by": nil, "max_age": "31d", "id": app.ID})
	if state["rotates_at"] == nil {
		t.Error("nothing tells when it rotates")
	}
	app.Delete(t, "secrets", initial.ID)
	foreign := app.AddSecret(t, "made-in-the-console-by-somebody")
	state = mustChange(t, s, failing)
	expectState(t, state, values{"overdue": false}) // not yet
	acctest.Says(t, fmt.Sprint(state["blocked_by"]), foreign.ID)

	sim.Advance(31 * 24 * time.Hour)
	acctest.Says(t, s.fails(t, s.with(failing)), app.ID)
	expectState(t, mustChange(t, s, config), values{"overdue": true})

	app.Deactivate(t, "secrets", foreign.ID) // the rotation has a slot after its grace
	sim.Advance(25 * time.Hour)
	expectState(t, mustChange(t, s, failing), values{"overdue": false, "blocked_by": nil, "pending": "delete slot_needed, create rotate_after"})
}

func TestAppClientSecretRotation_HeldRotationBecomesOverdue(t *testing.T) {
	t.Parallel()
	held := values{"rotate_after": "30d", "hold": true}
	s, app, initial := rotated(t, held) // nothing is created, so no deadline begins
	state := nothingDue(t, s, held)
	expectState(t, state, values{"phase": "steady", "pending": ""})
	if state["blocked_by"] == nil {
		t.Error("nothing tells what blocks it")
	}
	mustHold(t, app, initial.ID)

	s.org.Sim(t).Advance(31 * 24 * time.Hour)
	expectState(t, nothingDue(t, s, held), values{"overdue": true})
	config := values{"rotate_after": "30d"}
	expectState(t, mustChange(t, s, config), values{"overdue": false, "pending": "create adopted", "blocked_by": nil})
}

func TestAppClientSecretRotation_StaggerMovesTheScheduleEarlier(t *testing.T) {
	t.Parallel()
	config := values{"rotate_after": "90d"}
	s, _, _ := rotated(t, config)
	rotatesAt := func(state map[string]any) time.Time {
		at, err := time.Parse(time.RFC3339, fmt.Sprint(state["rotates_at"]))
		if err != nil {
			t.Error(err)
		}
		return at
	}
	together := rotatesAt(rotationState(t, s))
	staggered := rotatesAt(mustChange(t, s, values{"rotate_after": "90d", "stagger": "2w"}))
	if earlier := together.Sub(staggered); earlier < 0 || earlier >= 14*24*time.Hour {
		t.Errorf("the rotation is scheduled %s earlier, want less than 14 days", earlier)
	}
}

// What a policy tool reads: the JSON of the plan says which secrets are retired.
func TestAccAppClientSecretRotation_PlanJSONListsWhatIsRetired(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := rotationConfig(org, app, `grace = "0s"`)
	other := rotationConfig(org, app, "grace = \"0s\"\n verify = true")
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() { sim.Advance(25 * time.Hour) },
				Config:    config,
				ConfigPlanChecks: plannedPending(
					planStep{"deactivate", initial.ID, "overlap_ended"}, planStep{"delete", initial.ID, "grace_ended"},
				),
				ConfigStateChecks: []statecheck.StateCheck{phase("steady"), transition("delete " + initial.ID)},
			},
			{Config: other, ConfigPlanChecks: plannedPending()}, // an update that retires nothing
		},
	})
}

type planStep struct{ action, secretID, reason string }

// plannedPending checks resource_changes[].change.after.pending of `terraform show -json`.
func plannedPending(want ...planStep) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plannedSteps(want)}}
}

type plannedSteps []planStep

func (want plannedSteps) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != rotationAddress {
			continue
		}
		after, _ := change.Change.After.(map[string]any)
		list, _ := after["pending"].([]any)
		got := make([]planStep, 0, len(list))
		for _, element := range list {
			step, _ := element.(map[string]any)
			got = append(got, planStep{fmt.Sprint(step["action"]), fmt.Sprint(step["secret_id"]), fmt.Sprint(step["reason"])})
		}
		if fmt.Sprint(got) != fmt.Sprint([]planStep(want)) || change.Change.Actions.NoOp() {
			resp.Error = fmt.Errorf("the plan lists %v with %v, want %v", got, change.Change.Actions, want)
		}
		return
	}
	resp.Error = errors.New("the plan doesn't have the rotation")
}

// The truth of the guide: exit code 2 means that a step is due, 0 that none is, held
// and blocked included; 1 with on_blocked = "error". A destroy is never stopped.
func TestAccAppClientSecretRotation_DetailedExitCode(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	cli := newAnyCLI(t, org)
	configure := func(attributes string) {
		cli.write(t, "rotation.tf", fmt.Sprintf("resource \"oktacreds_app_client_secret_rotation\" \"test\" {\n app_id = %q\n rotate_after = \"30d\"\n%s\n}\n", app.ID, attributes))
	}
	expect := func(when string, want int, arguments ...string) {
		t.Helper()
		if got := cli.exitCode(t, append([]string{"plan", "-detailed-exitcode", "-input=false"}, arguments...)...); got != want {
			t.Errorf("%s: exit code %d, want %d", when, got, want)
		}
	}
	unchanged := func(when string) { // Terraform 1.11 ends a refresh-only plan with 2, whatever it finds
		t.Helper()
		cli.must(t, "plan", "-refresh-only", "-input=false", "-out=refresh.tfplan")
		if strings.Contains(cli.must(t, "show", "-json", "refresh.tfplan"), `"resource_drift"`) {
			t.Errorf("%s: a refresh finds a change", when)
		}
	}
	apply := func() { t.Helper(); cli.must(t, "apply", "-auto-approve", "-input=false") }
	day := 24 * time.Hour

	configure("")
	expect("before the first apply", 2)
	apply()
	expect("in the overlap", 0)
	unchanged("in the overlap")
	sim.Advance(12 * time.Hour)
	unchanged("later in the overlap")
	sim.Advance(13 * time.Hour)
	expect("the overlap is over", 2)
	apply()
	expect("in grace", 0)
	unchanged("in grace")
	sim.Advance(25 * time.Hour)
	apply()
	if _, there := app.Secret(t, initial.ID); there {
		t.Errorf("%s wasn't deleted", initial.ID)
	}
	expect("steady", 0)
	sim.Advance(31 * day)
	expect("the age is reached", 2)
	configure("hold = true")
	apply()
	expect("held and overdue", 0)
	configure("")
	foreign := app.AddSecret(t, "made-in-the-console-by-somebody")
	apply()
	expect("blocked and overdue", 0)
	configure(`on_blocked = "error"`)
	expect("blocked and overdue, and that is an error", 1)
	expect("the same, to destroy", 2, "-destroy")
	cli.must(t, "destroy", "-auto-approve", "-input=false")
	if _, there := app.Secret(t, foreign.ID); !there {
		t.Error("the destroy deleted a secret")
	}
}
