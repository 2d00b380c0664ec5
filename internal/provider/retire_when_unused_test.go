// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// Whatever is wrong with the System Log, the previous secret stays: only a log that proves that it is quiet
// retires it. Nothing else is blocked, and no decision costs more than four reads. (A 429 is waited for:
// TestClientSecretUsage_WhatTheLogProves.)
func TestAppClientSecretRotation_RetireWhenUnused_OnlyAQuietLogRetires(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	type world struct {
		sim      *oktasim.Org
		app      *acctest.App
		previous string
	}
	log := func(settings oktasim.LogSettings) func(*testing.T, world) {
		return func(_ *testing.T, w world) { w.sim.SetLog(settings) }
	}
	fault := func(kind oktasim.FaultKind, status int) func(*testing.T, world) {
		return func(_ *testing.T, w world) {
			w.sim.InjectFault(oktasim.Fault{Path: "/api/v1/logs", Kind: kind, Status: status})
		}
	}
	logIn := func(t *testing.T, w world) {
		t.Helper()
		if !w.app.RequestToken(t, w.previous, nil) {
			t.Error("the previous secret was refused")
		}
		w.sim.Advance(time.Hour)
	}
	secretField := []string{"debugContext.debugData.clientSecret"}
	for name, test := range map[string]struct {
		happens func(*testing.T, world) // the overlap has ended, and the current secret is in use
		usage   string
		warns   bool
	}{
		"nothing": {func(*testing.T, world) {}, "quiet", false},
		"a login with it, at a custom authorization server": {logIn, "in_use", false},
		"403":                   {fault(oktasim.FaultErrorBefore, http.StatusForbidden), "inconclusive", true},
		"500":                   {fault(oktasim.FaultErrorBefore, http.StatusInternalServerError), "inconclusive", true},
		"the log is weeks late": {log(oktasim.LogSettings{Delay: 21 * day}), "inconclusive", false},
		"the log keeps a day": {func(_ *testing.T, w world) {
			w.sim.SetLog(oktasim.LogSettings{RetentionDays: 1})
			w.sim.Advance(2 * day)
		}, "inconclusive", false},
		"no hash":                       {log(oktasim.LogSettings{WithoutSecretHash: true}), "inconclusive", false},
		"another hash":                  {log(oktasim.LogSettings{OtherSecretHash: true}), "inconclusive", false},
		"the filter is refused":         {log(oktasim.LogSettings{RefusedFields: secretField}), "quiet", false},
		"the filter is unknown":         {log(oktasim.LogSettings{UnknownFields: secretField}), "quiet", false},
		"every filter is refused":       {log(oktasim.LogSettings{RefusedFields: []string{"actor.id"}}), "inconclusive", true},
		"200 without events, by a role": {log(oktasim.LogSettings{HiddenClients: []string{"*"}}), "inconclusive", false},
		"200 without those of this app": {func(_ *testing.T, w world) {
			w.sim.SetLog(oktasim.LogSettings{HiddenClients: []string{w.app.ClientID}})
		}, "inconclusive", false},
		"the filter is refused, and used": {func(t *testing.T, w world) {
			t.Helper()
			w.sim.SetLog(oktasim.LogSettings{RefusedFields: secretField})
			logIn(t, w)
		}, "in_use", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := values{"retire_when": "unused", "overlap": "2d", "omit_secret": false}
			s, app, initial := rotated(t, config)
			sim := s.org.Sim(t)
			current := s.held(s.address, "client_secret")
			sim.Advance(2 * day)
			if !app.RequestToken(t, current, nil) {
				t.Fatal("the current secret was refused")
			}
			sim.Advance(time.Hour)
			test.happens(t, world{sim, app, initial.Value})
			sim.ResetRequests()

			plan := s.plan(t, config)
			if plan.Failed() || plan.Empty() == (test.usage == "quiet") {
				t.Errorf("the plan is %s: %v", plan, plan.Diagnostics)
			}
			if warns := strings.Contains(plan.Diagnostics.String(), "can't be read"); warns != test.warns {
				t.Errorf("it warns of the log: %t, want %t: %v", warns, test.warns, plan.Diagnostics)
			}
			if n := logReads(sim); n == 0 || n > 4 {
				t.Errorf("the System Log was read %d times, want one to four", n)
			}
			if usage := rotationValues(t, plan.Change(s.address).Before)["usage"]; usage != test.usage {
				t.Errorf("the usage is %v, want %s", usage, test.usage)
			}
			mustApply(t, s, config)
			want := "ACTIVE"
			if test.usage == "quiet" {
				want = "INACTIVE"
			}
			if previous, _ := app.Secret(t, initial.ID); previous.Status != want {
				t.Errorf("the previous secret is %s, want %s", previous.Status, want)
			}
		})
	}
}

func TestAccAppClientSecretRotation_RetireWhenUnused_WithoutTheScope_IsRefusedByThePlan(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	key := acctest.RSA(t, 2048)
	client := serviceApp(t, sim, key, false, "okta.apps.read", "okta.apps.manage", "okta.logs.read")
	app := org.NewApp(t, "client_secret_basic")
	config := func(scopes, retireWhen string) string {
		return oauthConfig(org, client.ClientID, acctest.PrivatePEM(t, key), scopes, app.ID) +
			fmt.Sprintf("resource \"oktacreds_app_client_secret_rotation\" \"test\" {\n  app_id      = %q\n  retire_when = %q\n}\n", app.ID, retireWhen)
	}
	granted := appScopes + `, "okta.logs.read"`
	for name, steps := range map[string][]resource.TestStep{
		"of a new resource": {{Config: config(appScopes, "unused"), PlanOnly: true}},
		"of a resource that changes": {
			{Config: config(appScopes, "overlap_ended")},
			{Config: config(appScopes, "unused")},
			{Config: config(granted, "unused")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			said := acctest.Refused(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), Steps: steps})
			acctest.Says(t, said, "okta.logs.read", "scopes")
			if n := logReads(sim); n > 0 {
				t.Errorf("the System Log was read %d times", n)
			}
		})
	}
}
