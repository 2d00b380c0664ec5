// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// The addresses in the configurations.
const (
	secretAddress   = "oktacreds_app_client_secret.this"
	deliveryAddress = "terraform_data.delivery"
	rotationAddress = "oktacreds_app_client_secret_rotation.this" // in internal/demo/rotation
)

// story is one run of the demo: what happens, in order, while the client logs in.
type story struct {
	*org
	*timeline

	terraform terraformcli.Workspace
	printed   bytes.Buffer // all that the CLI ever printed
	client    client
	began     time.Time // of the demo

	spare    life // the administrator's secret
	rotation int  // the value of var.rotation

	phases  []phase
	events  []event // of this step, not yet printed
	told    int     // how many changes are
	applies []span
}

// step is a chapter of the story, and phase the time that it took.
type step struct {
	name        string
	explanation string
	do          func(context.Context) error
}

type phase struct {
	name string
	span
}

// tell takes all steps, and ends with the verdict. When a step fails, the logins
// up to there are still reported. refused tells that some logins are to be refused.
func (s *story) tell(ctx context.Context, steps []step, refused bool) error {
	defer s.server.Close()
	known, _ := s.secrets()
	if err := s.client.deliver(known[0].Value); err != nil {
		return err
	}
	logins, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	now := time.Now()
	go func() { defer close(done); s.client.run(logins) }()
	var err error
	for _, step := range steps {
		s.phases = append(s.phases, phase{step.name, span{now, now.Add(time.Hour)}})
		if err = s.take(ctx, step); err != nil {
			err = fmt.Errorf("%s: %w", step.name, err)
			break
		}
		now = time.Now()
		s.phases[len(s.phases)-1].to = now
	}
	stop()
	<-done
	s.phases[len(s.phases)-1].to = time.Now()
	return errors.Join(err, s.conclude(refused))
}

// whole is the time from the first login to the last.
func (s *story) whole() span { return span{s.phases[0].from, s.phases[len(s.phases)-1].to} }

