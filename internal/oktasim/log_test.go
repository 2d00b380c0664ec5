// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

var nextLink = regexp.MustCompile(`<([^>]*)>; rel="next"`)

// next is the path of the next page; "" on the last one.
func (w *world) next(got answer) string {
	for _, link := range got.header.Values("Link") {
		if match := nextLink.FindStringSubmatch(link); match != nil {
			return strings.TrimPrefix(match[1], w.server.URL)
		}
	}
	return ""
}

// logPath is GET /api/v1/logs with parameters, given as name and value in turn.
func logPath(parameters ...string) string {
	query := url.Values{}
	for pair := range slices.Chunk(parameters, 2) {
		query.Set(pair[0], pair[1])
	}
	return "/api/v1/logs?" + query.Encode()
}

// log reads a page of the log.
func (w *world) log(parameters ...string) []object {
	w.t.Helper()
	return w.want(200, "GET", logPath(parameters...), nil).list(w.t)
}

// types are the eventTypes of events.
func types(events []object) []string {
	var all []string
	for _, event := range events {
		all = append(all, event["eventType"].(string))
	}
	return all
}

// logins makes n logins, a second apart, whose scopes number them.
func (w *world) logins(n int) oktasim.App {
	w.t.Helper()
	app := w.AddApp(oktasim.AppOptions{})
	for i := range n {
		wantOAuth(w.t, w.post(tokenPath, credentials(fmt.Sprint(i)), basic(app.ClientID, w.Secrets(app.ID)[0].Value)), 200, "", "")
		w.Advance(time.Second)
	}
	return app
}

// scopes are the numbers of logins.
func scopes(events []object) string {
	text := ""
	for _, event := range events {
		text += fmt.Sprint(at(event, "debugContext", "debugData", "grantedScopes"))
	}
	return text
}

// onlyGrants leaves out what AddApp writes.
const onlyGrants = `eventType sw "app.oauth2.token.grant"`

func TestLog_BoundedReadsEnd(t *testing.T) {
	w := newWorld(t)
	w.logins(5)
	until := w.Now().Format(time.RFC3339)
	for order, want := range map[string]string{"": "01|23|4|", "ASCENDING": "01|23|4|", "DESCENDING": "43|21|0|"} {
		got := ""
		for path := logPath("until", until, "limit", "2", "filter", onlyGrants, "sortOrder", order); path != ""; {
			page := w.want(200, "GET", path, nil)
			got += scopes(page.list(t)) + "|"
			path = w.next(page)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", order, got, want)
		}
	}
	second := func(n int) string {
		return begin.Truncate(time.Millisecond).Add(time.Duration(n) * time.Second).Format(time.RFC3339Nano)
	}
	if got := scopes(w.log("since", second(2), "until", second(4), "filter", onlyGrants)); got != "23" {
		t.Errorf("the window holds %s, want 23: from since on, and before until", got)
	}
}

func TestLog_UnboundedReadsAlwaysHaveANextPage(t *testing.T) {
	w := newWorld(t)
	app := w.logins(3)
	got, path := "", logPath("limit", "2", "filter", onlyGrants)
	for range 4 {
		page := w.want(200, "GET", path, nil)
		got += scopes(page.list(t)) + "|"
		if path = w.next(page); path == "" {
			t.Fatal("there is no next page")
		}
	}
	wantOAuth(t, w.post(tokenPath, credentials("9"), basic(app.ClientID, w.Secrets(app.ID)[0].Value)), 200, "", "")
	if got += scopes(w.want(200, "GET", path, nil).list(t)); got != "01|2|||9" {
		t.Errorf("pages = %s", got)
	}
	if page := newWorld(t).want(200, "GET", "/api/v1/logs", nil); page.text != "[]\n" || len(page.header.Values("Link")) != 2 {
		t.Errorf("an empty log: %s %v", page.text, page.header.Values("Link"))
	}
}

func TestLog_Limits(t *testing.T) {
	w := newWorld(t)
	w.SetLimits(oktasim.Limits{Token: 1000})
	w.logins(110)
	for limit, want := range map[string]int{"": 100, "0": 0, "1": 1, "1000": 110} {
		if got := w.log("limit", limit, "filter", onlyGrants); len(got) != want {
			t.Errorf("limit %q: %d events, want %d", limit, len(got), want)
		}
	}
	for _, bad := range []string{"-1", "1001", "many"} {
		w.wantError(400, "E0000053", "GET", logPath("limit", bad), nil)
	}
	w.wantError(400, "E0000029", "GET", logPath("after", "nonsense"), nil)
}

