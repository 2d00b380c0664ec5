// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const aHash = "E5NMtFDu1xVWq6Stx_AlRA"

var logStart = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func loginQuery() LoginQuery {
	return LoginQuery{ClientID: "0oaClient", Since: logStart, Until: logStart.Add(24 * time.Hour), Limit: 1, Pages: 1}
}

// eventJSON is a login as Okta logs it.
func eventJSON(change func(event map[string]any, debug map[string]any)) map[string]any {
	debug := map[string]any{
		"clientAuthType": "client_secret_basic", "clientSecret": aHash, "grantType": "client_credentials", "requestUri": "/oauth2/v1/token",
	}
	event := map[string]any{
		"uuid": "f1b2", "published": "2026-03-01T13:00:00.123Z", "eventType": "app.oauth2.token.grant.access_token",
		"actor": map[string]any{"id": "0oaClient", "type": "PublicClientApp"}, "target": []any{map[string]any{"id": "AT.x"}},
		"outcome": map[string]any{"result": "SUCCESS", "reason": nil}, "transaction": map[string]any{"type": "WEB", "id": "YkLc@T-1"},
		"client":       map[string]any{"id": nil, "ipAddress": "192.0.2.7", "userAgent": map[string]any{"rawUserAgent": "python-requests/2.31"}},
		"debugContext": map[string]any{"debugData": debug},
	}
	if change != nil {
		change(event, debug)
	}
	return event
}

