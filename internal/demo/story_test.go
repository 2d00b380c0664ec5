// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOrg_NotesWhatHappensToTheSecrets(t *testing.T) {
	o := startOrg()
	t.Cleanup(o.server.Close)
	first := o.known[0].ID
	second, err := o.addSecret()
	if err != nil {
		t.Fatal(err)
	}
	send := func(method, path string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, o.server.URL+"/api/v1/apps/"+o.app.ID+"/credentials/secrets/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "SSWS "+apiToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	send(http.MethodPost, first+"/lifecycle/deactivate")
	send(http.MethodPost, first+"/lifecycle/activate")
	if err := o.removeSecret(first); err != nil {
		t.Fatal(err)
	}
	send(http.MethodPost, second.ID+"/lifecycle/deactivate") // the only one that is ACTIVE
	send(http.MethodGet, "")
	known, changes := o.secrets()
	var told []string
	for _, c := range changes {
		told = append(told, strings.ReplaceAll(name(known, c.secret), known[c.secret].ID, "")+c.what)
	}
	want := []string{"#2 created (hash " + second.Hash + ")", "#1 deactivated", "#1 activated", "#1 deactivated", "#1 deleted", "#2 refused: POST deactivate (400)"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestTimeline_Table(t *testing.T) {
	var out strings.Builder
	line := &timeline{out: &out}
	line.header()
	line.row("Create", counts{span: between(1000, 3000), logins: 200, refused: 2, unanswered: 1, slowest: 3_140_000})
	want := `
                                      seconds   logins  refused  unanswered    per s   slowest
  Create                                  2.0      200        2           1      100     3.1ms
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
		if got := wrap(test.text, 7); got != test.want {
			t.Errorf("%s: wrap(%q) = %q, want %q", name, test.text, got, test.want)
		}
	}
}

func TestTimeline_KeepsTheFirstErrorOfItsWriter(t *testing.T) {
	line := &timeline{out: brokenPipe{}}
	line.title("Title", "")
	line.title("Title", "")
	if !errors.Is(line.err, errBroken) {
		t.Errorf("error %v, want the writer's", line.err)
	}
}

var errBroken = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestVerdict(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*evidence)
		fine  bool
	}{
		"all accepted":   {func(*evidence) {}, true},
		"one refused":    {func(e *evidence) { e.all.refused, e.orgAccepted, e.orgRefused = 1, 99, 1 }, false},
		"one unanswered": {func(e *evidence) { e.all.unanswered = 1 }, false},
		"a refusal that the client did not count": {func(e *evidence) { e.orgAccepted, e.orgRefused = 99, 1 }, false},
		"logins that never reached the org":       {func(e *evidence) { e.orgAccepted = 90 }, false},
		"a client that stood still":               {func(e *evidence) { e.phases["One"] = counts{span: between(0, 1000), logins: 49} }, false},
		"none refused, where some were to be":     {func(e *evidence) { e.refused = true }, false},
		"some refused, where some were to be":     {func(e *evidence) { e.refused, e.all.refused, e.orgAccepted, e.orgRefused = true, 9, 91, 9 }, true},
		"a leak":                                  {func(e *evidence) { e.leaked = []string{"terraform.tfstate"} }, false},
	} {
		one := counts{span: between(0, 1000), logins: 100}
		e := evidence{phases: map[string]counts{"One": one}, all: one, orgAccepted: 100}
		test.spoil(&e)
		if err := e.verdict(); (err == nil) != test.fine {
			t.Errorf("%s: the verdict is %v", name, err)
		}
	}
}

// The texts of a row of the picture must not cover each other.
func TestDraw_NoTextCoversAnother(t *testing.T) {
	lives := make([]life, 2)
	lives[0].Value, lives[1].Value = "A", "B"
	lives[0].created, lives[0].deactivated, lives[0].deleted, lives[1].created = at(0), at(5000), at(8000), at(2000)
	logins := []login{
		{began: at(0), ended: at(2500), secret: "A"},
		{began: at(2500), ended: at(3000), secret: "A", failure: "401"},
		{began: at(3000), ended: at(9000), secret: "B"},
	}
	p := panel{title: "With oktacreds_app_client_secret_rotation", span: between(0, 9000), lives: lives, applies: []span{between(1900, 2200)}, logins: logins, counted: count(logins, between(0, 9000))}
	svg := string(draw([]panel{p, p, p}))
	ends := map[string]float64{} // of the last text, by row
	texts := regexp.MustCompile(`<text class="[a-z]*" x="([0-9.]+)" y="([0-9.]+)"( text-anchor="end")?>([^<]+)<`).FindAllStringSubmatch(svg, -1)
	number := func(text string) float64 { value, _ := strconv.ParseFloat(text, 64); return value }
	slices.SortStableFunc(texts, func(a, b []string) int { return int(number(a[1]) - number(b[1])) })
	for _, found := range texts {
		const charWidth = 8 // of a bold one, and more than most
		from, width := number(found[1]), float64(charWidth*len(found[4]))
		if found[3] != "" {
			from -= width
		}
		if from < ends[found[2]] || from+width > pictureWidth+charWidth {
			t.Errorf("%q at %v covers another text, or leaves the picture", found[4], from)
		}
		ends[found[2]] = from + width
	}
	if want := 3 * 13; len(texts) != want {
		t.Errorf("%d texts, want %d: %s", len(texts), want, svg)
	}
	for _, part := range []string{"prefers-color-scheme:dark", `class="overlap"`, `class="grace"`, `class="refused"`, `class="pickup"`, "INACTIVE"} {
		if !strings.Contains(svg, part) {
			t.Errorf("the picture has no %s", part)
		}
	}
}