// take takes one step and prints what happened in it.
func (s *story) take(ctx context.Context, step step) error {
	s.title(step.name, step.explanation)
	err := step.do(ctx)
	if err == nil {
		err = pause(ctx, dwell)
	}
	s.look()
	known, changes := s.secrets()
	logins, within := s.client.tally.all(), s.phases[len(s.phases)-1].span
	for _, c := range changes[s.told:] {
		s.events = append(s.events, event{at: c.at, who: byOkta, what: name(known, c.secret) + " " + c.what + sinceLastUse(c, known, logins)})
	}
	s.told = len(changes)
	for _, u := range usesOf(logins) {
		if within.has(u.from) {
			s.events = append(s.events, event{at: u.from, who: byClient, what: "logs in with " + name(known, withValue(known, u.secret))})
		}
	}
	for _, u := range usesOf(failures(logins)) {
		if within.has(u.from) {
			s.events = append(s.events, event{at: u.to, who: byClient, what: fmt.Sprintf("FAILED to log in with %s: %s (%d times)", name(known, withValue(known, u.secret)), u.failure, u.times)})
		}
	}
	slices.SortStableFunc(s.events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range s.events {
		s.event(e, s.began)
	}
	s.events = nil
	s.state("secrets", s.slots(known))
	counted := count(logins, within)
	s.state("logins", fmt.Sprintf("%d, failed %d", counted.logins, counted.failed()))
	return errors.Join(err, s.err)
}

// slots are the app's two slots.
func (s *story) slots(known []life) string {
	slots := []string{}
	for i, l := range known {
		if l.deleted.IsZero() {
			mark := ""
			if l.Value == s.inUse() {
				mark = "▶ "
			}
			slots = append(slots, mark+name(known, i)+" "+l.Status)
		}
	}
	for len(slots) < 2 {
		slots = append(slots, "(free)")
	}
	return fmt.Sprintf("%-37s %s", slots[0], slots[1])
}

// sinceLastUse says how long before its deactivation the last login with a secret
// had ended.
func sinceLastUse(c change, known []life, logins []login) string {
	if c.secret < 0 || c.what != "deactivated" {
		return ""
	}
	margin, used := marginOf(logins, known[c.secret].Value, c.at)
	switch {
	case !used:
		return ""
	case margin < 0:
		return " while a login with it was under way"
	default:
		return fmt.Sprintf(", %s after the last login with it", margin.Round(10*time.Millisecond))
	}
}

// margins are those times of all secrets that the client had.
func (s *story) margins(logins []login) (found []time.Duration) {
	known, changes := s.secrets()
	for _, c := range changes {
		if c.secret >= 0 && c.what == "deactivated" {
			if margin, used := marginOf(logins, known[c.secret].Value, c.at); used {
				found = append(found, margin)
			}
		}
	}
	return found
}

func (s *story) note(who, format string, arguments ...any) {
	s.events = append(s.events, event{at: time.Now(), who: who, what: fmt.Sprintf(format, arguments...)})
}

// inUse is the secret that the client logs in with.
func (s *story) inUse() string {
	logins := s.client.tally.all()
	if len(logins) == 0 {
		return ""
	}
	return logins[len(logins)-1].secret
}

// nameOf names a secret by its value.
func (s *story) nameOf(value string) string {
	known, _ := s.secrets()
	return name(known, withValue(known, value))
}

// run runs the CLI and notes what was typed and what came from it. The exit code
// must be the one that is wanted.
func (s *story) run(ctx context.Context, exit int, arguments ...string) error {
	variable := []string{"-var", "rotation=" + strconv.Itoa(s.rotation)}
	s.note(s.terraform.Name(), "%s", strings.Join(append(slices.Clone(arguments), variable...), " "))
	typed := append(append(slices.Clone(arguments), variable...), "-json", "-input=false")
	if arguments[0] == "apply" {
		typed = append(typed, "-auto-approve")
	}
	began := time.Now()
	output, err := s.terraform.Run(ctx, typed...)
	if arguments[0] == "apply" {
		s.applies = append(s.applies, span{began, time.Now()})
	}
	s.printed.Write(output.Text)
	said := output.Read()
	summary := said.Summary
	if output.Exit == 1 {
		summary = arguments[0] + " failed"
	}
	quoted := quotes(output.Exit, said)
	s.events = append(s.events, event{time.Now(), s.terraform.Name(), summary, quoted})
	if err == nil && output.Exit != exit {
		err = fmt.Errorf("%s: exit code %d, want %d", strings.Join(arguments, " "), output.Exit, exit)
		if len(quoted) == 0 {
			err = fmt.Errorf("%w\n%s", err, output.Text)
		}
	}
	return err
}

// quotes are the changes of a plan that finds some, and the diagnostics, each of
// them once: apply repeats those of its plan.
func quotes(exit int, said terraformcli.Said) (texts []string) {
	if exit == 2 {
		texts = append(texts, strings.Join(said.Changes, "\n"))
	}
	for _, d := range said.Diagnostics {
		if d.Severity == "warning" && d.Address == "" {
			continue // about the CLI's own configuration: a provider under development is in use
		}
		text := strings.ToUpper(d.Severity[:1]) + d.Severity[1:] + ": " + d.Summary + "\n\n" + d.Detail
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

func (s *story) apply(ctx context.Context, arguments ...string) error {
	return s.run(ctx, 0, append([]string{"apply"}, arguments...)...)
}

// override changes the managed secret in a file that is merged over the example
// (an override file, in Terraform's terms).
func (s *story) override(body string) error {
	file := filepath.Join(s.terraform.Dir, "demo_override.tf")
	if body == "" {
		s.note(byAdmin, "removes that line from the configuration")
		return os.Remove(file)
	}
	s.note(byAdmin, "writes into %s: %s", secretAddress, strings.Join(strings.Fields(body), " "))
	kind, label, _ := strings.Cut(secretAddress, ".")
	return os.WriteFile(file, fmt.Appendf(nil, "resource %q %q {\n  %s\n}\n", kind, label, body), 0o600)
}

// expect checks the status of a secret; "" means that it was deleted.
func (s *story) expect(value, status string) error {
	known, _ := s.secrets()
	if i := withValue(known, value); i < 0 || known[i].Status != status {
		return fmt.Errorf("secret %s doesn't have the status %q", name(known, i), status)
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
