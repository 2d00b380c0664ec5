// SPDX-License-Identifier: MPL-2.0

package oktasim_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestFault_BodyInsteadOfTheAnswer(t *testing.T) {
	for body, contentType := range map[string]string{
		"<html>Sign in</html>": "text/html", "{}": "application/json", "[]": "application/json", "null": "application/json",
		`{"errorCode":"E0000009"}`: "application/json", "": "application/json",
	} {
		for kind, changed := range map[oktasim.FaultKind]int{oktasim.FaultBodyBefore: 1, oktasim.FaultBodyAfter: 2} {
			w := newWorld(t)
			app := w.AddApp(oktasim.AppOptions{})
			w.InjectFault(oktasim.Fault{Kind: kind, Body: body, Times: 1})
			got := w.want(200, "POST", secretsPath(app), nil)
			if got.text != body || got.header.Get("Content-Type") != contentType || len(w.Secrets(app.ID)) != changed {
				t.Errorf("%s %q: %q as %s, %d secrets", kind, body, got.text, got.header.Get("Content-Type"), len(w.Secrets(app.ID)))
			}
			w.InjectFault(oktasim.Fault{Kind: kind, Body: body, Status: 503})
			w.want(503, "GET", secretsPath(app), nil)
		}
	}
}

func TestFault_MembersOfTheAnswer(t *testing.T) {
	w := newWorld(t)
	app := w.AddApp(oktasim.AppOptions{ClientSecret: "a-secret-of-my-own"})
	made := w.Secrets(app.ID)[0]
	for _, test := range []struct {
		fault oktasim.Fault
		want  any
	}{
		{oktasim.Fault{Member: "client_secret", Edit: oktasim.EditRemove}, nil},
		{oktasim.Fault{Member: "client_secret", Edit: oktasim.EditSet}, nil},
		{oktasim.Fault{Member: "client_secret", Edit: oktasim.EditSet, Value: ""}, ""},
		{oktasim.Fault{Member: "client_secret", Edit: oktasim.EditMask}, "***-own"},
		{oktasim.Fault{Member: "client_secret", Edit: oktasim.EditTruncate}, "a-secret-"},
		{oktasim.Fault{Member: "status", Edit: oktasim.EditSet, Value: "PENDING"}, "PENDING"},
		{oktasim.Fault{Member: "status", Edit: oktasim.EditRemove}, nil},
		{oktasim.Fault{Member: "status", Edit: oktasim.EditLower}, "active"},
		{oktasim.Fault{Member: "id", Edit: oktasim.EditSet, Value: "ocsother"}, "ocsother"},
		{oktasim.Fault{Member: "secret_hash", Edit: oktasim.EditSet, Value: 7}, 7.0},
		{oktasim.Fault{Member: "nothing", Edit: oktasim.EditSet, Value: 7}, nil},
	} {
		test.fault.Kind = oktasim.FaultMember
		w.InjectFault(test.fault)
		for _, got := range []object{
			w.want(200, "GET", secretsPath(app), nil).list(t)[0],
			w.want(200, "GET", secretsPath(app)+"/"+made.ID, nil).object(t),
		} {
			if got[test.fault.Member] != test.want || got["created"] != "2026-03-01T12:00:00.000Z" {
				t.Errorf("%+v: %v", test.fault, got)
			}
		}
		w.ClearFaults()
	}
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultMember, Member: "token_endpoint_auth_method", Edit: oktasim.EditRemove})
	if doc := w.document(app.ID); client(doc)["token_endpoint_auth_method"] != nil || client(doc)["client_id"] != app.ID {
		t.Errorf("a member deep inside: %v", doc)
	}
	if got := w.Secrets(app.ID)[0]; got != made {
		t.Error("the fault changed the org")
	}
}

func TestFault_Headers(t *testing.T) {
	w := newWorld(t)
	w.SetLimits(oktasim.Limits{Apps: 1})
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultHeader, Header: "X-Rate-Limit-Reset", Value: "4102444800"})
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultHeader, Header: "Link", Value: "<http://elsewhere>; rel=\"next\""})
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultHeader, Header: "x-rate-limit-limit", Value: ""})
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultDateSkew, Delay: -3 * 24 * time.Hour})
	for _, want := range []int{200, 429} {
		header := w.want(want, "GET", "/api/v1/apps", nil).header
		if header.Get("X-Rate-Limit-Reset") != "4102444800" || len(header.Values("X-Rate-Limit-Limit")) != 0 ||
			header.Get("Date") != begin.AddDate(0, 0, -3).Format(http.TimeFormat) || len(header.Values("Link")) != 1 {
			t.Errorf("%d: header = %v", want, header)
		}
	}
	w.ClearFaults()
	w.InjectFault(oktasim.Fault{Kind: oktasim.FaultHeader, Header: "Date", Value: ""})
	if header := w.want(200, "GET", "/api/v1/users/me", nil).header; len(header.Values("Date")) != 0 {
		t.Errorf("Date = %v", header.Values("Date"))
	}
}

func TestFault_EchoRepeatsWhatWasSent(t *testing.T) {
	const secret = `a+secret "of" my&own`
	for encoding, encode := range map[string]func(string) string{
		"":                 func(text string) string { return strings.ReplaceAll(text, `"`, `\"`) },
		oktasim.EchoURL:    url.QueryEscape,
		oktasim.EchoBase64: func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
		oktasim.EchoJSON:   func(string) string { return `\"a+secret \\\"of\\\" my\\u0026own\"` },
	} {
		w := newWorld(t)
		app := w.AddApp(oktasim.AppOptions{})
		w.InjectFault(oktasim.Fault{Kind: oktasim.FaultEcho, Encoding: encoding})
		form := credentials("")
		form.Set("client_assertion", secret)
		for name, got := range map[string]answer{
			"a JSON body": w.wantError(400, "E0000001", "POST", secretsPath(app), object{"client_secret": secret}),
			"a form":      w.post(tokenPath, form),
			"a password":  w.post(tokenPath, credentials(""), basic(app.ClientID, url.QueryEscape(secret))),
		} {
			if got.status != 400 || !strings.Contains(got.text, encode(secret)) {
				t.Errorf("%s, %s: %s", encoding, name, got.text)
			}
		}
		if text := w.want(400, "GET", "/api/v1/users/me", nil).text; encoding == "" && !strings.Contains(text, apiToken) {
			t.Errorf("the API token: %s", text)
		}
		if len(w.Secrets(app.ID)) != 1 {
			t.Error("the request was carried out")
		}
	}
}

func TestFault_AnswersInJSON(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]int{
		`{"kind":"body_after","body":"<html>","path":"/api/v1/logs"}`:   204,
		`{"kind":"member","member":"status","edit":"set","value":null}`: 204,
		`{"kind":"header","header":"Retry-After","value":"86400"}`:      204,
		`{"kind":"date_skew","delay_ms":-60000}`:                        204,
		`{"kind":"echo","encoding":"url","status":500,"times":1}`:       204,
		`{"kind":"body_after","status":99}`:                             400,
		`{"kind":"member","edit":"set"}`:                                400,
		`{"kind":"member","member":"status","edit":"burn"}`:             400,
		`{"kind":"header","header":"Retry-After","value":86400}`:        400,
		`{"kind":"header","value":"x"}`:                                 400,
		`{"kind":"date_skew"}`:                                          400,
		`{"kind":"echo","encoding":"rot13"}`:                            400,
	} {
		if got := w.sim("POST", "faults", body); got.status != want {
			t.Errorf("%s: %d, want %d", body, got.status, want)
		}
	}
}
