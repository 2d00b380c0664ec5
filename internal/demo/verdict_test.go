// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

func TestVerdict(t *testing.T) {
	good := func() evidence {
		return evidence{phases: []phase{{name: "One", began: at(0), ended: at(1000), logins: 100}}, orgAccepted: 100}
	}
	for name, test := range map[string]struct {
		spoil func(*evidence)
		want  string // "" if all is well
	}{
		"all accepted": {func(*evidence) {}, ""},
		"one refused": {func(e *evidence) {
			e.phases[0].refused, e.orgAccepted, e.orgRefused = 1, 99, 1
		}, "1 of 100 logins failed: 1 refused, 0 unanswered"},
		"one unanswered": {func(e *evidence) { e.phases[0].unanswered = 1 }, "1 of 100 logins failed: 0 refused, 1 unanswered"},
		"a refusal that the client did not count": {func(e *evidence) {
			e.orgAccepted, e.orgRefused = 99, 1
		}, "the org's log has 100 logins and 1 refusals, the client counted 100 and 0"},
		"logins that never reached the org":   {func(e *evidence) { e.orgAccepted = 90 }, "the org's log has 90 logins and 0 refusals"},
		"a client that stood still":           {func(e *evidence) { e.phases[0].logins, e.orgAccepted = 49, 49 }, "One: 49 logins a second, fewer than 50"},
		"none refused, where some were to be": {func(e *evidence) { e.want = someRefused }, "no login was refused"},
		"some refused, where some were to be": {func(e *evidence) {
			e.want, e.phases[0].refused, e.orgAccepted, e.orgRefused = someRefused, 9, 91, 9
		}, ""},
		"a leak": {func(e *evidence) { e.leaked = []string{"terraform.tfstate"} }, "a secret value stands in terraform.tfstate"},
	} {
		t.Run(name, func(t *testing.T) {
			e := good()
			test.spoil(&e)
			err := e.verdict()
			switch {
			case test.want == "" && err != nil:
				t.Errorf("verdict %v, want none", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("verdict %v, want %q", err, test.want)
			}
		})
	}
}

func TestLeaks_NamesThePlaceWhereASecretStands(t *testing.T) {
	sim := oktasim.New(oktasim.Options{APIToken: apiToken})
	app := sim.AddApp(oktasim.AppOptions{})
	value := sim.Secrets(app.ID)[0].Value
	s := &story{org: &org{sim: sim}, cli: &cli{name: "terraform", dir: t.TempDir()}}
	for name, content := range map[string]string{"terraform.tfstate": "harmless", "leaky": "x" + value} {
		if err := os.WriteFile(filepath.Join(s.cli.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.cli.printed.WriteString("OKTA_API_TOKEN=" + apiToken)
	places, err := s.leaks()
	if want := []string{"the output of terraform", "leaky"}; err != nil || !slices.Equal(places, want) {
		t.Errorf("leaks %q, %v, want %q", places, err, want)
	}
}
