// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The addresses in the configurations.
const (
	secretAddress   = "oktacreds_app_client_secret.this"
	deliveryAddress = "terraform_data.delivery"
	rotationAddress = "oktacreds_app_client_secret_rotation.this" // in internal/demo/rotation
)

// story is one run of the demo: what happens, in order, while the client logs in.
type story struct {
	cli        *cli
	org        *org
	app        app
	secretFile string
	client     *client
	counts     *tally
	timeline   *timeline

	known    register
	present  []secret // those that the app has
	spare    secret   // the administrator's
	rotation int      // the value of var.rotation

	pending []event                         // of this step, not yet printed
	told    struct{ requests, secrets int } // how many of the log and of the register
	margins []time.Duration
	applies []span
}

// span is a stretch of time.
type span struct{ from, to time.Time }

// step is a chapter of the story.
type step struct {
	name        string
	explanation string
	do          func(context.Context) error
}

// tell takes all steps, and ends with the verdict. When a step fails, the logins
// up to there are still reported.
func (s *story) tell(ctx context.Context, steps []step, want expectation) error {
	if err := s.handFirstSecret(ctx); err != nil {
		return err
	}
	var err error
	logins, stop := context.WithCancel(ctx)
	s.counts.begin(steps[0].name, time.Now())
	done := make(chan struct{})
	go func() { defer close(done); s.client.run(logins) }()
	for i, step := range steps {
		if i > 0 {
			s.counts.begin(step.name, time.Now())
		}
		if err = s.take(ctx, step); err != nil {
			err = fmt.Errorf("%s: %w", step.name, err)
			break
		}
	}
	stop()
	<-done
	s.counts.end(time.Now())
	return errors.Join(err, s.conclude(want))
}

// take takes one step and prints what happened in it.
func (s *story) take(ctx context.Context, step step) error {
	s.timeline.title(step.name, step.explanation)
	began := time.Now()
	err := step.do(ctx)
	if err == nil {
		err = pause(ctx, dwell)
	}
	lookErr := s.look(ctx)
	phases, uses := s.counts.snapshot()
	current := phases[len(phases)-1]
	requests := s.org.sim.Requests()
	happened := changes(requests[s.told.requests:], s.app, s.known, s.told.secrets)
	s.pending = append(s.pending, oktaEvents(happened, s.known, uses)...)
	s.pending = append(s.pending, clientEvents(uses, began, time.Now(), s.known)...)
	s.pending = append(s.pending, refusalEvents(current, s.known)...)
	s.margins = append(s.margins, margins(happened, s.known, uses)...)
	s.told.requests, s.told.secrets = len(requests), len(s.known)
	s.timeline.events(inOrder(s.pending))
	s.timeline.places(s.present, s.known, s.inUse(), current)
	s.pending = nil
	return errors.Join(err, lookErr, s.timeline.err)
}

// look asks the org which secrets the app has.
func (s *story) look(ctx context.Context) (err error) {
	// Also when the run was canceled: the step is still to be told.
	s.present, err = s.org.secrets(context.WithoutCancel(ctx), s.app)
	s.known.learn(s.present)
	return err
}

func (s *story) note(who, format string, arguments ...any) {
	s.pending = append(s.pending, event{at: time.Now(), who: who, what: fmt.Sprintf(format, arguments...)})
}

func (s *story) handFirstSecret(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	s.told.secrets = len(s.known)
	return writeSecret(s.secretFile, s.present[0].Value)
}

// inUse is the hash of the secret that the client logs in with.
func (s *story) inUse() string {
	_, uses := s.counts.snapshot()
	if len(uses) == 0 {
		return ""
	}
	return uses[len(uses)-1].hash
}

// apply applies the configuration, and fails if that does.
func (s *story) apply(ctx context.Context, arguments ...string) error {
	apply, err := s.run(ctx, append([]string{"apply", "-auto-approve"}, arguments...)...)
	if err == nil && apply.exit != 0 {
		err = fmt.Errorf("%s apply failed", s.cli.name)
	}
	return err
}

// applyAndDeliver is an apply after which the client must log in with another
// secret.
func (s *story) applyAndDeliver(ctx context.Context, arguments ...string) error {
	before := s.inUse()
	if err := s.apply(ctx, arguments...); err != nil {
		return err
	}
	if s.inUse() == before {
		return errors.New("the client still logs in with the secret it had before")
	}
	return nil
}

// run runs the CLI and notes what was typed and what came from it.
func (s *story) run(ctx context.Context, arguments ...string) (result, error) {
	arguments = append(arguments, "-var", "rotation="+strconv.Itoa(s.rotation))
	typed := slices.DeleteFunc(slices.Clone(arguments), func(a string) bool { return a == "-auto-approve" })
	s.note(s.cli.name, "%s", strings.Join(typed, " "))
	began := time.Now()
	said, err := s.cli.run(ctx, append(arguments, "-json", "-input=false")...)
	if arguments[0] == "apply" {
		s.applies = append(s.applies, span{began, time.Now()})
	}
	summary := said.summary
	if said.exit == 1 {
		summary = arguments[0] + " failed"
	}
	s.pending = append(s.pending, event{time.Now(), s.cli.name, summary, said.quotes()})
	return said, err
}

// override changes the managed secret in a file that is merged over the
// example (an override file, in Terraform's terms).
func (s *story) override(body string) error {
	file := filepath.Join(s.cli.dir, "demo_override.tf")
	if body == "" {
		s.note(byAdmin, "removes that line from the configuration")
		return os.Remove(file)
	}
	s.note(byAdmin, "writes into %s: %s", secretAddress, strings.Join(strings.Fields(body), " "))
	kind, name, _ := strings.Cut(secretAddress, ".")
	return os.WriteFile(file, fmt.Appendf(nil, "resource %q %q {\n  %s\n}\n", kind, name, body), 0o600)
}

// expect checks the status of a secret; "" means that it was deleted.
func (s *story) expect(ctx context.Context, hash, status string) error {
	present, err := s.org.secrets(ctx, s.app)
	if err != nil {
		return err
	}
	found := ""
	if i := slices.IndexFunc(present, func(p secret) bool { return p.Hash == hash }); i >= 0 {
		found = present[i].Status
	}
	if found != status {
		return fmt.Errorf("secret %s has status %q, want %q", s.known.name(s.known.byHash(hash)), found, status)
	}
	return nil
}

// pause waits, unless the run is canceled.
func pause(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
