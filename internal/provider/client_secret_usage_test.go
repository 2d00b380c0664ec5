// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// inProcess carries requests to a handler without a socket.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	served := req.Clone(req.Context())
	served.Host, served.RequestURI = req.URL.Host, req.URL.RequestURI()
	if served.Body == nil {
		served.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, served)
	return recorder.Result(), nil
}

// usageWorld is an app whose secret was replaced eight days ago, and whose
// consumers may have noticed.
type usageWorld struct {
	t      *testing.T
	sim    *oktasim.Org
	app    oktasim.App
	object configured

	old, current oktasim.Secret
}

const usageToken = "00-usage-test"

func newUsageWorld(t *testing.T) *usageWorld {
	t.Helper()
	w := &usageWorld{t: t, sim: oktasim.New(oktasim.Options{APIToken: usageToken})}
	w.sim.Advance(365 * 24 * time.Hour) // nothing may depend on the clock of this machine
	w.app = w.sim.AddApp(oktasim.AppOptions{Label: "Billing", ClientID: "billing"})
	w.old = w.sim.Secrets(w.app.ID)[0]
	w.logIn(w.old.Value)
	w.sim.Advance(30 * 24 * time.Hour)
	w.logIn(w.old.Value)
	current, err := w.sim.AddSecret(w.app.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	w.current = current
	w.sim.Advance(time.Second)
	w.object = w.provider(func(c *okta.Config) { c.APIToken = usageToken })
	return w
}

// provider is a provider's process.
func (w *usageWorld) provider(authorize func(*okta.Config)) configured {
	w.t.Helper()
	config := okta.Config{HTTPProxy: "http://127.0.0.1:1", MaxRetries: 2, Transport: inProcess{w.sim}}
	authorize(&config)
	client, err := okta.New(config)
	if err != nil {
		w.t.Fatal(err)
	}
	return configured{&data{client: client, now: client.Now}}
}

// logIn asks for a token as a consumer does.
func (w *usageWorld) logIn(secret string) (accepted bool) {
	return w.logInAs(w.app.ClientID, secret, "/oauth2/v1/token")
}

// logInAs is logIn with another client or at another path, or from the address and
// with the user agent that are given.
func (w *usageWorld) logInAs(client, secret, path string, from ...string) (accepted bool) {
	w.t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader("grant_type=client_credentials&scope=any"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
	if len(from) == 2 {
		req.Header.Set("X-Forwarded-For", from[0])
		req.Header.Set("User-Agent", from[1])
	}
	answer := httptest.NewRecorder()
	w.sim.ServeHTTP(answer, req)
	return answer.Code == http.StatusOK
}

// moveOn lets the consumers use the current secret for a number of days.
func (w *usageWorld) moveOn(days int) {
	for range days {
		w.sim.Advance(24 * time.Hour)
		if !w.logIn(w.current.Value) {
			w.t.Fatal("the current secret was refused")
		}
	}
	w.sim.Advance(time.Hour)
}

// ask asks about the old secret, for consumers that log in every week.
func (w *usageWorld) ask(change ...func(*usageQuestion)) (answer usageAnswer, warnings []string, requests []string) {
	w.t.Helper()
	secrets, err := w.object.client.Secrets.List(w.t.Context(), w.app.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	question := usageQuestionOf(w.app.ID, secrets)
	question.window = 7 * 24 * time.Hour
	for _, change := range change {
		change(&question)
	}
	w.sim.ResetRequests()
	answer, diags := w.object.clientSecretUsage(w.t.Context(), question)
	if diags.HasError() {
		w.t.Errorf("it fails: %v", diags)
	}
	for _, d := range diags {
		warnings = append(warnings, d.Summary()+": "+d.Detail())
	}
	for _, request := range w.sim.Requests() {
		requests = append(requests, request.String())
	}
	return answer, warnings, requests
}

const (
	readApp   = "GET /api/v1/apps/%s 200"
	readLog   = "GET /api/v1/logs 200"
	refuseLog = "GET /api/v1/logs 400"
	forbidLog = "GET /api/v1/logs 403"
)

func TestClientSecretUsage_WhatTheLogProves(t *testing.T) {
	const hour = time.Hour
	setLog := func(settings oktasim.LogSettings) func(*usageWorld) {
		return func(w *usageWorld) { w.sim.SetLog(settings) }
	}
	fault := func(fault oktasim.Fault) func(*usageWorld) {
		fault.Path = "/api/v1/logs"
		return func(w *usageWorld) { w.sim.InjectFault(fault) }
	}
	secretField := []string{"debugContext.debugData.clientSecret"}
	threeReads := []string{readLog, readLog, readLog}
	for name, test := range map[string]struct {
		happens  func(*usageWorld) // after eight days with the current secret
		usage    rotation.Usage
		doubts   []rotation.Doubt
		warnings int
		requests []string
	}{
		"nobody used the old secret": {func(*usageWorld) {}, rotation.Quiet, nil, 0, threeReads},
		"somebody used it": {func(w *usageWorld) { w.logIn(w.old.Value); w.sim.Advance(hour) },
			rotation.InUse, nil, 0, []string{readLog, readLog}},
		"somebody used it at a custom authorization server": {func(w *usageWorld) {
			w.logInAs(w.app.ClientID, w.old.Value, "/oauth2/default/v1/token")
			w.sim.Advance(hour)
		}, rotation.InUse, nil, 0, []string{readLog, readLog}},
		"somebody used it a second ago": {func(w *usageWorld) { w.logIn(w.old.Value); w.sim.Advance(time.Second) },
			rotation.InUse, nil, 0, []string{readLog, readLog}},
		"somebody used it with another app": {func(w *usageWorld) {
			other := w.sim.AddApp(oktasim.AppOptions{ClientSecret: w.old.Value})
			w.logInAs(other.ClientID, w.old.Value, "/oauth2/v1/token")
		}, rotation.Quiet, nil, 0, threeReads},
		"somebody used a wrong secret": {func(w *usageWorld) { w.logIn("wrong-secret-of-nobody"); w.sim.Advance(hour) },
			rotation.Inconclusive, []rotation.Doubt{rotation.UnexplainedLogin}, 0, threeReads},

		// Delay and retention.
		"the log is late by an hour": {setLog(oktasim.LogSettings{Delay: hour}), rotation.Quiet, nil, 0, threeReads},
		"the log is late by weeks": {setLog(oktasim.LogSettings{Delay: 21 * 24 * hour}),
			rotation.Inconclusive, []rotation.Doubt{rotation.NoControl}, 0, threeReads},
		"the log keeps less than Okta says": {func(w *usageWorld) {
			w.sim.SetLog(oktasim.LogSettings{RetentionDays: 1})
			w.sim.Advance(25 * hour)
		}, rotation.Inconclusive, []rotation.Doubt{rotation.NoControl}, 0, threeReads},

		// The hash.
		"the events have no hash": {setLog(oktasim.LogSettings{WithoutSecretHash: true}),
			rotation.Inconclusive, []rotation.Doubt{rotation.NoControl, rotation.UnexplainedLogin}, 0, threeReads},
		"the hash is another one": {setLog(oktasim.LogSettings{OtherSecretHash: true}),
			rotation.Inconclusive, []rotation.Doubt{rotation.NoControl, rotation.UnexplainedLogin}, 0, threeReads},

		// The filter.
		"Okta refuses the filter": {setLog(oktasim.LogSettings{RefusedFields: secretField}),
			rotation.Quiet, nil, 0, []string{refuseLog, readLog}},
		"Okta doesn't know the filter's field": {setLog(oktasim.LogSettings{UnknownFields: secretField}),
			rotation.Quiet, nil, 0, []string{refuseLog, readLog}},
		"Okta refuses the filter, and the old secret is used": {func(w *usageWorld) {
			w.sim.SetLog(oktasim.LogSettings{RefusedFields: secretField})
			w.logIn(w.old.Value)
			w.sim.Advance(hour)
		}, rotation.InUse, nil, 0, []string{refuseLog, readLog}},
		"Okta refuses every filter": {setLog(oktasim.LogSettings{RefusedFields: []string{"actor.id"}}),
			rotation.Inconclusive, []rotation.Doubt{rotation.QueryFailed, rotation.NoControl}, 1, []string{refuseLog, refuseLog}},

		// Permissions.
		"the role sees other apps only": {setLog(oktasim.LogSettings{HiddenClients: []string{"billing"}}),
			rotation.Inconclusive, []rotation.Doubt{rotation.NoControl}, 0, threeReads},
		"the role sees nothing": {setLog(oktasim.LogSettings{HiddenClients: []string{"*"}}),
			rotation.Inconclusive, []rotation.Doubt{rotation.NoControl}, 0, threeReads},
		"the role may not read the log": {fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 403}),
			rotation.Inconclusive, []rotation.Doubt{rotation.Forbidden, rotation.NoControl}, 1, []string{forbidLog}},

		// The network.
		"a query takes too long": {fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 500}),
			rotation.Inconclusive, []rotation.Doubt{rotation.QueryFailed, rotation.NoControl}, 1, []string{"GET /api/v1/logs 500"}},
		"the last query takes too long": {fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 500, Skip: 2}),
			rotation.Inconclusive, []rotation.Doubt{rotation.QueryFailed}, 1, []string{readLog, readLog, "GET /api/v1/logs 500"}},
		"the rate limit is used up for a minute": {fault(oktasim.Fault{Kind: oktasim.FaultRateLimit, Times: 1}),
			rotation.Quiet, nil, 0, append([]string{"GET /api/v1/logs 429"}, threeReads...)},
		"the rate limit is used up for ever": {fault(oktasim.Fault{Kind: oktasim.FaultRateLimit}),
			rotation.Inconclusive, []rotation.Doubt{rotation.QueryFailed, rotation.NoControl}, 1, slices.Repeat([]string{"GET /api/v1/logs 429"}, 3)},

		// Too much.
		"the app has two pages of logins": {func(w *usageWorld) { logInOften(w, 1500) }, rotation.Quiet, nil, 0, append([]string{readLog}, threeReads...)},
		"the app has three pages of logins": {func(w *usageWorld) { logInOften(w, 2500) },
			rotation.Inconclusive, []rotation.Doubt{rotation.TooManyEvents}, 0, append([]string{readLog}, threeReads...)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newUsageWorld(t)
				w.moveOn(8)
				test.happens(w)
				answer, warnings, requests := w.ask()
				if answer.Usage != test.usage {
					t.Errorf("the usage is %s, want %s", answer.Usage, test.usage)
				}
				if diff := cmp.Diff(test.doubts, answer.Doubts); diff != "" {
					t.Errorf("the doubts differ (-want +got):\n%s", diff)
				}
				if len(warnings) != test.warnings {
					t.Errorf("the warnings are %q", warnings)
				}
				want := append([]string{fmt.Sprintf(readApp, w.app.ID)}, test.requests...)
				if diff := cmp.Diff(want, requests); diff != "" {
					t.Errorf("the requests differ (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func logInOften(w *usageWorld, n int) {
	w.sim.SetLimits(oktasim.Limits{Token: 1e6})
	for range n {
		w.logIn(w.current.Value)
	}
	w.sim.Advance(time.Hour)
}

func TestClientSecretUsage_TellsTheLastUseOfBothSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newUsageWorld(t)
		w.moveOn(2)
		w.logIn(w.old.Value)
		old := w.sim.Now()
		w.sim.Advance(time.Hour)
		w.logIn(w.current.Value)
		current := w.sim.Now()
		w.sim.Advance(time.Hour)
		answer, _, _ := w.ask()
		if old.Sub(answer.PreviousLastUsed) > time.Second || current.Sub(answer.CurrentLastUsed) > time.Second {
			t.Errorf("%+v, want %s and %s", answer.Verdict, old, current)
		}
	})
}

