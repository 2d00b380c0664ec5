// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// record is something to filter.
type record map[string][]string

func recordField(name string) (fieldReader[record], error) {
	if name == "unknown" {
		return nil, invalidLogField(name)
	}
	return func(r record) []string { return r[name] }, nil
}

func TestParseFilter(t *testing.T) {
	records := map[string]record{
		"a": {"id": {"1"}, "name": {"alpha"}, "target.id": {"x", "y"}},
		"b": {"id": {"2"}, "name": {"beta"}, "target.id": {"y"}},
		"c": {"id": {"3"}, "name": {"a \"quoted\" (one)"}},
		"d": {"id": {""}},
	}
	tests := []struct{ filter, want string }{
		{"", "abcd"},
		{"  ", "abcd"},
		{`id eq "1"`, "a"},
		{`id EQ 1`, "a"},
		{`id ne "1"`, "bcd"},
		{`name co "et"`, "b"},
		{`name sw "a"`, "ac"},
		{`name ew "a"`, "ab"},
		{`id gt "1"`, "bc"},
		{`id ge "2"`, "bc"},
		{`id lt "2"`, "ad"},
		{`id le 2`, "abd"},
		{`id pr`, "abc"},
		{`not (id pr)`, "d"},
		{`target.id eq "x"`, "a"},
		{`target.id eq "y"`, "ab"},
		{`target.id ne "x"`, "bcd"},
		{`name eq "a \"quoted\" (one)"`, "c"},
		{`id eq "1" or id eq "2" and name eq "alpha"`, "a"},
		{`(id eq "1" or id eq "2") and name eq "beta"`, "b"},
		{`((id eq "3"))`, "c"},
		{`NOT(id eq "1")AND(id pr)`, "bc"},
		{`id eq true`, ""},
	}
	for _, test := range tests {
		matches, err := parseFilter(test.filter, recordField)
		if err != nil {
			t.Errorf("%s: %v", test.filter, err)
			continue
		}
		var got []string
		for name, item := range records {
			if matches(item) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if found := strings.Join(got, ""); found != test.want {
			t.Errorf("%s: %s, want %s", test.filter, found, test.want)
		}
	}
}

var badFilters = []string{
	"id", "id eq", `id is "1"`, `id eq "1`, `id eq 'one'`, `id eq one`, `"id" eq "1"`, `id eq "1" and`, `or id eq "1"`,
	`(id eq "1"`, `id eq "1")`, `not id eq "1"`, `id eq "1" id eq "2"`, "()", "(", `id eq [1]`, `id eq null`, `id eq 1]`,
	strings.Repeat("(", 60) + "id pr" + strings.Repeat(")", 60),
}

func TestParseFilter_Refusals(t *testing.T) {
	code := func(filter string) string {
		var refused *apiError
		if _, err := parseFilter(filter, recordField); errors.As(err, &refused) {
			return refused.code
		}
		return ""
	}
	for _, filter := range badFilters {
		if got := code(filter); got != "E0000031" {
			t.Errorf("%s: %q", filter, got)
		}
	}
	for _, filter := range []string{`unknown eq "1"`, "unknown pr", `id pr and (unknown pr)`} {
		if got := code(filter); got != "E0000053" {
			t.Errorf("%s: %q", filter, got)
		}
	}
}

// A filter is either refused or decides about everything, and its negation decides the other way.
func FuzzParseFilter(f *testing.F) {
	for _, filter := range append(slices.Clone(badFilters), `id eq "1"`, `(a.b pr or not (c co "\u0041")) and d ne -1.5e3`, `a eq "\"(" AND b pr`) {
		f.Add(filter)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		matches, err := parseFilter(filter, recordField)
		var refused *apiError
		if err != nil {
			if !errors.As(err, &refused) || matches != nil {
				t.Fatalf("%v", err)
			}
			return
		}
		item := record{"id": {"1"}, "a": {"x", "y"}}
		if strings.TrimSpace(filter) == "" || strings.Count(filter, "(") >= maxFilterDepth {
			return
		}
		negated, err := parseFilter("not ("+filter+")", recordField)
		if err != nil || matches(item) == negated(item) {
			t.Errorf("%q: %v", filter, err)
		}
	})
}
