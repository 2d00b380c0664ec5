// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// scheduled is a resource of each kind that is replaced because of its age.
type scheduled struct {
	org            *acctest.Org
	sim            *oktasim.Org
	owner, address string
	config         func(attributes string) string
}

func scheduledKinds() map[string]func(t *testing.T) scheduled {
	return map[string]func(t *testing.T) scheduled{
		"app": func(t *testing.T) scheduled {
			t.Helper()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			return scheduled{org, org.Sim(t), app.ID, secretAddress, func(attributes string) string { return secretConfig(org, app, attributes) }}
		},
		"API service integration": func(t *testing.T) scheduled {
			t.Helper()
			org, sim, service := serviceOrg(t)
			return scheduled{org, sim, service, serviceAddress, func(attributes string) string { return serviceConfig(org, service, attributes) }}
		},
	}
}

func (s scheduled) is(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(s.address, tfjsonpath.New(attribute), want)
}

func (s scheduled) planned(actions ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: actions}
}

// removeInitial makes room for a replacement.
func (s scheduled) removeInitial(t *testing.T, id string) {
	t.Helper()
	if err := s.sim.SetSecretStatus(s.owner, id, oktasim.StatusInactive); err != nil {
		t.Error(err)
	}
	if err := s.sim.RemoveSecret(s.owner, id); err != nil {
		t.Error(err)
	}
}

// replacedBecauseOf checks the cause of a replacement that the JSON of a plan names: resource_changes[].change.replace_paths.
type replacedBecauseOf struct{ address, attribute string }

func (c replacedBecauseOf) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address == c.address && change.Change.Actions.Replace() {
			if diff := cmp.Diff([]any{[]any{c.attribute}}, change.Change.ReplacePaths); diff != "" {
				resp.Error = fmt.Errorf("replace_paths of %s (-want +got):\n%s", c.address, diff)
			}
			return
		}
	}
	resp.Error = fmt.Errorf("%s is not replaced", c.address)
}

// laterBy wants a time that is d later than the one that a state check has seen before.
type laterBy struct {
	since *time.Time
	d     time.Duration
}

func (l laterBy) String() string { return l.d.String() + " later" }

func (l laterBy) CheckValue(value any) error {
	at, err := time.Parse(time.RFC3339, fmt.Sprint(value))
	if err == nil && !at.Equal(l.since.Add(l.d)) {
		err = fmt.Errorf("%s is %s after the creation, want %s", at, at.Sub(*l.since), l.d)
	}
	return err
}

func TestAccSecretSchedule_BlockedByTheOtherSecret_ThenOverdue_ThenAnError_ThenReplaced(t *testing.T) {
	const month = 30 * 24 * time.Hour
	for kind, newKind := range scheduledKinds() {
		t.Run(kind, func(t *testing.T) {
			s := newKind(t)
			initial := s.sim.Secrets(s.owner)[0]
			var run watched
			var created time.Time
			warns, fails := s.config("rotate_after = \"30d\""), s.config("rotate_after = \"30d\"\non_blocked = \"error\"")
			said := acctest.Refused(t, resource.TestCase{
				ProtoV6ProviderFactories: run.factories(),
				Steps: []resource.TestStep{
					{
						Config: warns,
						ConfigStateChecks: []statecheck.StateCheck{
							acctest.Inspect(s.address, func(attributes map[string]any) {
								created, _ = time.Parse(time.RFC3339, fmt.Sprint(attributes["created"]))
							}),
							s.is("rotates_at", laterBy{&created, month}), s.is("overdue", knownvalue.Bool(false)),
							s.is("on_blocked", knownvalue.StringExact("warn")),
						},
					},
					{ // not overdue yet: blocked is no error
						Config: fails, ConfigStateChecks: []statecheck.StateCheck{s.is("blocked_by", knownvalue.NotNull()), s.is("overdue", knownvalue.Bool(false))},
					},
					{
						PreConfig: func() { s.sim.Advance(month + time.Hour) },
						Config:    fails,
					},
					{
						PreConfig: func() { run.expect(t, "overdue_blocked", s.owner) },
						Config:    warns, ConfigStateChecks: []statecheck.StateCheck{s.is("blocked_by", knownvalue.NotNull()), s.is("overdue", knownvalue.Bool(true))},
					},
					{
						PreConfig:        func() { s.removeInitial(t, initial.ID) },
						Config:           fails,
						ConfigPlanChecks: s.planned(replacedBecauseOf{s.address, "rotates_at"}),
						ConfigStateChecks: []statecheck.StateCheck{
							s.is("overdue", knownvalue.Bool(false)), s.is("blocked_by", knownvalue.Null()),
						},
					},
				},
			})
			acctest.Says(t, said, s.owner)
		})
	}
}