func TestLogins_AsksABoundedQuestion(t *testing.T) {
	bounds := func(filter string) url.Values {
		return url.Values{
			"since": {"2026-03-01T12:00:00.000Z"}, "until": {"2026-03-02T12:00:00.000Z"}, "limit": {"1"}, "sortOrder": {"DESCENDING"}, "filter": {filter},
		}
	}
	for name, test := range map[string]struct {
		change func(*LoginQuery)
		want   url.Values
	}{
		"all logins": {func(*LoginQuery) {}, bounds(`actor.id eq "0oaClient" and eventType sw "app.oauth2."`)},
		"of one secret": {func(q *LoginQuery) { q.SecretHash = aHash },
			bounds(`actor.id eq "0oaClient" and debugContext.debugData.clientSecret eq "` + aHash + `"`)},
		"failures": {func(q *LoginQuery) { q.Failed = true },
			bounds(`(actor.id eq "0oaClient" or target.id eq "0oaClient") and outcome.result eq "FAILURE" and eventType sw "app.oauth2."`)},
		"a client id that is no word": {func(q *LoginQuery) { q.ClientID = `a" or actor.id pr or "\` },
			bounds(`actor.id eq "a\" or actor.id pr or \"\\" and eventType sw "app.oauth2."`)},
		"times of another zone": {func(q *LoginQuery) { q.Since = q.Since.In(time.FixedZone("", 3600)) },
			bounds(`actor.id eq "0oaClient" and eventType sw "app.oauth2."`)},
	} {
		t.Run(name, func(t *testing.T) {
			query := loginQuery()
			test.change(&query)
			var queries []url.Values
			org := newScript(t, asked(&queries, answer(200, []any{})))
			found, err := newTestClient(t, org).Logins(t.Context(), query)
			if err != nil || !found.Complete || found.Requests != 1 || len(found.Events) != 0 {
				t.Errorf("%+v, %v", found, err)
			}
			if diff := cmp.Diff([]url.Values{test.want}, queries); diff != "" {
				t.Errorf("the queries differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogins_AnUnboundedOrUnsafeQuestionIsNotSent(t *testing.T) {
	client := newTestClient(t, newScript(t))
	for name, change := range map[string]func(*LoginQuery){
		"no since":                func(q *LoginQuery) { q.Since = time.Time{} },
		"no until":                func(q *LoginQuery) { q.Until = time.Time{} },
		"no client":               func(q *LoginQuery) { q.ClientID = "" },
		"a line break":            func(q *LoginQuery) { q.ClientID = "a\nb" },
		"a hash with a null byte": func(q *LoginQuery) { q.SecretHash = "a\x00" },
		"invalid UTF-8":           func(q *LoginQuery) { q.ClientID = "a\xff" },
	} {
		query := loginQuery()
		change(&query)
		if _, err := client.Logins(t.Context(), query); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

const nextLogLink = `<http://127.0.0.1:1/api/v1/logs?after=opaque%2F1&limit=1000>; rel="next"`

func TestLogins_FollowsNextLinksUpToTheCap(t *testing.T) {
	page := answer(200, []any{eventJSON(nil)}, "Link", nextLogLink)
	last := answer(200, []any{eventJSON(nil)}, "Link", `<http://127.0.0.1:1/api/v1/logs?limit=1000>; rel="self"`)
	for _, test := range []struct {
		pages            int
		answers          []http.HandlerFunc
		events, requests int
		complete         bool
	}{
		{3, []http.HandlerFunc{page, last}, 2, 2, true},
		{2, []http.HandlerFunc{page, last}, 2, 2, true},
		{1, []http.HandlerFunc{page}, 1, 1, false},
		{0, nil, 0, 0, false},
		{2, []http.HandlerFunc{answer(200, []any{}, "Link", nextLogLink), last}, 1, 2, true},
	} {
		var queries []url.Values
		var handlers []http.HandlerFunc
		for _, handler := range test.answers {
			handlers = append(handlers, asked(&queries, handler))
		}
		query := loginQuery()
		query.Pages = test.pages
		found, err := newTestClient(t, newScript(t, handlers...)).Logins(t.Context(), query)
		if err != nil || len(found.Events) != test.events || found.Requests != test.requests || found.Complete != test.complete {
			t.Errorf("with %d pages: %+v, %v", test.pages, found, err)
		}
		if len(queries) == 2 && queries[1].Encode() != "after=opaque%2F1&limit=1000" {
			t.Errorf("the second page is asked for with %q", queries[1].Encode())
		}
	}
}

func TestLogins_APageThatFollowsItselfIsAnError(t *testing.T) {
	page := answer(200, []any{eventJSON(nil)}, "Link", nextLogLink)
	query := loginQuery()
	query.Pages = 9
	found, err := newTestClient(t, newScript(t, page, page)).Logins(t.Context(), query)
	if !errors.Is(err, errSameLogPage) || found.Complete {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestLogins_KeepsOfAnEventWhatIsKnownToBeHarmless(t *testing.T) {
	plain := Login{
		Published: time.Date(2026, time.March, 1, 13, 0, 0, 123000000, time.UTC), EventType: "app.oauth2.token.grant.access_token",
		Success: true, Transaction: "YkLc@T-1", AuthMethod: "client_secret_basic", SecretHash: aHash,
	}
	const secret = "WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rNNexMIR3Xx-fe9EVPGY4Cb"
	for name, test := range map[string]struct {
		change  func(event, debug map[string]any)
		want    func(*Login)
		clients bool
	}{
		"a success": {nil, nil, false},
		"with its client": {nil, func(l *Login) {
			l.ClientAddress, l.UserAgent = "192.0.2.7", "python-requests/2.31"
		}, true},
		"a client in another form": {func(event, _ map[string]any) {
			event["client"] = map[string]any{"ipAddress": "secret " + secret, "userAgent": map[string]any{"rawUserAgent": "a\x1b[2J"}}
		}, nil, true},
		"a failure": {func(event, _ map[string]any) {
			event["eventType"], event["outcome"] = "app.oauth2.token.grant", map[string]any{"result": "FAILURE", "reason": "invalid_client_secret"}
		}, func(l *Login) {
			l.EventType, l.Success, l.Reason = "app.oauth2.token.grant", false, "invalid_client_secret"
		}, false},
		"a reason that is no code": {func(event, _ map[string]any) {
			event["outcome"] = map[string]any{"result": "FAILURE", "reason": "wrong: " + secret}
		}, func(l *Login) { l.Success = false }, false},
		"no hash":                   {func(_, debug map[string]any) { delete(debug, "clientSecret") }, func(l *Login) { l.SecretHash = "" }, false},
		"a secret in place of it":   {func(_, debug map[string]any) { debug["clientSecret"] = secret }, func(l *Login) { l.SecretHash = "" }, false},
		"a list in place of it":     {func(_, debug map[string]any) { debug["clientSecret"] = []string{aHash} }, func(l *Login) { l.SecretHash = "" }, false},
		"prefixes of wrong secrets": {func(_, debug map[string]any) { debug["clientSecrets"] = "[WKstY, hunte]" }, nil, false},
		"another method":            {func(_, debug map[string]any) { debug["clientAuthType"] = secret }, func(l *Login) { l.AuthMethod = "" }, false},
		"another transaction":       {func(event, _ map[string]any) { event["transaction"] = map[string]any{"id": "a b"} }, func(l *Login) { l.Transaction = "" }, false},
		"no details": {func(event, _ map[string]any) { event["debugContext"] = nil }, func(l *Login) {
			l.AuthMethod, l.SecretHash = "", ""
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			query := loginQuery()
			query.Clients = test.clients
			found, err := newTestClient(t, newScript(t, answer(200, []any{eventJSON(test.change)}))).Logins(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			want := plain
			if test.want != nil {
				test.want(&want)
			}
			if diff := cmp.Diff([]Login{want}, found.Events); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, harmful := range []string{secret, "WKstY", "hunte"} {
				if strings.Contains(fmt.Sprintf("%+v", found), harmful) {
					t.Errorf("it holds %s", harmful)
				}
			}
		})
	}
}

func TestLogins_LeavesOutWhatIsNoLogin(t *testing.T) {
	as := func(eventType string, debug bool) map[string]any {
		return eventJSON(func(event, _ map[string]any) {
			event["eventType"] = eventType
			if !debug {
				event["debugContext"] = nil
			}
		})
	}
	org := newScript(t, answer(200, []any{
		as("app.oauth2.token.grant", false), as("app.oauth2.as.token.grant.id_token", false), as("app.oauth2.invalid_client_credentials", false),
		as("app.oauth2.token.revoke", true), as("app.oauth2.token.grants", false), as("app.oauth2.credentials.lifecycle.create", false),
		as("app.oauth2.client.read_client_secret", false), as("app.oauth2.token.revoke", false),
	}))
	found, err := newTestClient(t, org).Logins(t.Context(), loginQuery())
	var types []string
	for _, event := range found.Events {
		types = append(types, event.EventType)
	}
	want := []string{"app.oauth2.token.grant", "app.oauth2.as.token.grant.id_token", "app.oauth2.invalid_client_credentials", "app.oauth2.token.revoke"}
	if diff := cmp.Diff(want, types); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestLogins_AnswersThatAreNoneAreErrors(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		holds   func(error) bool
	}{
		"null":                 {answer(200, "null"), isTransportError},
		"an object":            {answer(200, "{}"), isTransportError},
		"HTML":                 {answer(200, "<html>"), isTransportError},
		"an event without any": {answer(200, []any{map[string]any{}}), isTransportError},
		"a time in words":      {answer(200, []any{eventJSON(func(event, _ map[string]any) { event["published"] = "yesterday" })}), isTransportError},
		"a broken next link":   {answer(200, []any{}, "Link", `<:>; rel="next"`), func(err error) bool { return errors.Is(err, errUnexpected) }},
		"no permission":        {refuse(403, "E0000006", "You do not have permission to perform the requested action"), IsLogForbidden},
		"no scope":             {answer(403, "", "WWW-Authenticate", `Bearer error="insufficient_scope"`), IsLogForbidden},
		"an unknown field":     {refuse(400, "E0000053", "Invalid field"), IsFilterRefused},
		"a refused field":      {refuse(400, "E0000031", "Invalid search criteria."), IsFilterRefused},
		"a query of 30 s":      {refuse(500, "E0000009", "Internal Server Error"), func(err error) bool { return !IsFilterRefused(err) && !IsLogForbidden(err) }},
	} {
		t.Run(name, func(t *testing.T) {
			org := newScript(t, test.handler)
			found, err := newTestClient(t, org).Logins(t.Context(), loginQuery())
			if err == nil || !test.holds(err) || found.Complete {
				t.Errorf("%+v, %v", found, err)
			}
			mustEqual(t, "the number of requests", org.count(), 1) // 500 isn't asked again
		})
	}
}

func isTransportError(err error) bool {
	_, ok := errors.AsType[*TransportError](err)
	return ok
}

func TestLogins_ARateLimitIsWaitedForOnItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs := &limitedOrg{limit: 1}
		client := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/v1/logs" {
				logs.count(w.Header(), r)
				answer(200, []any{})(w, r)
				return
			}
			answer(200, []any{})(w, r)
		}))
		start := time.Now()
		for range 3 {
			if _, err := client.Logins(t.Context(), loginQuery()); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(start); waited < time.Minute {
			t.Errorf("three reads of a log that allows one a minute took %s", waited)
		}
		begin := time.Now()
		if _, err := client.Secrets.List(t.Context(), "0oa1"); err != nil {
			t.Error(err)
		}
		mustEqual(t, "what another bucket waits", time.Since(begin), 0)
	})
}

func TestLogin_WhatItSays(t *testing.T) {
	for name, test := range map[string]struct {
		login                          Login
		withoutSecret, nonce, rejected bool
	}{
		"a success":            {Login{Success: true, AuthMethod: AuthMethodSecretPost}, false, false, false},
		"a key":                {Login{Success: true, AuthMethod: AuthMethodPrivateKeyJWT}, true, false, false},
		"a public client":      {Login{Success: true, AuthMethod: AuthMethodNone}, true, false, false},
		"a wrong secret":       {Login{Reason: "invalid_client_secret", AuthMethod: AuthMethodSecretPost}, false, false, true},
		"an unknown method":    {Login{AuthMethod: "invalid"}, false, false, true},
		"five wrong secrets":   {Login{EventType: eventInvalidCredentials}, false, false, true},
		"no such scope":        {Login{Reason: "no_matching_scope", AuthMethod: AuthMethodSecretPost}, false, false, false},
		"a nonce is asked for": {Login{Reason: "use_dpop_nonce", AuthMethod: "invalid"}, false, true, false},
	} {
		got := []bool{test.login.WithoutSecret(), test.login.IsNonceRequest(), test.login.Rejected()}
		if diff := cmp.Diff([]bool{test.withoutSecret, test.nonce, test.rejected}, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzLogin: whatever the log holds, an event that is read has only values in the
// documented forms.
func FuzzLogin(f *testing.F) {
	for _, change := range []func(event, debug map[string]any){nil, func(event, _ map[string]any) { event["client"] = nil }} {
		seed, err := json.Marshal(eventJSON(change))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte(`{"debugContext":{"debugData":{"clientSecret":"WKstYC8XDS-Y-PQN_nieOcnWdY4rwbZ7wnjJ8HiA0rN"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var login Login
		if json.Unmarshal(data, &login) != nil {
			return
		}
		for _, kept := range []struct {
			form  *regexp.Regexp
			value string
		}{
			{hashForm, login.SecretHash}, {reasonForm, login.Reason}, {transactionForm, login.Transaction},
			{addressForm, login.ClientAddress}, {userAgentForm, login.UserAgent},
		} {
			if kept.value != "" && !kept.form.MatchString(kept.value) {
				t.Errorf("%q is not of the form %s", kept.value, kept.form)
			}
		}
	})
}
