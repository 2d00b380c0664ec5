// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnlistedTitles_ComparesTheGuideWithTheSource(t *testing.T) {
	found, err := unlistedTitles(map[string]string{
		guide: "| Title | Meaning | Do |\n|---|---|---|\n| Key … of app … is new; Old | a | b |\n| App … has {n} | a | b |\n| Adopts … | a | b |\n| Renamed | a | b |\n",
		"internal/provider/x.go": `package provider

var messages = []struct{ title string }{{title: "Unlisted, too"}, {title: "Adopts {id}"}}

func f(id, app string, diags D) {
	diags.AddError("Key "+id+" of app "+app+" is new", "detail")
	diags.AddAttributeWarning(path, fmt.Sprintf("App %s has %d", app, 1), "detail")
	title := "Old"
	diags.AddWarning(title, "detail")
	diags.AddWarning("Unlisted "+app, "detail")
	diags.AddError("Unexpected provider data", "detail")
}
`,
		"internal/provider/x_test.go": "package provider\n\nvar text = \"Renamed\"\n",
		"internal/okta/y.go":          "package okta\n\nvar text = \"Renamed\"\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text))
	}
	slices.Sort(got)
	want := []string{
		`internal/provider/x.go:10: troubleshooting.md.tmpl doesn't list the title "Unlisted …"`,
		`internal/provider/x.go:3: troubleshooting.md.tmpl doesn't list the title "Unlisted, too"`,
		guide + `:6: no diagnostic has the title "Renamed"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
