// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// request is an entry of the org's log.
type request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

// kinds is how many requests there were of each kind: "GET app", "POST jwks".
type kinds map[string]int

var (
	appPath = regexp.MustCompile(`^/api/v1/apps/[^/]+(?:/credentials/)?`)
	idPath  = regexp.MustCompile(`/(?:ocs|pks)[^/]+`)
)

func kindsOf(requests []request) kinds {
	counted := kinds{}
	for _, r := range requests {
		path := cmp.Or(appPath.ReplaceAllString(r.Path, ""), "app")
		counted[r.Method+" "+idPath.ReplaceAllString(path, "/ID")]++
	}
	return counted
}

// String is "20 GET app, 20 GET secrets".
func (k kinds) String() string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(k)) {
		parts = append(parts, fmt.Sprintf("%d %s", k[kind], kind))
	}
	return cmp.Or(strings.Join(parts, ", "), "none")
}
