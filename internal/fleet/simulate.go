// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// plan is what is simulated.
type plan struct {
	apps    int
	wave    int           // how many apps are new in each of the first applies
	applies int           // how often the example is applied
	every   time.Duration // the interval between two applies
	cache   time.Duration // how long consumers use a secret before they read it again

	rotateAfter, stagger, overlap, grace time.Duration

	mostRotations int // in one apply
}

// limit is how old a secret can be that Okta accepts. A rotation waits for the next apply, and so does the
// deactivation after its overlap.
func (p plan) limit() time.Duration { return p.rotateAfter + p.overlap + 2*p.every }

// loginsAfter is when consumers log in after an apply, and every day from then on. The last login before an apply
// has just read the secret that the apply replaces, so that those within the hour use the one before.
var loginsAfter = []time.Duration{time.Second, 30 * time.Minute, 59 * time.Minute, 61 * time.Minute}

// simulation is the example at work.
type simulation struct {
	plan
	org     *org
	fleet   fleet
	counted counters
	out     io.Writer
}

// simulate applies a copy of the example in a directory, and lets the time between the applies pass.
func simulate(ctx context.Context, p plan, terraform terraformcli.Workspace, example, dir string, out io.Writer) (counted counters, err error) {
	organization, err := newOrg(p, filepath.Join(dir, "store"))
	if err != nil {
		return counted, err
	}
	server := httptest.NewServer(organization)
	defer server.Close()
	work, err := newFleet(terraform, example, filepath.Join(dir, "fleet"), server.URL)
	if err != nil {
		return counted, err
	}
	s := simulation{plan: p, org: organization, out: out, fleet: work}
	began := time.Now()
	err = s.run(ctx)
	s.counted.took = time.Since(began)
	s.counted.logins, s.counted.refused = organization.logins()
	return s.counted, err
}

// run applies, and lets the interval pass, over and over.
func (s *simulation) run(ctx context.Context) error {
	if err := s.printf("apply  apps  rotated  deactivated  deleted  requests  oldest secret  refused\n"); err != nil {
		return err
	}
	begin := s.org.sim.Now()
	for i := range s.applies {
		at := begin.Add(time.Duration(i) * s.every)
		s.org.sim.SetNow(at.Add(-time.Second))
		s.org.login()
		s.counted.oldest = max(s.counted.oldest, s.org.oldest(s.plan))
		s.org.sim.SetNow(at)
		if i*s.wave < s.apps {
			s.org.join(s.wave)
			if err := s.fleet.SetVariables(s.org.variables(s.plan)); err != nil {
				return err
			}
		}
		s.org.sim.ResetRequests()
		if err := s.fleet.apply(ctx); err != nil {
			return err
		}
		did := summarize(s.org.sim.Requests())
		s.counted.add(did)
		s.pass(at)
		_, refused := s.org.logins()
		if err := s.printf("%5d  %4d  %7d  %11d  %7d  %8d  %13s  %7d\n",
			i+1, s.org.joined, did.rotated, did.deactivated, did.deleted, did.requests, days(s.org.oldest(s.plan)), refused); err != nil {
			return err
		}
	}
	if err := s.fleet.output(ctx, "overdue", &s.counted.overdue); err != nil {
		return err
	}
	leaks, err := s.fleet.Leaks(s.org.sim.Values(), nil)
	if err == nil && len(leaks) > 0 {
		err = fmt.Errorf("a secret stands in %q", leaks)
	}
	return err
}

// pass lets the consumers log in until the next apply.
func (s *simulation) pass(applied time.Time) {
	for _, after := range loginsAfter {
		s.org.sim.SetNow(applied.Add(after))
		s.org.login()
	}
	for after := day; after < s.every; after += day {
		s.org.sim.SetNow(applied.Add(after))
		s.org.login()
	}
}

func (s *simulation) printf(format string, arguments ...any) error {
	_, err := fmt.Fprintf(s.out, format, arguments...)
	return err
}

// counters is what was counted.
type counters struct {
	applies, rotations, mostRotations int
	requests, mostRequests            int
	logins, refused                   int
	oldest                            time.Duration // see [org.oldest]
	overdue                           []string      // at the end, as the example's output says
	took                              time.Duration
}

// work is what one apply asked Okta for.
type work struct{ rotated, deactivated, deleted, requests int }

// summarize counts the requests of an apply. Logins are none of them.
func summarize(requests []oktasim.Request) (did work) {
	for _, request := range requests {
		if !strings.HasPrefix(request.Path, "/api/") {
			continue
		}
		did.requests++
		switch {
		case request.Status >= http.StatusMultipleChoices:
		case request.Method == http.MethodDelete:
			did.deleted++
		case request.Method == http.MethodPost && strings.HasSuffix(request.Path, "/lifecycle/deactivate"):
			did.deactivated++
		case request.Method == http.MethodPost && strings.HasSuffix(request.Path, "/credentials/secrets"):
			did.rotated++
		}
	}
	return did
}

func (c *counters) add(did work) {
	c.applies++
	c.rotations += did.rotated
	c.requests += did.requests
	c.mostRotations, c.mostRequests = max(c.mostRotations, did.rotated), max(c.mostRequests, did.requests)
}

// check tells which promises were broken.
func (c counters) check(p plan) error {
	var broken []error
	for _, promise := range []struct {
		kept   bool
		broken string
	}{
		{c.logins > 0 && c.refused == 0, fmt.Sprintf("%d of %d logins were refused", c.refused, c.logins)},
		{c.oldest <= p.limit(), fmt.Sprintf("a secret was accepted at the age of %s, and the limit is %s", days(c.oldest), days(p.limit()))},
		{c.mostRotations <= p.mostRotations, fmt.Sprintf("one apply rotated %d apps, and the limit is %d", c.mostRotations, p.mostRotations)},
		{c.rotations >= p.apps, fmt.Sprintf("%d rotations are less than one for each of %d apps", c.rotations, p.apps)},
		{len(c.overdue) == 0, fmt.Sprintf("overdue at the end: %v", c.overdue)},
	} {
		if !promise.kept {
			broken = append(broken, errors.New(promise.broken))
		}
	}
	return errors.Join(broken...)
}

// summary is what the counters say.
func (c counters) summary(p plan) string {
	return fmt.Sprintf(`
logins              %d, each with a secret that is cached for %s
refused             %d
applies             %d, one every %s, in %s
requests            %d to Okta, at most %d in one apply
oldest secret       %s accepted; the limit is rotate_after + overlap + twice the interval = %s
rotations           %d, at most %d in one apply; the limit is %d
`, c.logins, p.cache, c.refused, c.applies, days(p.every), c.took.Round(time.Second), c.requests, c.mostRequests,
		days(c.oldest), days(p.limit()), c.rotations, c.mostRotations, p.mostRotations)
}

// days is a duration in days.
func days(d time.Duration) string { return fmt.Sprintf("%.1f days", d.Hours()/24) }