func TestClientSecretUsage_AMissingPermissionIsToldAndAskedForOnceInARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newUsageWorld(t)
		w.moveOn(8)
		service := w.sim.AddApp(oktasim.AppOptions{Type: "service", Scopes: []string{"okta.apps.read"}})
		w.object = w.provider(func(c *okta.Config) { c.AccessToken = w.token(service, "okta.apps.read") })
		_, warnings, requests := w.ask()
		if len(warnings) != 1 || len(requests) != 2 {
			t.Errorf("the first answer takes %q and warns %q", requests, warnings)
		}
		for _, part := range []string{"System Log", w.app.ID, "403", "okta.logs.read", "scopes"} {
			if len(warnings) == 1 && !strings.Contains(warnings[0], part) {
				t.Errorf("the warning doesn't name %s: %s", part, warnings[0])
			}
		}
		answer, warnings, requests := w.ask()
		if answer.Usage != rotation.Inconclusive || len(warnings) != 0 || len(requests) != 0 {
			t.Errorf("the second answer is %s, takes %q and warns %q", answer.Usage, requests, warnings)
		}
	})
}

// token is an access token with the scope.
func (w *usageWorld) token(service oktasim.App, scope string) string {
	w.t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/oauth2/v1/token", strings.NewReader("grant_type=client_credentials&scope="+scope))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(service.ClientID, url.QueryEscape(w.sim.Secrets(service.ID)[0].Value))
	answer := httptest.NewRecorder()
	w.sim.ServeHTTP(answer, req)
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || got.AccessToken == "" {
		w.t.Fatalf("no token: %d %s", answer.Code, answer.Body)
	}
	return got.AccessToken
}