func TestLog_Window(t *testing.T) {
	w := newWorld(t)
	app := w.logins(1)
	daysAgo := func(days int) string { return w.Now().AddDate(0, 0, -days).Format(time.RFC3339) }
	w.Advance(8 * 24 * time.Hour)
	if got := w.log(); len(got) != 0 {
		t.Errorf("since is 7 days ago by default: %v", types(got))
	}
	if got := w.log("since", daysAgo(9)); len(got) == 0 {
		t.Error("9 days ago there was something")
	}
	w.Advance(85 * 24 * time.Hour)
	wantOAuth(t, w.post(tokenPath, credentials("1"), basic(app.ClientID, w.Secrets(app.ID)[0].Value)), 200, "", "")
	if got := scopes(w.log("since", daysAgo(179), "filter", onlyGrants)); got != "1" {
		t.Errorf("an event stays for 90 days: %s", got)
	}
	for _, bad := range []string{daysAgo(181), "yesterday", w.Now().AddDate(1, 0, 0).Format(time.RFC3339)} {
		w.wantError(400, "E0000053", "GET", logPath("since", bad), nil)
	}
	w.wantError(400, "E0000053", "GET", logPath("until", "now"), nil)
}

func TestLog_Filters(t *testing.T) {
	w := newWorld(t)
	app := w.logins(2)
	hash := w.Secrets(app.ID)[0].Hash
	for filter, want := range map[string]int{
		`actor.id eq "` + app.ClientID + `"`: 2,
		`actor.id eq "` + app.ClientID + `" and debugContext.debugData.clientSecret eq "` + hash + `"`: 2,
		`debugContext.debugData.clientSecret eq "x"`:                                                   0,
		`debugContext.debugData.anything eq "x"`:                                                       0,
		`debugContext.debugData.requestedScopes eq "1"`:                                                1,
		`target.id eq "` + app.ClientID + `" and eventType sw "app.oauth2.client"`:                     1,
		`outcome.result eq "FAILURE"`:                                                                  0,
		`client.userAgent.rawUserAgent sw "Go-http-client"`:                                            2,
		`client.ipAddress eq "127.0.0.1" and transaction.id pr`:                                        2,
	} {
		if got := w.log("filter", filter); len(got) != want {
			t.Errorf("%s: %d events %v, want %d", filter, len(got), types(got), want)
		}
	}
	if got := w.log("q", "TOKEN.grant"); len(got) != 2 {
		t.Errorf("q: %v", types(got))
	}
	w.wantError(400, "E0000053", "GET", logPath("filter", `actor.secret eq "x"`), nil)
	w.wantError(400, "E0000053", "GET", logPath("filter", `published gt "2026-01-01T00:00:00Z"`), nil)
	w.wantError(400, "E0000031", "GET", logPath("filter", `actor.id eq`), nil)
}

func TestLog_HasABucketAndAScopeOfItsOwn(t *testing.T) {
	w := newWorld(t)
	w.SetLimits(oktasim.Limits{Logs: 1})
	w.log()
	w.want(429, "GET", "/api/v1/logs", nil)
	w.want(200, "GET", "/api/v1/users/me", nil)
	w.SetLimits(oktasim.Limits{})
	if limit, _, _ := limits(t, w.want(200, "GET", "/api/v1/logs", nil).header); limit != 120 {
		t.Errorf("limit = %d", limit)
	}
	app := w.serviceApp(oktasim.AppOptions{Scopes: []string{"okta.apps.read", "okta.logs.read"}})
	for scope, want := range map[string]int{"okta.logs.read": 200, "okta.apps.read": 403} {
		request := w.request("GET", "/api/v1/logs", "")
		bearer(w.token(app, scope))(request)
		if got := w.send(request); got.status != want {
			t.Errorf("%s: %d", scope, got.status)
		}
	}
}

func TestLog_Settings(t *testing.T) {
	field := `debugContext.debugData.clientSecret`
	w := newWorld(t)
	app := w.logins(1)
	hash := w.Secrets(app.ID)[0].Hash
	byHash := field + ` eq "` + hash + `"`
	logged := func(parameters ...string) string {
		events := w.log(append(parameters, "until", w.Now().Format(time.RFC3339Nano))...)
		if len(events) == 0 {
			return "nothing"
		}
		return fmt.Sprint(at(events[len(events)-1], "debugContext", "debugData", "clientSecret"))
	}
	other := ""
	for _, test := range []struct {
		name, settings, query string
		check                 func(got string) bool
	}{
		{"as documented", `{}`, byHash, func(got string) bool { return got == hash }},
		{"the field is missing", `{"without_secret_hash":true}`, onlyGrants, func(got string) bool { return got == "<nil>" }},
		{"a missing field matches nothing", `{"without_secret_hash":true}`, byHash, func(got string) bool { return got == "nothing" }},
		{"another hash", `{"other_secret_hash":true}`, onlyGrants, func(got string) bool { other = got; return len(got) == 22 && got != hash }},
		{"another hash matches nothing", `{"other_secret_hash":true}`, byHash, func(got string) bool { return got == "nothing" }},
		{"another role", `{"hidden_clients":["` + app.ClientID + `"]}`, "", func(got string) bool { return got == "nothing" }},
		{"a role for other apps", `{"hidden_clients":["0oaother"]}`, byHash, func(got string) bool { return got == hash }},
		{"a role for none", `{"hidden_clients":["*"]}`, "", func(got string) bool { return got == "nothing" }},
		{"late", `{"delay_seconds":1.5}`, onlyGrants, func(got string) bool { return got == "nothing" }},
		{"less late", `{"delay_seconds":0.9}`, onlyGrants, func(got string) bool { return got == hash }},
	} {
		if got := w.sim("PUT", "log", test.settings); got.status != 200 {
			t.Fatalf("%s: %d %s", test.name, got.status, got.text)
		}
		if got := logged("filter", test.query); !test.check(got) {
			t.Errorf("%s: %s", test.name, got)
		}
	}
	w.SetLog(oktasim.LogSettings{OtherSecretHash: true})
	if got := logged("filter", onlyGrants); got != other {
		t.Error("the other hash of a secret must always be the same")
	}
	w.SetLog(oktasim.LogSettings{RefusedFields: []string{field}})
	w.wantError(400, "E0000031", "GET", logPath("filter", byHash), nil)
	w.SetLog(oktasim.LogSettings{UnknownFields: []string{field}})
	w.wantError(400, "E0000053", "GET", logPath("filter", byHash), nil)
	w.SetLog(oktasim.LogSettings{RetentionDays: 1})
	w.Advance(25 * time.Hour)
	if got := w.log(); len(got) != 0 {
		t.Errorf("after a day: %v", types(got))
	}
	for _, bad := range []string{`{"delay_seconds":-1}`, `{"failed_client":"nowhere"}`, `{"retention":1}`} {
		if got := w.sim("PUT", "log", bad); got.status != 400 {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
	for status, code := range map[int]string{403: "E0000006", 429: "E0000047", 500: "E0000009"} {
		w.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: "/api/v1/logs", Status: status, Times: 1})
		w.wantError(status, code, "GET", "/api/v1/logs", nil)
	}
}

