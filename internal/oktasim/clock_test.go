// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestClock_MovesEveryTimeOfTheOrg(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{})
	login := basic(app.ClientID, w.Secrets(app.ID)[0].Value)
	token := wantOAuth(t, w.post(tokenPath, credentials("any"), login), 200, "", "")["access_token"].(string)
	if got := w.sim("PUT", "clock", `{"advance":"90d"}`).object(t)["now"]; got != "2026-05-30T12:00:00.123456789Z" {
		t.Fatalf("the clock is at %v", got)
	}
	secret := w.want(201, "POST", secretsPath(app), nil)
	if created := secret.object(t)["created"]; created != "2026-05-30T12:00:00.000Z" {
		t.Errorf("created = %v", created)
	}
	if date := secret.header.Get("Date"); date != w.Now().Format(http.TimeFormat) {
		t.Errorf("Date = %s", date)
	}
	if reset := secret.header.Get("X-Rate-Limit-Reset"); reset != strconv.FormatInt(w.Now().Unix()+60, 10) {
		t.Errorf("reset = %s", reset)
	}
	if got := w.post("/oauth2/v1/introspect", map[string][]string{"token": {token}}, login).object(t); got["active"] != false {
		t.Error("a token of 90 days ago is active")
	}
	events := w.Events()
	if last := events[len(events)-1]; !last.Published.Equal(w.Now().Truncate(time.Millisecond)) {
		t.Errorf("the event is of %s", last.Published)
	}
	if date := w.sim("GET", "clock", "").header.Get("Date"); date != w.Now().Format(http.TimeFormat) {
		t.Errorf("Date of the console = %s", date)
	}
}

func TestClock_MovedBackBeginsNewWindows(t *testing.T) {
	w := newWorld(t)
	w.SetLimits(oktasim.Limits{Apps: 1})
	w.want(200, "GET", "/api/v1/apps", nil)
	w.SetNow(begin.AddDate(-1, 0, 0))
	got := w.want(200, "GET", "/api/v1/apps", nil)
	if _, _, reset := limits(t, got.header); reset.Year() != 2025 {
		t.Errorf("reset = %s", reset)
	}
	w.SetNow(begin)
	if !w.Now().Equal(begin) {
		t.Errorf("now = %s", w.Now())
	}
}

func TestClock_Console(t *testing.T) {
	for body, want := range map[string]string{
		`{"now":"2030-01-02T03:04:05Z"}`:                "2030-01-02T03:04:05Z",
		`{"now":"2030-01-02T03:04:05+01:00"}`:           "2030-01-02T02:04:05Z",
		`{"advance":"24h"}`:                             "2026-03-02T12:00:00.123456789Z",
		`{"advance":"1w2d3h4m5s"}`:                      "2026-03-10T15:04:05.123456789Z",
		`{"advance":"2w"}`:                              "2026-03-15T12:00:00.123456789Z",
		`{"advance":"-1d"}`:                             "2026-02-28T12:00:00.123456789Z",
		`{"advance":"-90m"}`:                            "2026-03-01T10:30:00.123456789Z",
		`{"advance":"0s"}`:                              "2026-03-01T12:00:00.123456789Z",
		`{}`:                                            "",
		`{"now":"today"}`:                               "",
		`{"advance":""}`:                                "",
		`{"advance":"-"}`:                               "",
		`{"advance":"90"}`:                              "",
		`{"advance":"P90D"}`:                            "",
		`{"advance":"1d-2h"}`:                           "",
		`{"advance":"1d2w"}`:                            "",
		`{"advance":"99999999999999999999d"}`:           "",
		`{"advance":"100000w"}`:                         "",
		`{"advance":"106752d"}`:                         "",
		`{"advance":"100000d2562047h"}`:                 "",
		`{"advance":"1d","now":"2030-01-02T03:04:05Z"}`: "",
	} {
		w := newWorld(t)
		got := w.sim("PUT", "clock", body)
		shown := w.sim("GET", "clock", "").object(t)["now"]
		switch {
		case want == "" && (got.status != 400 || shown != begin.Format(time.RFC3339Nano)):
			t.Errorf("%s: %d %s, the clock is at %v", body, got.status, got.text, shown)
		case want != "" && (got.status != 200 || shown != want || !strings.Contains(got.text, want)):
			t.Errorf("%s: %d %s, the clock is at %v, not %s", body, got.status, got.text, shown, want)
		}
	}
}
