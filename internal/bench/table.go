// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// The targets.
const (
	maxPlanRatio  = 2.0      // to the idle provider
	maxStartRatio = 1.5      // to the idle provider
	maxBinary     = 32 << 20 // bytes
)

// kinds is how many requests there were of each kind: "GET app", "POST jwks".
type kinds map[string]int

// The requests of a plan don't depend on the number of keys. The first ten apps are
// read one by one, and all others come in a page of the list, because a run that has
// asked for more than ten will ask for many. Each app's secrets are a list of their
// own. An apply reads the same in each of the two processes of the provider that
// Terraform starts, to plan and to create.
var (
	planBudget  = kinds{"GET app": 10, "GET apps": 1, "GET secrets": apps}
	applyBudget = kinds{"GET app": 20, "GET apps": 2, "GET secrets": 2 * apps, "GET org": 2, "POST jwks": keys, "POST secrets": apps}
)

var (
	appPath = regexp.MustCompile(`^/api/v1/apps/[^/]+(?:/credentials/)?`)
	others  = map[string]string{"": "app", "/api/v1/apps": "apps", "/.well-known/okta-organization": "org"}
)

func kindsOf(requests []oktasim.Request) kinds {
	counted := kinds{}
	for _, r := range requests {
		path := appPath.ReplaceAllString(r.Path, "")
		counted[r.Method+" "+cmp.Or(others[path], path)]++
	}
	return counted
}

// String is "20 GET app, 20 GET secrets".
func (k kinds) String() string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(k)) {
		parts = append(parts, fmt.Sprintf("%d %s", k[kind], kind))
	}
	return strings.Join(parts, ", ")
}

// line is one of the table, or a note beneath it.
type line struct {
	what, median, spread, idle, ratio, target string
	note                                      string
	good                                      bool
}

func missed(lines []line) bool {
	return slices.ContainsFunc(lines, func(l line) bool { return !l.good })
}

func ratioLine(what string, with, without []time.Duration, limit float64) line {
	ratio := median(with).Seconds() / median(without).Seconds()
	return line{
		what: what, median: seconds(median(with)), spread: seconds(slices.Min(with)) + " to " + seconds(slices.Max(with)), idle: seconds(median(without)),
		ratio: fmt.Sprintf("%.2f", ratio), target: fmt.Sprintf("≤ %.1f × idle", limit), good: ratio <= limit,
	}
}

func requestLine(what string, sent, budget kinds) line {
	return line{what: what, note: sent.String(), target: budget.String(), good: maps.Equal(sent, budget)}
}

func sizeLine(what string, bytes, limit int64) line {
	return line{what: what, median: mebibytes(bytes), target: "< " + mebibytes(limit), good: bytes < limit}
}

func median(took []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(took))[len(took)/2]
}
func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
func mebibytes(bytes int64) string   { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

// write prints the table, and the notes beneath it.
func write(out io.Writer, lines []line) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	text, notes := "\tmedian\tspread\tidle\tratio\ttarget\tverdict\n", "\n"
	for _, l := range lines {
		verdict := map[bool]string{true: "ok", false: "MISSED"}[l.good]
		if l.note != "" {
			notes += fmt.Sprintf("%s: %s\n  %s, the target is %s\n", l.what, l.note, verdict, l.target)
			continue
		}
		text += strings.Join([]string{l.what, l.median, l.spread, l.idle, l.ratio, l.target, verdict}, "\t") + "\n"
	}
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(out, notes)
	return err
}