func TestLog_IsBounded(t *testing.T) {
	w := newWorld(t)
	w.SetLog(oktasim.LogSettings{MaxEvents: 10})
	app := w.AddApp(oktasim.AppOptions{})
	for i := range 55 {
		if err := w.SetAppStatus(app.ID, []string{"INACTIVE", "ACTIVE"}[i%2]); err != nil {
			t.Fatal(err)
		}
		w.Advance(time.Second)
		if events := w.Events(); len(events) > 10 || i > 10 && len(events) < 10 {
			t.Fatalf("%d events after %d changes", len(events), i)
		}
	}
	events := w.Events()
	if newest := events[len(events)-1]; newest.Published.Before(w.Now().Add(-1001 * time.Millisecond)) {
		t.Errorf("the newest event is of %s", newest.Published)
	}
}

func TestLog_IsInTheOrderOfItsTimes(t *testing.T) {
	w := newWorld(t)
	w.logins(2)
	w.SetNow(begin.Add(-time.Hour))
	w.logins(1)
	w.SetNow(begin.Add(time.Hour))
	if got := scopes(w.log("filter", onlyGrants)); got != "001" {
		t.Errorf("logins = %s", got)
	}
	for first, rest := w.want(200, "GET", logPath("limit", "1", "until", w.Now().Format(time.RFC3339)), nil), 1; ; rest++ {
		path := w.next(first)
		if path == "" {
			if rest != len(w.Events()) {
				t.Errorf("%d pages of one for %d events", rest, len(w.Events()))
			}
			break
		}
		first = w.want(200, "GET", path, nil)
	}
}

func TestLog_AnEventOnTheWire(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{Label: "shop"})
	answer := w.post("/oauth2/default/v1/token", credentials("orders"), basic(app.ClientID, w.Secrets(app.ID)[0].Value), func(r *http.Request) {
		r.Header.Set("X-Forwarded-For", "203.0.113.7, 10.0.0.1")
		r.Header.Set("User-Agent", "shop/1.2")
	})
	event := w.log("filter", `actor.id eq "`+app.ClientID+`"`)[0]
	for name, got := range map[string]any{
		"published": event["published"], "severity": event["severity"], "version": event["version"],
		"actor":       []any{at(event, "actor", "id"), at(event, "actor", "type"), at(event, "actor", "displayName")},
		"outcome":     event["outcome"],
		"transaction": at(event, "transaction", "id"),
		"client":      []any{at(event, "client", "ipAddress"), at(event, "client", "userAgent", "rawUserAgent")},
		"debugData":   at(event, "debugContext", "debugData"),
		"uuid":        len(event["uuid"].(string)),
		"target":      len(event["target"].([]any)),
	} {
		want := map[string]any{
			"published": "2026-03-01T12:00:00.123Z", "severity": "INFO", "version": "0",
			"actor": []any{app.ClientID, "PublicClientAppEntity", "shop"}, "outcome": object{"result": "SUCCESS", "reason": nil},
			"transaction": answer.header.Get("X-Okta-Request-Id"), "client": []any{"203.0.113.7", "shop/1.2"},
			"debugData": object{
				"requestId": answer.header.Get("X-Okta-Request-Id"), "requestUri": "/oauth2/default/v1/token", "url": "/oauth2/default/v1/token?",
				"clientAuthType": "client_secret_basic", "clientSecret": w.Secrets(app.ID)[0].Hash, "grantType": "client_credentials",
				"requestedScopes": "orders", "grantedScopes": "orders", "authorizationServer": "default",
			},
			"uuid": 36, "target": 1,
		}[name]
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
