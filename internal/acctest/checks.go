// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// Do is done where a step runs its checks: as a plan check before the apply or
// after it, as a state check right after the apply, before Terraform plans
// again to see that nothing is left.
type Do func()

// CheckPlan implements [plancheck.PlanCheck].
func (d Do) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) { d() }

// CheckState implements [statecheck.StateCheck].
func (d Do) CheckState(context.Context, statecheck.CheckStateRequest, *statecheck.CheckStateResponse) {
	d()
}

// BeforeApply does something between a step's plan and its apply.
func BeforeApply(do func()) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{Do(do)}}
}

// Inspect hands over what state holds of a resource after a step.
func Inspect(address string, look func(attributes map[string]any)) statecheck.StateCheck {
	return inspection{address, look}
}

type inspection struct {
	address string
	look    func(map[string]any)
}

func (i inspection) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	if req.State == nil || req.State.Values == nil || req.State.Values.RootModule == nil {
		resp.Error = errors.New("the state is empty")
		return
	}
	for _, r := range req.State.Values.RootModule.Resources {
		if r.Address == i.address {
			i.look(r.AttributeValues)
			return
		}
	}
	resp.Error = fmt.Errorf("%s is not in the state", i.address)
}

// Folder is a configuration that says where Terraform runs, for [RawState].
const Folder = `
output "folder" {
  value = abspath(path.root)
}
`

// RawState hands over the state file as it is, private state and all, after a
// step whose configuration includes [Folder].
func RawState(look func(state string)) statecheck.StateCheck { return rawState(look) }

type rawState func(string)

func (look rawState) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	output, ok := req.State.Values.Outputs["folder"]
	if !ok {
		resp.Error = errors.New("no output says where Terraform runs")
		return
	}
	content, err := os.ReadFile(filepath.Join(fmt.Sprint(output.Value), "terraform.tfstate"))
	if err != nil {
		resp.Error = err
		return
	}
	look(string(content))
}

// OneLine makes one space of every run of white space: Terraform breaks its
// lines where it likes.
func OneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Refused runs a test case in which exactly one step fails, and returns what
// Terraform said, in one line.
func Refused(t *testing.T, test resource.TestCase) string {
	t.Helper()
	var said []string
	test.ErrorCheck = func(err error) error {
		said = append(said, OneLine(err.Error()))
		return nil
	}
	resource.Test(t, test)
	if len(said) != 1 {
		t.Fatalf("%d steps failed, want one: %q", len(said), said)
	}
	return said[0]
}

// Says fails the test unless the text contains each of the phrases.
func Says(t testing.TB, text string, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if !strings.Contains(text, phrase) {
			t.Errorf("it does not say %q:\n%s", phrase, text)
		}
	}
}

// Hides fails the test if the text contains one of the values.
func Hides(t testing.TB, text string, values ...string) {
	t.Helper()
	for _, value := range values {
		if strings.Contains(text, value) {
			t.Errorf("it gives away a value of %d characters:\n%s", len(value), strings.ReplaceAll(text, value, "<here>"))
		}
	}
}

// Requests is the simulator's request log of the app, each as its method and
// its path below the app's: "POST secrets/ocs1/lifecycle/deactivate", "GET app".
func (a *App) Requests(t testing.TB) (requests []string) {
	t.Helper()
	for _, request := range a.org.Sim(t).Requests() {
		path, ours := strings.CutPrefix(request.Path, "/api/v1/apps/"+a.ID)
		switch {
		case ours && path == "":
			requests = append(requests, request.Method+" app")
		case ours:
			requests = append(requests, request.Method+" "+strings.TrimPrefix(path, "/credentials/"))
		default:
			requests = append(requests, request.Method+" "+request.Path)
		}
	}
	return requests
}
