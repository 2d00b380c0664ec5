// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// scheduled is an app and an API service integration of one org, whose secrets are replaced because of their age.
type scheduled struct {
	org     *acctest.Org
	sim     *oktasim.Org
	app     *acctest.App
	service string
}

func newScheduled(t *testing.T) scheduled {
	t.Helper()
	org, sim, service := serviceOrg(t)
	return scheduled{org, sim, org.NewApp(t, "client_secret_basic"), service}
}

// removeInitial makes room for a replacement.
func (s scheduled) removeInitial(t *testing.T, owners ...string) {
	t.Helper()
	for _, owner := range owners {
		removeServiceSecret(t, s.sim, owner, s.sim.Secrets(owner)[0].ID)
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

func TestSecretSchedule_BlockedByTheOtherSecret_ThenOverdue_ThenAnError_ThenReplaced(t *testing.T) {
	t.Parallel()
	const month = 30 * 24 * time.Hour
	all := newScheduled(t)
	var run watched
	s := newStory(t, all.org, run.watch)
	addresses := []string{secretAddress, serviceAddress}
	both := func(more values) []tfcore.Resource {
		arguments := values{"rotate_after": "30d", "allow_last_credential_destroy": true}
		maps.Copy(arguments, more)
		return []tfcore.Resource{
			of(secretAddress, "app_id", all.app.ID, arguments), of(serviceAddress, "api_service_integration_id", all.service, arguments),
		}
	}
	expect := func(overdue string, blocked bool) {
		t.Helper()
		for _, address := range addresses {
			if s.held(address, "overdue") != overdue || (s.held(address, "blocked_by") != "") != blocked {
				t.Errorf("%s: overdue is %s, blocked by %q", address, s.held(address, "overdue"), s.held(address, "blocked_by"))
			}
		}
	}
	warns, fails := both(nil), both(values{"on_blocked": "error"})

	s.applies(t, tfcore.Create, warns...)
	for _, address := range addresses {
		created, _ := time.Parse(time.RFC3339, s.held(address, "created"))
		if err := (laterBy{&created, month}).CheckValue(s.held(address, "rotates_at")); err != nil || s.held(address, "on_blocked") != "warn" {
			t.Errorf("%s: on_blocked is %s, %v", address, s.held(address, "on_blocked"), err)
		}
		if s.held(address, "overdue") != "false" {
			t.Errorf("%s is overdue", address)
		}
	}
	s.applies(t, tfcore.Update, fails...) // not overdue yet: blocked is no error
	expect("false", true)

	all.sim.Advance(month + time.Hour)
	s.fails(t, fails...)
	run.expect(t, "overdue_blocked", all.app.ID, all.service)
	s.applies(t, tfcore.Update, warns...)
	expect("true", true)

	all.removeInitial(t, all.app.ID, all.service)
	s.applies(t, tfcore.CreateThenDelete, fails...)
	expect("false", false)
}

func TestSecretSchedule_Stagger_IsTheShareOfTheApp(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, kind := range map[string]struct{ address, owner string }{
		"app": {secretAddress, "app_id"}, "API service integration": {serviceAddress, "api_service_integration_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := newScheduled(t)
			owner := map[string]string{secretAddress: all.app.ID, serviceAddress: all.service}[kind.address]
			after := 30*day - rotation.Stagger(owner, 10*day)
			s := newStory(t, all.org)
			secret := of(kind.address, kind.owner, owner, values{"rotate_after": "30d", "stagger": "10d", "allow_last_credential_destroy": true})

			s.applies(t, tfcore.Create, secret)
			created, _ := time.Parse(time.RFC3339, s.held(kind.address, "created"))
			if err := (laterBy{&created, after}).CheckValue(s.held(kind.address, "rotates_at")); err != nil {
				t.Error(err)
			}
			all.removeInitial(t, owner)
			all.sim.Advance(after - time.Hour)
			s.applies(t, tfcore.NoOp, secret)
			all.sim.Advance(2 * time.Hour)
			s.applies(t, tfcore.CreateThenDelete, secret)
		})
	}
}

func TestAccSecretSchedule_DurationsThatContradictEachOther_AreRefusedBeforeAnythingIsSent(t *testing.T) {
	s := newScheduled(t)
	s.sim.ResetRequests()
	config := s.org.Provider()
	refused := map[string]string{
		"stagger_without_rotate_after":     `stagger = "1d"`,
		"stagger_longer_than_rotate_after": "rotate_after = \"7d\"\nstagger = \"8d\"",
		"rotate_after_in_iso_8601":         `rotate_after = "P90D"`,
		"negative_drain":                   `drain = "-1h"`,
		"on_blocked_of_your_own":           `on_blocked = "fail"`,
	}
	for name, attributes := range refused {
		config += fmt.Sprintf("resource \"oktacreds_app_client_secret\" %q {\n  app_id = %q\n  %s\n}\n", name, s.app.ID, attributes)
		config += fmt.Sprintf("resource \"oktacreds_api_service_integration_secret\" %q {\n  api_service_integration_id = %q\n  %s\n}\n", name, s.service, attributes)
	}
	said := refusedAtPlan(t, config)
	for name := range refused {
		acctest.Says(t, said, "with oktacreds_app_client_secret."+name+",", "with oktacreds_api_service_integration_secret."+name+",")
	}
	if requests := s.sim.Requests(); len(requests) > 0 {
		t.Errorf("it sent %v", requests)
	}
}

// A policy tool reads the cause in the JSON of the plan.
func TestAccAppClientSecret_APlanNamesTheCauseOfAReplacement(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	config := [2]string{org.Provider(), org.Provider()}
	var causes []plancheck.PlanCheck
	var removeInitial []func()
	for attribute, values := range map[string][2]string{
		"rotate_when_changed":      {`rotate_when_changed = { incident = "41" }`, `rotate_when_changed = { incident = "42" }`},
		"client_secret_wo_version": {set("client_secret_wo", ownFirst) + "\nclient_secret_wo_version = 1", set("client_secret_wo", ownSecond) + "\nclient_secret_wo_version = 2"},
		"rotates_at":               {`rotate_after = "30d"`, `rotate_after = "30d"`},
	} {
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0]
		removeInitial = append(removeInitial, func() { app.Delete(t, "secrets", initial.ID) })
		causes = append(causes, replacedBecauseOf{"oktacreds_app_client_secret." + attribute, attribute})
		for i := range config {
			config[i] += fmt.Sprintf(`
resource "oktacreds_app_client_secret" %q {
  app_id                        = %q
  allow_last_credential_destroy = true
  %s
  lifecycle {
    create_before_destroy = true
  }
}
`, attribute, app.ID, values[i])
		}
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		TerraformVersionChecks:   writeOnly,
		Steps: []resource.TestStep{
			{Config: config[0]},
			{
				PreConfig: func() {
					for _, remove := range removeInitial {
						remove()
					}
					sim.Advance(31 * 24 * time.Hour)
				},
				Config:           config[1],
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: causes},
			},
		},
	})
}
