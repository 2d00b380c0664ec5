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

// The addresses in examples/rotation.
const (
	secretAddress   = "oktacreds_app_client_secret.this"
	deliveryAddress = "terraform_data.delivery"
)

// story is the demo: what happens, in order, while the client logs in.
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
	quoted  []string                        // to be printed after them
	told    struct{ requests, secrets int } // how many of the log and of the register
	margins []time.Duration
}

// step is a chapter of the story.
type step struct {
	name        string
	explanation string
	do          func(context.Context) error
}

func (s *story) steps() []step {
	return []step{
		{"Start", "Okta gave the app a secret when it was made. The client has it, and will not pause any more.", s.start},
		{"Create", "Terraform adds a secret of its own and delivers it. Then nobody holds the first one, and it can go.", s.create},
		{"Rotation 1", "A new secret is created and delivered. Only then does the old one end.", s.rotate},
		{"Rotation 2", "", s.rotate},
		{"Rotation 3", "", s.rotate},
		{"Deactivate", "The secret is suspected to have leaked. An administrator gives the client a spare one by hand; the configuration then turns the suspect off.", s.deactivate},
		{"Restore", "A false alarm. The configuration turns the same secret on again and delivers it again.", s.restore},
		{"A console change", "Somebody goes by an old runbook: gives the client the spare, and deletes Terraform's secret. Terraform is not told; plan sees it.", s.drift},
		{"Mend", "Apply does what the plan said. After it, the plan is empty.", s.mend},
		{"Destroy", "Okta keeps the last active secret of an app. So the client gets the spare first, and then Terraform's can end.", s.destroy},
		{"Without create_before_destroy", "The same configuration, applied anew, and then one rotation in the wrong order: Terraform begins with the end of the only secret there is.", s.wrongOrder},
	}
}

// tell tells the whole story, and ends in the verdict. When a step fails, the
// logins up to there are still reported.
func (s *story) tell(ctx context.Context) error {
	s.timeline.printf("Rotating the client secret of an Okta app while a client logs in with it\n\n")
	s.timeline.printf("%s", indent(wrap(fmt.Sprintf("%s, the provider of this checkout, examples/rotation, and a simulated Okta org at %s.\n"+
		"The client begins a login every %v. It reads its secret file for each one, gives it %v, and tries none a second time. "+
		"Secrets are shown by Okta's id and hash, never by value.", s.cli.Version, s.org.url, loginEvery, loginTimeout), 100), "  "))

	if err := s.handFirstSecret(ctx); err != nil {
		return err
	}
	var err error
	logins, stop := context.WithCancel(ctx)
	steps := s.steps()
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
	return errors.Join(err, s.conclude())
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
	s.pending = append(s.pending, oktaEvents(requests[s.told.requests:], s.app, s.known, s.told.secrets, uses)...)
	s.pending = append(s.pending, clientEvents(uses, began, time.Now(), s.known)...)
	s.pending = append(s.pending, refusalEvents(current, s.known)...)
	s.margins = append(s.margins, margins(requests[s.told.requests:], s.app, s.known, uses)...)
	s.told.requests, s.told.secrets = len(requests), len(s.known)
	s.timeline.events(inOrder(s.pending))
	s.timeline.quote(s.quoted)
	s.timeline.places(s.present, s.known, s.inUse(), current)
	s.pending, s.quoted = nil, nil
	return errors.Join(err, lookErr, s.timeline.err)
}

// look asks the org which secrets the app has.
func (s *story) look(ctx context.Context) (err error) {
	// Also when the run was cancelled: the step is still to be told.
	s.present, err = s.org.secrets(context.WithoutCancel(ctx), s.app)
	s.known.learn(s.present)
	return err
}

func (s *story) note(who, format string, arguments ...any) {
	s.pending = append(s.pending, event{time.Now(), who, fmt.Sprintf(format, arguments...)})
}

func (s *story) handFirstSecret(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	s.told.secrets = len(s.known)
	return writeSecret(s.secretFile, s.present[0].Value)
}

func (s *story) start(ctx context.Context) error {
	first := s.present[0]
	s.note(byAdmin, "has made app %s, which came with %s (hash %s)", s.app.ID, s.known.name(0), first.Hash)
	return pause(ctx, dwell)
}

func (s *story) create(ctx context.Context) error {
	first := s.present[0]
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	s.note(byAdmin, "deletes %s, which nobody holds any more", s.known.name(0))
	return s.org.removeSecret(ctx, s.app, first.ID)
}

func (s *story) rotate(ctx context.Context) error {
	s.rotation++
	return s.applyAndDeliver(ctx)
}

