// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// wantPerSecond is how often the client must have logged in: without it, a
// client that stood still would have been refused nothing.
const wantPerSecond = 50

// evidence is what a run ends with.
type evidence struct {
	refused                 bool // logins are to be refused: the run shows what other setups do
	phases                  map[string]counts
	all                     counts
	orgAccepted, orgRefused int      // by the org's own log
	leaked                  []string // places in which a secret value stands
}

// verdict is nil if the run shows what it is to show: that no login was refused,
// by a client that logged in all the time, or that some were.
func (e evidence) verdict() error {
	var problems []error
	add := func(format string, arguments ...any) { problems = append(problems, fmt.Errorf(format, arguments...)) }
	switch {
	case e.refused && e.all.refused == 0:
		add("no login was refused, but the old secret was deleted while the client still cached it")
	case e.refused && e.all.unanswered > 0, !e.refused && e.all.failed() > 0:
		add("%d of %d logins failed: %d refused, %d unanswered", e.all.failed(), e.all.logins, e.all.refused, e.all.unanswered)
	}
	if e.orgRefused != e.all.refused || e.all.unanswered == 0 && e.orgAccepted != e.all.logins-e.all.refused {
		add("the org's log has %d logins and %d refusals, the client counted %d and %d",
			e.orgAccepted+e.orgRefused, e.orgRefused, e.all.logins, e.all.refused)
	}
	for name, p := range e.phases {
		if p.perSecond() < wantPerSecond {
			add("%s: %.0f logins a second, fewer than %d", name, p.perSecond(), wantPerSecond)
		}
	}
	for _, place := range e.leaked {
		add("a secret value stands in %s", place)
	}
	return errors.Join(problems...)
}

// conclude prints the counters and says whether all is well.
func (s *story) conclude(refused bool) error {
	logins := s.client.tally.all()
	e := evidence{refused: refused, phases: map[string]counts{}, all: count(logins, s.whole())}
	e.orgAccepted, e.orgRefused = s.logins()
	var err error
	if e.leaked, err = s.terraform.Leaks(s.sim.Values(), s.printed.Bytes()); err != nil {
		return err
	}
	s.header()
	for _, p := range s.phases {
		e.phases[p.name] = count(logins, p.span)
		s.row(p.name, e.phases[p.name])
	}
	s.row("All", e.all)
	s.printf("\n%d logins, %d failed. The org's own log: %d accepted, %d refused.\n", e.all.logins, e.all.failed(), e.orgAccepted, e.orgRefused)
	if margins := s.margins(logins); len(margins) > 0 && !refused {
		s.printf("Shortest time from the last login with a secret to its deactivation: %v.\n", slices.Min(margins).Round(10*time.Millisecond))
	}
	if len(e.leaked) == 0 {
		s.printf("No secret value is in the configuration's folder, where state is, nor in what %s printed.\n", s.terraform.Name())
	}
	return errors.Join(e.verdict(), s.err)
}
