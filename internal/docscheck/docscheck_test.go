// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheck_ALinkLeadsToAFileAndAHeading(t *testing.T) {
	files := map[string]string{
		"docs/index.md":       "# Provider\n## What `it` does, and why\n## Same\n## Same\n<a id=\"nested\"></a>\n",
		"docs/resources/x.md": "",
		"docs/picture.svg":    "",
		"LICENSE":             "",
	}
	for link, broken := range map[string]bool{
		"[a](docs/index.md)":                               false,
		"[a](docs/index.md#what-it-does-and-why)":          false,
		"[a](docs/index.md#same-1)":                        false,
		"[a](docs/index.md#nested)":                        false,
		"[a](docs)":                                        false,
		"[a](https://example.com/nowhere#at-all)":          false,
		"![a](docs/picture.svg \"title\")":                 false,
		"<source srcset=\"docs/picture.svg\">":             false,
		"[a]: LICENSE":                                     false,
		"[a](#here)\n# Here":                               false,
		"```\n[a](nowhere.md)\n```":                        false,
		"`[a](nowhere.md)`":                                false,
		"[a](docs/nowhere.md)":                             true,
		"[a](docs/index.md#nowhere)":                       true,
		"[a](docs/index.md#same-2)":                        true,
		"[a](docs/resources/x)":                            true, // only docs/ is served without .md
		"[a](#nowhere)":                                    true,
		"[a]: nowhere.md":                                  true,
		"<img src=\"nowhere.svg\">":                        true,
		"[fine](LICENSE) and [broken](nowhere.md) in one.": true,
	} {
		files["LINKS.md"] = link
		findings, err := check(files)
		if err != nil || (len(findings) > 0) != broken {
			t.Errorf("%q: %v, %v; want broken: %t", link, findings, err, broken)
		}
	}
	delete(files, "LINKS.md")
	files["docs/resources/y.md"] = "[a](x) [b](../index) [c](../index#same)"
	if findings, err := check(files); err != nil || len(findings) > 0 {
		t.Errorf("links as the registries serve them: %v, %v", findings, err)
	}
}

func TestCheck_ABannedPhraseIsFoundWhereUsersReadIt(t *testing.T) {
	source := func(literal string) string { return fmt.Sprintf("package p\n\nvar text = %q\n", literal) }
	got, err := check(map[string]string{
		"README.md":                     "One line.\nIt stays all\nthe same.\n",
		"templates/index.md.tmpl":       "It is gone.",
		"examples/rotation/main.tf":     "# the stand-in",
		"internal/provider/x.go":        source("It is no secret"),
		"internal/provider/x_test.go":   source("It is no secret"),
		"internal/okta/y.go":            "package p\n\n// It is no secret, and gone.\nvar text = `First line,\nbut it has no key`\n",
		"internal/chaos/z.go":           source("It is no secret"),
		"docs/index.md":                 "It is gone.", // generated from the template
		"internal/provider/testdata/no": "It is gone.",
	})
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, found := range got {
		places = append(places, fmt.Sprintf("%s:%d", found.file, found.line))
	}
	want := []string{
		"README.md:2", "README.md:2", "examples/rotation/main.tf:1", "internal/okta/y.go:3", "internal/okta/y.go:5",
		"internal/provider/x.go:3", "templates/index.md.tmpl:1",
	}
	slices.Sort(places)
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("(-want +got)\n%s\n%v", diff, got)
	}
}

func TestPhrases_AllowWhatIsPlainEnglish(t *testing.T) {
	for _, fine := range []string{
		"There is no key.", "It is no longer used.", "This has no effect.", "Fails due to a rate limit.",
		"A copy of it.", "HTTP 410 Gone", "The clock has gone back.", "Deletes the secret before it creates one.", "The response ends.",
		"The organization's weekend", "the same value",
	} {
		if findings := bannedPhrases("README.md", text{line: 1, content: fine}); len(findings) > 0 {
			t.Errorf("%q: %v", fine, findings)
		}
	}
}
