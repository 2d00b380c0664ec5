// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"slices"
)

// column is one of the two ways in which Terraform is run.
type column int

const (
	inProcess column = iota // core's own steps against the provider's protocol server
	byCLI                   // the real program
	columns
)

func (c column) String() string { return [columns]string{"in process", "CLI"}[c] }

// row is a line of the table.
type row string

// What is counted. Of the second half anything but 0 is a failure.
const (
	rotated          row = "rotations"
	runs             row = "runs of terraform apply"
	requests         row = "requests of the provider"
	faultsInjected   row = "faults injected"
	kills            row = "runs killed"
	interrupts       row = "runs interrupted"
	moves            row = "changes by somebody else"
	taints           row = "resources tainted"
	renames          row = "resources renamed"
	latePlans        row = "plans applied late"
	heldBack         row = "rotations blocked by a foreign credential, and made when it was deleted"
	adopted          row = "unrecorded credentials adopted"
	declared         row = "adopt_interrupted set as the plan advised"
	imported         row = "unrecorded credentials imported, because they are in use"
	importedAgain    row = "objects that a kill or an interrupt left deposed, imported"
	byHand           row = "unrecorded credentials deleted as the plan advised"
	byValue          row = "values changed as the plan advised"
	removed          row = "one of two resources removed as the plan advised"
	addressForgotten row = "one of two addresses of a credential removed from state as the plan advised"
	heeded           row = "moved blocks added as the plan advised, before it was applied"
	ignored          row = "renames applied without a moved block, although the plan warned"
	untellable       row = "unrecorded credentials that nothing tells from one in use"
	inBothSlots      row = "rotations blocked because both slots are in use"
	logins           row = "logins"
	excused          row = "logins refused because somebody else ended the credential, or ignored the warning"

	refused      row = "refused logins"
	endedInUse   row = "credentials in use ended"
	endedHeld    row = "credentials held by another object ended"
	deposedAlive row = "live credentials left deposed by an error"
	noRemedy     row = "blocked without a remedy that works"
	unknown      row = "credentials in Okta that no state has and no plan names"
	unnamed      row = "unrecorded credentials that the next plan does not name"
	missing      row = "credentials in state that Okta does not have, or has otherwise"
	touched      row = "foreign credentials touched"
	unconverged  row = "applies that never converge"
	endless      row = "applies that do not end"
	twice        row = "creates sent twice"
	unrotated    row = "rotations that changed nothing"
	inconsistent row = "plans and results that Terraform rejects"
	leaked       row = "secrets in diagnostics"
	crashed      row = "panics"
)

var (
	figures = []row{
		rotated, runs, requests, faultsInjected, kills, interrupts, moves, taints, renames, latePlans, heldBack, adopted, declared, imported, importedAgain, byHand, byValue,
		removed, addressForgotten, heeded, ignored, untellable, inBothSlots, logins, excused,
	}
	promises = []row{
		refused, endedInUse, endedHeld, deposedAlive, noRemedy, unknown, unnamed, missing, touched, unconverged, endless, twice, unrotated,
		inconsistent, leaked, crashed,
	}
)

// kindCounts is the line of one kind of life.
type kindCounts struct{ lives, rotations, runs, broken int }

// report is the outcome.
type report struct {
	out     io.Writer
	verbose bool
	seed    uint64
	counts  [columns]map[row]int
	kinds   [columns]map[string]*kindCounts
	last    string   // what was printed last: the same is counted, and not printed, again
	replays []string // the commands that live again the lives in which a promise was broken
}

func newReport(out io.Writer, verbose bool, seed uint64) *report {
	return &report{out: out, verbose: verbose, seed: seed, counts: [columns]map[row]int{{}, {}}, kinds: [columns]map[string]*kindCounts{{}, {}}}
}

// kind is the line of a kind of life.
func (r *report) kind(in column, name string) *kindCounts {
	if r.kinds[in][name] == nil {
		r.kinds[in][name] = &kindCounts{}
	}
	return r.kinds[in][name]
}

// broken counts a broken promise, and says where. What is broken again in the
// same place is only counted.
func (r *report) broken(in column, what row, where, replay, detail string) {
	r.counts[in][what]++
	if !slices.Contains(r.replays, replay) {
		r.replays = append(r.replays, replay)
	}
	if r.last == string(what)+where+replay {
		return
	}
	r.last = string(what) + where + replay
	r.printf("BROKEN  %s\n        %s\n        %s\n        again: %s\n", what, where, detail, replay)
}

func (r *report) printf(format string, arguments ...any) {
	_, _ = fmt.Fprintf(r.out, format, arguments...) // there is no one to tell
}

// kept tells whether every promise was.
func (r *report) kept() bool {
	for _, counts := range r.counts {
		for _, promise := range promises {
			if counts[promise] > 0 {
				return false
			}
		}
	}
	return true
}

// table prints all figures.
func (r *report) table() {
	width := 0
	for _, what := range slices.Concat(figures, promises) {
		width = max(width, len(what))
	}
	for i, section := range [][]row{figures, promises} {
		title := [...]string{fmt.Sprintf("What happened, with seed %d", r.seed), "Promises broken"}[i]
		r.printf("\n%-*s %12s %8s\n", width, title, inProcess, byCLI)
		for _, what := range section {
			r.printf("%-*s %12d %8d\n", width, what, r.counts[inProcess][what], r.counts[byCLI][what])
		}
	}
	for in, kinds := range r.kinds {
		if len(kinds) > 0 {
			r.printf("\n%-*s %12s %9s %8s %8s\n", width, "Kinds of life, "+column(in).String(), "lives", "rotations", "runs", "broken")
		}
		for _, name := range sorted(kinds) {
			k := kinds[name]
			r.printf("%-*s %12d %9d %8d %8d\n", width, name, k.lives, k.rotations, k.runs, k.broken)
		}
	}
	for i, replay := range r.replays {
		r.printf("%s\n", [...]string{"\nEach of these lives a failing life again:\n" + replay, replay}[min(i, 1)])
	}
}
