// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// What `make chaos` does a thousand times, from a seed that is always the same. All kinds
// of life are among them.
func TestChaos_200Rotations_KeepEveryPromise(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out, false, 1)
	liveInProcess(t.Context(), 1, 200, r)
	for _, shape := range shapes {
		if r.kinds[inProcess][shape.name] == nil {
			t.Errorf("no life is %s", shape.name)
		}
	}
	if r.table(); !r.kept() {
		t.Error(out.String())
	}
}

func TestInBubble_ADay_TakesNoTime(t *testing.T) {
	start := time.Now()
	inBubble(func() {
		begin := time.Now()
		timer := time.NewTimer(24 * time.Hour)
		<-timer.C
		if passed := time.Since(begin); passed != 24*time.Hour {
			t.Errorf("%s passed in the bubble", passed)
		}
	})
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}

func TestLife_TheSameSeed_IsTheSameToTheLastRequest(t *testing.T) {
	for seed := range uint64(4) {
		lived := func() (trace []string) {
			liveOnce(t.Context(), seed, newReport(&bytes.Buffer{}, false, seed), func(l *life) {
				l.live(2)
				trace = l.trace
			})
			return trace
		}
		first, second := lived(), lived()
		for i := range min(len(first), len(second)) {
			if first[i] != second[i] {
				t.Fatalf("seed %d, entry %d:\n%s\n%s", seed, i, first[i], second[i])
			}
		}
		if len(first) != len(second) {
			t.Errorf("seed %d: %d entries, then %d", seed, len(first), len(second))
		}
	}
}

// plainSeed is the seed of a life with one generated secret.
func plainSeed(t *testing.T) (seed uint64) {
	t.Helper()
	for found := false; !found; {
		seed++
		liveOnce(t.Context(), seed, newReport(&bytes.Buffer{}, false, seed), func(l *life) {
			s, ok := l.all()[0].subject.(*secretSubject)
			found = ok && l.shape.holders == 1 && l.shape.reshape == nil && s.source == generated && !s.byAge && s.onDestroy == "delete"
		})
	}
	return seed
}

// judged is a life with a generated secret in state, after its first rotation without any
// trouble.
func judged(t *testing.T, seed uint64, then func(*life)) *report {
	t.Helper()
	var out bytes.Buffer
	r := newReport(&out, false, 0)
	liveOnce(t.Context(), seed, r, func(l *life) {
		l.all()[0].subject.(*secretSubject).verify = false
		l.calm()
		l.settle(func() bool { return l.all()[0].inUse() != "" })
		if !r.kept() {
			t.Errorf("without any trouble:\n%s", out.String())
		}
		l.current = currentRun{workspace: l.workspaces[0], held: map[*holder]string{}}
		then(l)
	})
	return r
}

