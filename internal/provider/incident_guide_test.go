// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// What templates/guides/incident.md.tmpl tells to do about a leaked secret.

// leaked is a rotation in steady state, whose current secret has leaked.
type leaked struct {
	org             *acctest.Org
	app             *acctest.App
	secret, current rotationSecret
	config          func(generation int, stays string) string
	begin           resource.TestStep
	age             func()
}

// rotationSecret is the current secret of a rotation, as state had it last.
type rotationSecret struct{ id, value string }

func (s *rotationSecret) see() statecheck.StateCheck {
	return acctest.Inspect(rotationAddress, func(attributes map[string]any) {
		s.id, _ = attributes["current_secret_id"].(string)
		s.value, _ = attributes["client_secret"].(string)
	})
}

func newLeaked(t *testing.T) *leaked {
	t.Helper()
	org := acctest.NewOrg(t)
	l := &leaked{org: org, app: org.NewApp(t, "client_secret_basic")}
	l.age = func() { org.Sim(t).Age(l.app.ID, 25*time.Hour) }
	l.config = func(generation int, stays string) string {
		return rotationConfig(org, l.app, fmt.Sprintf("rotate_when_changed = { generation = %d }\nomit_secret = false\n%s", generation, stays))
	}
	l.begin = resource.TestStep{
		Config: l.config(1, "") + rotationImport(l.app), ConfigStateChecks: []statecheck.StateCheck{phase("steady"), l.secret.see()},
	}
	return l
}

// accepted fails the test unless Okta accepts the current secret, and the leaked
// one as long as it should.
func (l *leaked) accepted(t *testing.T, leaked bool) statecheck.StateCheck {
	return acctest.Do(func() {
		t.Helper()
		if !l.app.Login(t, l.current.value) {
			t.Error("the current secret is refused")
		}
		if got := l.app.Login(t, l.secret.value); got != leaked {
			t.Errorf("that the leaked secret is accepted is %t, want %t", got, leaked)
		}
	})
}

func TestAccIncident_LeakedSecretOfARotation_EndsWithoutOverlap(t *testing.T) {
	l := newLeaked(t)
	const atOnce = "overlap = \"0s\"\ngrace = \"0s\""
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			l.begin,
			{ // deliver after this one
				Config: l.config(2, atOnce), ExpectNonEmptyPlan: true,
				ConfigStateChecks: []statecheck.StateCheck{transition("create"), l.current.see(), l.accepted(t, true)},
			},
			{
				Config: l.config(2, atOnce),
				ConfigStateChecks: []statecheck.StateCheck{
					phase("steady"), pending("deactivate overlap_ended", "delete grace_ended"), l.accepted(t, false),
					acctest.Do(func() { mustHold(t, l.app, l.current.id) }),
				},
			},
			{ // back to the usual durations, which moves nothing
				Config:            l.config(2, ""),
				ConfigStateChecks: []statecheck.StateCheck{phase("steady"), l.accepted(t, false)},
			},
		},
	})
}

func TestAccIncident_LeakedSecretOfARotation_EndsByTheAction(t *testing.T) {
	l := newLeaked(t)
	deactivate := func() {
		_, end := newProtocol(t, l.org).invoke(t, secretObject+"_deactivate", map[string]any{"app_id": l.app.ID, "id": l.secret.id})
		if end != "" {
			t.Error(end)
		}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			l.begin,
			{ // deliver after this one
				Config:            l.config(2, ""),
				ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), l.current.see(), l.accepted(t, true)},
			},
			{ // it stays deactivated
				PreConfig: deactivate, Config: l.config(2, ""),
				ConfigStateChecks: []statecheck.StateCheck{phase("grace"), l.accepted(t, false)},
			},
			{
				PreConfig: l.age, Config: l.config(2, ""),
				ConfigStateChecks: []statecheck.StateCheck{phase("steady"), acctest.Do(func() { mustHold(t, l.app, l.current.id) })},
			},
		},
	})
}
