// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// In grace, the old secret is INACTIVE: who still tries it is told.
func TestClientSecretUsage_AfterDeactivation(t *testing.T) {
	fourReads := []string{readLog, readLog, readLog, readLog}
	for name, test := range map[string]struct {
		happens  func(*usageWorld) // a day after the deactivation
		usage    rotation.Usage
		doubts   []rotation.Doubt
		attempts int
		requests []string
	}{
		"nobody tries it":            {func(*usageWorld) {}, rotation.Inconclusive, []rotation.Doubt{rotation.WindowTooShort}, 0, fourReads},
		"nobody tries it for a week": {func(w *usageWorld) { w.moveOn(8) }, rotation.Quiet, nil, 0, fourReads},
		"it is tried three times": {func(w *usageWorld) {
			for range 3 {
				w.logIn(w.old.Value)
			}
		}, rotation.InUse, nil, 3, []string{readLog, readLog, readLog}},
		"it is tried so often that Okta notes it": {func(w *usageWorld) {
			for range 6 {
				w.logIn(w.old.Value)
			}
		}, rotation.InUse, nil, 6, []string{readLog, readLog, readLog}},
		"the client id of a failure is in the target": {func(w *usageWorld) {
			w.sim.SetLog(oktasim.LogSettings{FailedClient: "target"})
			w.logIn(w.old.Value)
		}, rotation.Inconclusive, []rotation.Doubt{rotation.WindowTooShort}, 1, fourReads},
		"the client id of a failure is out of reach": {func(w *usageWorld) {
			w.sim.SetLog(oktasim.LogSettings{FailedClient: "client"})
			w.logIn(w.old.Value)
		}, rotation.Inconclusive, []rotation.Doubt{rotation.WindowTooShort}, 0, fourReads},
		"the events have no hash": {func(w *usageWorld) {
			w.sim.SetLog(oktasim.LogSettings{WithoutSecretHash: true})
			w.logIn(w.old.Value)
		}, rotation.Inconclusive, []rotation.Doubt{rotation.NoControl, rotation.UnexplainedLogin, rotation.WindowTooShort}, 1, fourReads},
		"another wrong secret is tried": {func(w *usageWorld) { w.logIn("wrong-secret-of-nobody") },
			rotation.Inconclusive, []rotation.Doubt{rotation.UnexplainedLogin, rotation.WindowTooShort}, 0, fourReads},
		"Okta refuses the filter": {func(w *usageWorld) {
			w.sim.SetLog(oktasim.LogSettings{RefusedFields: []string{"debugContext.debugData.clientSecret"}})
			w.logIn(w.old.Value)
		}, rotation.InUse, nil, 1, []string{refuseLog, readLog, readLog}},
		"Okta refuses the filter, and there are many logins": {func(w *usageWorld) {
			w.sim.SetLog(oktasim.LogSettings{RefusedFields: []string{"debugContext.debugData.clientSecret"}})
			logInOften(w, 2500)
			w.logIn(w.old.Value)
		}, rotation.InUse, nil, 1, []string{refuseLog, readLog, readLog, readLog}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newUsageWorld(t)
				w.moveOn(8)
				w.logIn(w.old.Value) // before the deactivation, which doesn't matter any more
				w.sim.Advance(time.Minute)
				if err := w.sim.SetSecretStatus(w.app.ID, w.old.ID, "INACTIVE"); err != nil {
					t.Fatal(err)
				}
				w.sim.Advance(time.Second)
				w.moveOn(1)
				test.happens(w)
				w.sim.Advance(time.Minute)
				answer, warnings, requests := w.ask()
				if answer.Usage != test.usage || answer.attempts.Count != test.attempts || len(warnings) > 0 {
					t.Errorf("the usage is %s with %d attempts, want %s with %d; the warnings are %q", answer.Usage, answer.attempts.Count, test.usage, test.attempts, warnings)
				}
				if diff := cmp.Diff(test.doubts, answer.Doubts); diff != "" {
					t.Errorf("the doubts differ (-want +got):\n%s", diff)
				}
				want := append([]string{fmt.Sprintf(readApp, w.app.ID)}, test.requests...)
				if diff := cmp.Diff(want, requests); diff != "" {
					t.Errorf("the requests differ (-want +got):\n%s", diff)
				}
				if len(test.requests) > maxUsageRequests {
					t.Errorf("it takes %d requests", len(test.requests))
				}
			})
		})
	}
}

func TestClientSecretUsage_ClientsAreGroupedByWhereTheyCameFrom(t *testing.T) {
	for name, settings := range map[string]oktasim.LogSettings{
		"by filter": {}, "without a filter": {RefusedFields: []string{"debugContext.debugData.clientSecret"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newUsageWorld(t)
				w.moveOn(8)
				w.sim.SetLog(settings)
				for _, address := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.1"} {
					w.logInAs("billing", w.old.Value, "/oauth2/v1/token", address, "old-job/1.0")
					w.sim.Advance(time.Minute)
				}
				w.logInAs("billing", w.current.Value, "/oauth2/v1/token", "192.0.2.9", "new-job/1.0")
				w.sim.Advance(time.Hour)
				answer, _, requests := w.ask(func(q *usageQuestion) { q.clients = true })
				var got []string
				for _, client := range clientsOf(w.old.Hash, answer.log.logins) {
					got = append(got, fmt.Sprintf("%s %s %d", client.IPAddress.ValueString(), client.UserAgent.ValueString(), client.Logins.ValueInt64()))
				}
				if diff := cmp.Diff([]string{"192.0.2.1 old-job/1.0 2", "192.0.2.2 old-job/1.0 1"}, got); diff != "" {
					t.Errorf("the clients differ (-want +got):\n%s", diff)
				}
				if len(requests) > 1+maxUsageRequests {
					t.Errorf("the requests are %q", requests)
				}
			})
		})
	}
}