func (s *story) deactivate(ctx context.Context) (err error) {
	suspect := s.inUse()
	if s.spare, err = s.org.addSecret(ctx, s.app); err != nil {
		return err
	}
	s.known.learn([]secret{s.spare})
	if err := s.handSpare(ctx); err != nil {
		return err
	}
	if err := s.override(`status = "INACTIVE"`); err != nil {
		return err
	}
	if err := s.apply(ctx); err != nil {
		return err
	}
	return s.expect(ctx, suspect, "INACTIVE")
}

func (s *story) restore(ctx context.Context) error {
	if err := s.override(""); err != nil {
		return err
	}
	// The secret is the same, so its version is: without -replace it would not
	// be delivered again.
	return s.applyAndDeliver(ctx, "-replace="+deliveryAddress)
}

func (s *story) drift(ctx context.Context) error {
	managed := s.known.byHash(s.inUse())
	if err := s.handSpare(ctx); err != nil {
		return err
	}
	s.note(byAdmin, "deletes %s in the console", s.known.name(managed))
	if err := s.org.removeSecret(ctx, s.app, s.known[managed].ID); err != nil {
		return err
	}
	plan, err := s.run(ctx, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	s.quoted = append(s.quoted, strings.Join(plan.changes, "\n"))
	if plan.exit != 2 {
		return fmt.Errorf("plan ended with exit code %d, want 2: there is something to do", plan.exit)
	}
	return nil
}

func (s *story) mend(ctx context.Context) error {
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	plan, err := s.run(ctx, "plan", "-detailed-exitcode")
	if err == nil && plan.exit != 0 {
		err = fmt.Errorf("plan ended with exit code %d, want 0: nothing to do", plan.exit)
	}
	return err
}

func (s *story) destroy(ctx context.Context) error {
	managed := s.inUse()
	if err := s.handSpare(ctx); err != nil {
		return err
	}
	if err := s.apply(ctx, "-destroy"); err != nil {
		return err
	}
	return s.expect(ctx, managed, "")
}

func (s *story) wrongOrder(ctx context.Context) error {
	if err := s.applyAndDeliver(ctx); err != nil {
		return err
	}
	only := s.inUse()
	s.note(byAdmin, "deletes %s, the spare", s.known.name(s.known.byID(s.spare.ID)))
	if err := s.org.removeSecret(ctx, s.app, s.spare.ID); err != nil {
		return err
	}
	if err := s.override("lifecycle {\n    create_before_destroy = false\n  }"); err != nil {
		return err
	}
	s.rotation++
	apply, err := s.run(ctx, "apply", "-auto-approve")
	if err != nil {
		return err
	}
	if apply.exit == 0 {
		return errors.New("a rotation in the wrong order was not refused")
	}
	return s.expect(ctx, only, "ACTIVE")
}

// handSpare gives the client the administrator's secret. As in the
// configuration, whoever hands a secret over then waits until no login can be
// under way with the one before.
func (s *story) handSpare(ctx context.Context) error {
	s.note(byAdmin, "gives the client %s by hand", s.known.name(s.known.byID(s.spare.ID)))
	if err := writeSecret(s.secretFile, s.spare.Value); err != nil {
		return err
	}
	return pause(ctx, loginTimeout)
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

// run runs the CLI and notes what was typed and what came of it.
func (s *story) run(ctx context.Context, arguments ...string) (result, error) {
	arguments = append(arguments, "-var", "rotation="+strconv.Itoa(s.rotation))
	typed := slices.DeleteFunc(slices.Clone(arguments), func(a string) bool { return a == "-auto-approve" })
	s.note(s.cli.name, "%s", strings.Join(typed, " "))
	said, err := s.cli.run(ctx, append(arguments, "-json", "-input=false")...)
	for _, d := range said.diagnostics {
		s.quoted = append(s.quoted, strings.ToUpper(d.Severity[:1])+d.Severity[1:]+": "+d.Summary+"\n\n"+d.Detail)
	}
	switch {
	case said.exit == 1:
		s.note(s.cli.name, "%s failed", arguments[0])
	case said.summary != "":
		s.note(s.cli.name, "%s", said.summary)
	}
	return said, err
}

// override changes the managed secret in a file that is merged over the
// example (an override file, in Terraform's terms).
func (s *story) override(body string) error {
	file := filepath.Join(s.cli.dir, "demo_override.tf")
	if body == "" {
		s.note(byAdmin, "takes that out of the configuration again")
		return os.Remove(file)
	}
	s.note(byAdmin, "writes into %s: %s", secretAddress, strings.Join(strings.Fields(body), " "))
	kind, name, _ := strings.Cut(secretAddress, ".")
	return os.WriteFile(file, fmt.Appendf(nil, "resource %q %q {\n  %s\n}\n", kind, name, body), 0o600)
}

// expect checks what became of a secret; status "" is its absence.
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

// pause waits, unless the run is cancelled.
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