func TestClientSecretUsage_AScopeThatIsNotConfiguredIsToldWithoutARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newUsageWorld(t)
		w.moveOn(8)
		w.object.scopes = []string{"okta.apps.manage"}
		answer, warnings, requests := w.ask(func(q *usageQuestion) { q.clientID = "billing" })
		if diff := cmp.Diff([]rotation.Doubt{rotation.Forbidden, rotation.NoControl}, answer.Doubts); diff != "" {
			t.Errorf("the doubts differ (-want +got):\n%s", diff)
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "okta.logs.read") || len(requests) != 0 {
			t.Errorf("the warnings are %q, the requests %q", warnings, requests)
		}
		w.object = w.provider(func(c *okta.Config) { c.APIToken = usageToken })
		w.object.scopes = []string{"okta.apps.manage", "okta.logs.read"}
		if answer, warnings, _ := w.ask(); answer.Usage != rotation.Quiet || len(warnings) != 0 {
			t.Errorf("with the scope: %+v, %q", answer.Verdict, warnings)
		}
	})
}

// A fleet whose answers need more reads than the limit allows in a minute waits.
func TestClientSecretUsage_ManyAnswersWaitForTheRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newUsageWorld(t)
		w.moveOn(8)
		w.sim.SetLimits(oktasim.Limits{Logs: 10})
		for range 6 { // 18 reads
			if answer, warnings, _ := w.ask(); answer.Usage != rotation.Quiet || len(warnings) != 0 {
				t.Errorf("%+v, %q", answer.Verdict, warnings)
			}
		}
	})
}

