// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// wantPerSecond is how often the client must have logged in: without it, a
// client that stood still would have been refused nothing.
const wantPerSecond = 50

// expectation is what a run is to show.
type expectation bool

const (
	noneRefused expectation = false
	someRefused expectation = true // the run shows what other setups do
)

// evidence is what a run ends with.
type evidence struct {
	want                    expectation
	phases                  []phase
	orgAccepted, orgRefused int      // by the org's own log
	leaked                  []string // places in which a secret value stands
}

// verdict is nil if the run shows what it is to show: that no login was refused,
// by a client that logged in all the time, or that some were.
func (e evidence) verdict() error {
	var problems []error
	add := func(format string, arguments ...any) { problems = append(problems, fmt.Errorf(format, arguments...)) }
	all := sum(e.phases)
	switch {
	case e.want == someRefused && all.refused == 0:
		add("no login was refused, but the old secret was deleted while the client still cached it")
	case e.want == someRefused && all.unanswered > 0, e.want == noneRefused && all.failed() > 0:
		add("%d of %d logins failed: %d refused, %d unanswered", all.failed(), all.logins, all.refused, all.unanswered)
	}
	if e.orgRefused != all.refused || all.unanswered == 0 && e.orgAccepted != all.logins-all.refused {
		add("the org's log has %d logins and %d refusals, the client counted %d and %d",
			e.orgAccepted+e.orgRefused, e.orgRefused, all.logins, all.refused)
	}
	for _, p := range e.phases {
		if p.perSecond() < wantPerSecond {
			add("%s: %.0f logins a second, fewer than %d", p.name, p.perSecond(), wantPerSecond)
		}
	}
	for _, place := range e.leaked {
		add("a secret value stands in %s", place)
	}
	return errors.Join(problems...)
}

// conclude prints the counters and says whether all is well.
func (s *story) conclude(want expectation) error {
	phases, _ := s.counts.snapshot()
	e := evidence{want: want, phases: phases}
	e.orgAccepted, e.orgRefused = s.org.logins()
	var err error
	if e.leaked, err = s.leaks(); err != nil {
		return err
	}
	all := sum(phases)
	s.timeline.table(phases)
	s.timeline.printf("\n%d logins, %d failed.", all.logins, all.failed())
	s.timeline.printf(" The org's own log: %d accepted, %d refused.\n", e.orgAccepted, e.orgRefused)
	if len(s.margins) > 0 {
		s.timeline.printf("Shortest time from the last login with a secret to its deactivation: %v.\n", slices.Min(s.margins).Round(10*time.Millisecond))
	}
	if len(e.leaked) == 0 {
		s.timeline.printf("No secret value is in the configuration's folder, where state is, nor in what %s printed.\n", s.cli.name)
	}
	return errors.Join(e.verdict(), s.timeline.err)
}

// leaks are the places in which a secret value stands that must not.
func (s *story) leaks() (places []string, err error) {
	values := s.org.sim.Values()
	look := func(place, text string) {
		if slices.ContainsFunc(values, func(value string) bool { return strings.Contains(text, value) }) {
			places = append(places, place)
		}
	}
	look("the output of "+s.cli.name, s.cli.printed.String())
	files, err := filepath.Glob(filepath.Join(s.cli.dir, "*"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		content, err := os.ReadFile(file) //nolint:gosec // the demo's own folder
		if err != nil {
			return nil, err
		}
		look(filepath.Base(file), string(content))
	}
	return places, nil
}
