// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

var testApp = app{ID: "0oa1"}

// oneRotation is what is known after a rotation from secret A to secret B.
func oneRotation() (requests []oktasim.Request, known register, uses []use) {
	const secrets = "/api/v1/apps/0oa1/credentials/secrets"
	requests = []oktasim.Request{
		{Method: "GET", Path: secrets, Status: 200, Time: at(900)},
		{Method: "POST", Path: "/oauth2/default/v1/token", Status: 200, Time: at(950)},
		{Method: "POST", Path: secrets, Status: 201, Time: at(1000)},
		{Method: "POST", Path: secrets + "/ocsA/lifecycle/deactivate", Status: 200, Time: at(2000)},
		{Method: "DELETE", Path: secrets + "/ocsA", Status: 204, Time: at(2010)},
		{Method: "POST", Path: secrets + "/ocsB/lifecycle/deactivate", Status: 400, Time: at(3000)},
		{Method: "POST", Path: secrets + "/ocsB/lifecycle/activate", Status: 200, Time: at(3010)},
		{Method: "DELETE", Path: "/api/v1/apps/0oa2/credentials/secrets/ocsC", Status: 204, Time: at(3020)},
	}
	known = register{{ID: "ocsA", Hash: "hashA"}, {ID: "ocsB", Hash: "hashB"}}
	uses = []use{{hash: "hashA", first: at(0), last: at(1020)}, {hash: "hashB", first: at(1025), last: at(3500)}}
	return requests, known, uses
}

func TestTimeline_TellsARotationInOrder(t *testing.T) {
	requests, known, uses := oneRotation()
	events := clientEvents(uses, at(500), at(4000), known)
	events = append(events, oktaEvents(changes(requests, testApp, known, 1), known, uses)...)
	var out strings.Builder
	(&timeline{out: &out, began: at(0), who: 9}).events(inOrder(events))
	want := `    1.00 s  okta       #2 ocsB created (hash hashB)
    1.02 s  client     logs in with #2 ocsB
    2.00 s  okta       #1 ocsA deactivated, 980ms after the last login with it
    2.01 s  okta       #1 ocsA deleted
    3.00 s  okta       refuses to deactivate #2 ocsB (400)
    3.01 s  okta       #2 ocsB activated
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

func TestEvents_SecretThatEndsDuringALogin_IsToldAsSuch(t *testing.T) {
	requests, known, uses := oneRotation()
	uses[0].last = at(2005)
	events := oktaEvents(changes(requests, testApp, known, 1), known, uses)
	if got, want := events[1].what, "#1 ocsA deactivated while a login with it was under way"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := margins(changes(requests, testApp, known, 1), known, uses); len(got) != 1 || got[0] >= 0 {
		t.Errorf("margins %v, want a negative one", got)
	}
}

func TestEvents_SecretThatNobodyUsed_HasNoMargin(t *testing.T) {
	requests, known, _ := oneRotation()
	if got := margins(changes(requests, testApp, known, 1), known, nil); got != nil {
		t.Errorf("margins %v, want none", got)
	}
	if got, want := oktaEvents(changes(requests, testApp, known, 1), known, nil)[1].what, "#1 ocsA deactivated"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestEvents_SecretThatCameAndWentUnseen_IsToldWithoutAName(t *testing.T) {
	requests, _, uses := oneRotation()
	events := oktaEvents(changes(requests, testApp, nil, 0), nil, uses)
	if got, want := events[0].what, "an unknown secret deactivated"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := margins(changes(requests, testApp, nil, 0), nil, uses); got != nil {
		t.Errorf("margins %v, want none", got)
	}
}

func TestEvents_FailedLoginsAreTold(t *testing.T) {
	p := phase{refusals: []refusal{{at: at(1), hash: "hashA", said: "401 invalid_client", times: 3}}}
	events := refusalEvents(p, register{{ID: "ocsA", Hash: "hashA"}})
	if want := "FAILED to log in with #1 ocsA: 401 invalid_client (3 times)"; len(events) != 1 || events[0].what != want {
		t.Errorf("events %v, want %q", events, want)
	}
}

func TestTimeline_Places(t *testing.T) {
	known := register{{ID: "ocsA", Hash: "hashA"}, {ID: "ocsB", Hash: "hashB"}}
	var out strings.Builder
	line := &timeline{out: &out, who: 9}
	line.places([]secret{{ID: "ocsB", Hash: "hashB", Status: "ACTIVE", Value: "value"}}, known, "hashB", phase{logins: 7, refused: 1, unanswered: 1})
	want := `            secrets    ▶ #2 ocsB ACTIVE                      (free)
            logins     7, failed 2
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestTimeline_Table(t *testing.T) {
	var out strings.Builder
	line := &timeline{out: &out}
	line.table([]phase{
		{name: "Start", began: at(0), ended: at(1000), logins: 100, slowest: 2_000_000},
		{name: "Create", began: at(1000), ended: at(3000), logins: 200, refused: 2, unanswered: 1, slowest: 3_140_000},
	})
	want := `
                                      seconds   logins  refused  unanswered    per s   slowest
  Start                                   1.0      100        0           0      100       2ms
  Create                                  2.0      200        2           1      100     3.1ms
  All                                     3.0      300        2           1      100     3.1ms
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestWrap(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"at blanks":             {"one two three", "one two\nthree"},
		"long words stay":       {"a verylongword b", "a\nverylongword\nb"},
		"indented lines stay":   {"x\n\n  lifecycle { a = b }\n", "x\n\n  lifecycle { a = b }"},
		"characters, not bytes": {"äöü éèê xx", "äöü éèê\nxx"},
		"nothing":               {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := wrap(test.text, 7); got != test.want {
				t.Errorf("wrap(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestTimeline_KeepsTheFirstErrorOfItsWriter(t *testing.T) {
	broken := errors.New("broken pipe")
	line := &timeline{out: writerFunc(func([]byte) (int, error) { return 0, broken })}
	line.title("Title", "")
	line.title("Title", "")
	if !errors.Is(line.err, broken) {
		t.Errorf("error %v, want the writer's", line.err)
	}
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(text []byte) (int, error) { return w(text) }