// The org's clock is known in whole seconds: it can be a second behind, or seem to jump back while the log is read.
func TestClientSecretUsage_ASecondOfTheClockDecidesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newUsageWorld(t)
		w.moveOn(8)
		known, reads := w.object.now, 0
		w.object.now = func() time.Time {
			if reads++; reads == 1 {
				return known()
			}
			return known().Add(-time.Second)
		}
		if answer, _, _ := w.ask(); answer.Usage != rotation.Quiet {
			t.Errorf("after a jump back: %s (%v)", answer.Usage, answer.Doubts)
		}
		w.logIn(w.old.Value) // in the second that the clock doesn't know yet
		if answer, _, _ := w.ask(); answer.Usage != rotation.InUse {
			t.Errorf("with a login of this second: %s (%v)", answer.Usage, answer.Doubts)
		}
	})
}

func TestClientSecretUsage_TheScopeForTheLogIsEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newUsageWorld(t)
		w.moveOn(8)
		service := w.sim.AddApp(oktasim.AppOptions{Type: "service", Scopes: []string{"okta.apps.read", "okta.logs.read"}})
		w.object = w.provider(func(c *okta.Config) { c.AccessToken = w.token(service, "okta.apps.read okta.logs.read") })
		if answer, warnings, _ := w.ask(); answer.Usage != rotation.Quiet || len(warnings) > 0 {
			t.Errorf("%s (%v), %q", answer.Usage, answer.Doubts, warnings)
		}
	})
}

func TestClientSecretUsage_AnAppThatCanNotBeReadIsAskedAboutByItsID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newUsageWorld(t)
		w.moveOn(8)
		w.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 403, Path: "/api/v1/apps/" + w.app.ID})
		answer, _, _ := w.ask() // its client id is another one, so nothing is found, and nothing is proved
		if diff := cmp.Diff([]rotation.Doubt{rotation.NoControl}, answer.Doubts); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