func TestJudge_WhatBreaksAPromise_IsCounted(t *testing.T) {
	inUse := func(l *life) string { return l.all()[0].inUse() }
	unrecord := func(l *life) string {
		l.retireBorn()
		secret, _ := l.org.AddSecret(l.app.ID, "", "")
		l.created[secret.ID], l.follows[secret.ID] = true, inUse(l)
		return secret.ID
	}
	tests := map[string]struct {
		breaks row
		by     func(*life)
	}{
		"the delivered secret is deactivated": {refused, func(l *life) {
			_ = l.org.SetSecretStatus(l.app.ID, inUse(l), oktasim.StatusInactive)
			l.login()
		}},
		"the provider deactivates the delivered secret": {endedInUse, func(l *life) {
			there := l.held()
			_ = l.org.SetSecretStatus(l.app.ID, inUse(l), oktasim.StatusInactive)
			l.judgeRequest(there)
		}},
		"a run ends what its state has in use": {endedHeld, func(l *life) {
			l.current.ended = []string{inUse(l)}
			l.judgeRun(outcome{})
		}},
		"a run ends what another state has in use": {endedHeld, func(l *life) {
			there := l.held()
			_ = l.org.RemoveSecret(l.app.ID, inUse(l))
			l.current.workspace = &workspace{life: l}
			l.judgeRequest(there)
		}},
		"an error leaves the secret in use deposed": {deposedAlive, func(l *life) {
			h := l.all()[0]
			l.retireBorn()
			l.current.held[h] = h.inUse()
			deposes(l.workspaces[0])
			l.judgeRun(outcome{failed: true})
		}},
		"a blocked rotation has no remedy": {noRemedy, func(l *life) {
			l.retireBorn()
			other, _ := l.org.AddSecret(l.app.ID, "", "")
			l.all()[0].consumer.seen = credential{id: other.ID, secret: other.Value}
			l.all()[0].consumer.from = l.org.Now().AddDate(1, 0, 0)
			l.console.foreign[other.ID] = other.Status
			before := inUse(l)
			l.rotate()
			l.settle(func() bool { return inUse(l) != before })
		}},
		"a secret that the provider created is in no state": {unknown, func(l *life) {
			unrecord(l)
			l.judge()
		}},
		"an unrecorded secret is not named": {unnamed, func(l *life) {
			unrecord(l)
			l.judgeRun(outcome{killed: true})
			l.judgeRun(outcome{})
		}},
		"a secret in state is missing": {missing, func(l *life) {
			_ = l.org.RemoveSecret(l.app.ID, inUse(l))
			l.judge()
		}},
		"a secret in state has another status": {missing, func(l *life) {
			_ = l.org.SetSecretStatus(l.app.ID, inUse(l), oktasim.StatusInactive)
			l.judge()
		}},
		"somebody else's secret is deleted": {touched, func(l *life) {
			for id := range l.console.foreign {
				_ = l.org.RemoveSecret(l.app.ID, id)
			}
			l.judge()
		}},
		"a create is sent although the one before has happened": {twice, func(l *life) {
			l.retireBorn()
			there := l.held()
			_, _ = l.org.AddSecret(l.app.ID, "", "")
			l.judgeRequest(there)
			l.judgeSent(l.held())
		}},
		"nothing was rotated": {unrotated, func(l *life) {
			l.settle(func() bool { return false })
		}},
		"the app is deleted, so that applies fail for ever": {unconverged, func(l *life) {
			_ = l.org.RemoveApp(l.app.ID)
			l.settle(nil)
		}},
		"Terraform rejects a plan": {inconsistent, func(l *life) { l.judgeRun(outcome{broken: true}) }},
		"a secret is said":         {leaked, func(l *life) { l.judgeRun(outcome{said: "Can't: " + l.held()[0].value}) }},
		"the provider panics":      {crashed, func(l *life) { l.judgeRun(outcome{crashed: true}) }},
	}
	seed := plainSeed(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := judged(t, seed, test.by)
			if r.counts[inProcess][test.breaks] == 0 {
				t.Errorf("%q is not counted: %v", test.breaks, r.counts[inProcess])
			}
		})
	}
}

// deposes makes the workspace's resource a deposed object: a replacement that is
// interrupted before it creates anything.
func deposes(w *workspace) {
	runner, _ := w.runner.(*coreRunner)
	runner.Hook = nil
	plan := runner.Plan(runner.ctx, w.config(trouble{}), tfcore.Options{Replace: []string{w.holders[0].address}})
	runner.Start = func() tfprotov6.ProviderServer {
		runner.Interrupt(runner.ctx)
		return runner.start()
	}
	runner.Apply(runner.ctx, plan)
}

func TestConsumer_UsesADelivery_WhenItsTimeHasCome(t *testing.T) {
	old, latest := credential{secret: "old"}, credential{secret: "new"}
	c := consumer{held: old}
	now := time.Now()
	lag := func() time.Duration { return time.Hour }
	for _, step := range []struct {
		after time.Duration
		want  credential
	}{{0, old}, {59 * time.Minute, old}, {time.Hour, latest}} {
		if got := c.uses(latest, now.Add(step.after), lag); got != step.want {
			t.Errorf("after %s it uses %q, not %q", step.after, got.secret, step.want.secret)
		}
	}
}

func TestReport_ABrokenPromise_SaysHowToLiveItAgain(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out, false, 41)
	r.broken(byCLI, refused, "a secret, rotation 3", "go run ./internal/chaos -v -seed 42", "an id")
	r.table()
	for _, want := range []string{"seed 41", "a secret, rotation 3", "failing life again:\ngo run ./internal/chaos -v -seed 42\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	if r.kept() {
		t.Error("every promise is said to be kept")
	}
}

func TestReadOutput(t *testing.T) {
	o := readOutput(terraformcli.Output{Text: []byte(`not JSON
{"type":"change_summary","changes":{"add":0}}
{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Provider produced inconsistent result after apply","detail":"for\na reason"}}
`)})
	if want := "ERROR: Provider produced inconsistent result after apply: for a reason\n"; o.said != want || !o.broken {
		t.Errorf("got %+v", o)
	}
}