func TestAccSecretSchedule_Stagger_IsTheShareOfTheApp(t *testing.T) {
	const day = 24 * time.Hour
	for kind, newKind := range scheduledKinds() {
		t.Run(kind, func(t *testing.T) {
			s := newKind(t)
			initial := s.sim.Secrets(s.owner)[0]
			at := 30*day - rotation.Stagger(s.owner, 10*day)
			config := s.config("rotate_after = \"30d\"\nstagger = \"10d\"\nallow_last_credential_destroy = true")
			var created time.Time
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							acctest.Inspect(s.address, func(attributes map[string]any) {
								created, _ = time.Parse(time.RFC3339, fmt.Sprint(attributes["created"]))
							}),
							s.is("rotates_at", laterBy{&created, at}), acctest.Do(func() { s.removeInitial(t, initial.ID) }),
						},
					},
					{
						PreConfig: func() { s.sim.Advance(at - time.Hour) },
						Config:    config, ConfigPlanChecks: s.planned(plancheck.ExpectEmptyPlan()),
					},
					{
						PreConfig: func() { s.sim.Advance(2 * time.Hour) },
						Config:    config, ConfigPlanChecks: s.planned(replacedBecauseOf{s.address, "rotates_at"}),
					},
				},
			})
		})
	}
}

func TestAccSecretSchedule_DurationsThatContradictEachOther_AreRefusedBeforeAnythingIsSent(t *testing.T) {
	for kind, newKind := range scheduledKinds() {
		for name, attributes := range map[string]string{
			"stagger without rotate_after":     `stagger = "1d"`,
			"stagger longer than rotate_after": "rotate_after = \"7d\"\nstagger = \"8d\"",
			"rotate_after in ISO 8601":         `rotate_after = "P90D"`,
			"a negative drain":                 `drain = "-1h"`,
			"an on_blocked of your own":        `on_blocked = "fail"`,
		} {
			t.Run(kind+": "+name, func(t *testing.T) {
				s := newKind(t)
				s.sim.ResetRequests()
				acctest.Refused(t, resource.TestCase{
					ProtoV6ProviderFactories: acctest.Factories(),
					Steps:                    []resource.TestStep{{Config: s.config(attributes), PlanOnly: true}},
				})
				if requests := s.sim.Requests(); len(requests) > 0 {
					t.Errorf("it sent %v", requests)
				}
			})
		}
	}
}

// A policy tool reads the cause in the JSON of the plan.
func TestAccAppClientSecret_APlanNamesTheCauseOfAReplacement(t *testing.T) {
	for attribute, test := range map[string]struct{ before, after string }{
		"rotate_when_changed":      {`rotate_when_changed = { incident = "41" }`, `rotate_when_changed = { incident = "42" }`},
		"client_secret_wo_version": {set("client_secret_wo", ownFirst) + "\nclient_secret_wo_version = 1", set("client_secret_wo", ownSecond) + "\nclient_secret_wo_version = 2"},
		"rotates_at":               {`rotate_after = "30d"`, `rotate_after = "30d"`},
	} {
		t.Run(attribute, func(t *testing.T) {
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			more := "\nomit_secret = true\nallow_last_credential_destroy = true\n"
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				TerraformVersionChecks:   needsWriteOnly,
				Steps: []resource.TestStep{
					{
						Config:            secretConfig(org, app, test.before+more),
						ConfigStateChecks: []statecheck.StateCheck{acctest.Do(func() { app.Delete(t, "secrets", initial.ID) })},
					},
					{
						PreConfig:        func() { sim.Advance(31 * 24 * time.Hour) },
						Config:           secretConfig(org, app, test.after+more),
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{replacedBecauseOf{secretAddress, attribute}}},
					},
				},
			})
		})
	}
}
