// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// rotationSubject is an oktacreds_app_client_secret_rotation. Its consumers may
// pick a new secret up as late as the overlap allows.
type rotationSubject struct {
	life    *life
	omit    bool
	verify  bool
	overlap time.Duration
	grace   time.Duration
}

func newRotationSubject(l *life) *rotationSubject {
	r := &rotationSubject{
		life: l, omit: l.random.IntN(2) == 0, verify: l.random.IntN(3) == 0,
		overlap: pick(l.random, 12*time.Hour, 24*time.Hour), grace: pick(l.random, time.Hour, 24*time.Hour),
	}
	l.slowness(r.verify)
	return r
}

func (r *rotationSubject) String() string {
	return fmt.Sprintf("rotation omit_secret=%t verify=%t overlap=%s grace=%s", r.omit, r.verify, r.overlap, r.grace)
}

func (r *rotationSubject) rotate() { r.life.pass(rotateAfter + time.Minute) }

func (r *rotationSubject) config() map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"app_id": stringValue(r.life.app.ID), "rotate_after": stringValue(rotateAfter.String()),
		"overlap": stringValue(r.overlap.String()), "grace": stringValue(r.grace.String()),
		"omit_secret": tftypes.NewValue(tftypes.Bool, r.omit), "verify": tftypes.NewValue(tftypes.Bool, r.verify),
		"timeouts": r.life.timeouts(),
	}
}

func (r *rotationSubject) trigger(value tftypes.Value) string {
	if r.omit {
		return number(value, "version")
	}
	return text(value, "client_secret")
}

func (r *rotationSubject) credential(t *terraform, process *process, value tftypes.Value) (credential, diagnostics) {
	held := credential{id: text(value, "current_secret_id"), secret: text(value, "client_secret")}
	if !r.omit {
		return held, nil
	}
	result, diags := t.open(process, r.life.read, map[string]tftypes.Value{
		"app_id": stringValue(r.life.app.ID), "id": stringValue(held.id),
	})
	held.secret = text(result, "client_secret")
	return held, diags
}

func (r *rotationSubject) sink(resource string) sinkConfig {
	sink := sinkConfig{trigger: resource + ".client_secret}", id: resource + ".current_secret_id}", secret: resource + ".client_secret}"}
	if r.omit {
		sink.trigger, sink.reads = resource+".version}", sink.id
		sink.secret = "${ephemeral.oktacreds_app_client_secret.this.client_secret}"
	}
	return sink
}

func (r *rotationSubject) known(value tftypes.Value) []known {
	all := []known{{
		id: text(value, "current_secret_id"), status: text(value, "current_status"),
		digest: text(value, "secret_hash"), value: text(value, "client_secret"),
	}}
	if id := text(value, "previous_secret_id"); id != "" {
		all = append(all, known{id: id, status: text(value, "previous_status")})
	}
	return all
}

func (r *rotationSubject) stages() []time.Duration {
	return []time.Duration{r.overlap + time.Minute, r.grace + time.Minute}
}

// hurry: the overlap begins when the new secret is there, because nothing tells the
// provider whether what depends on it was updated. Who has seen that fail has the
// overlap to apply again.
func (r *rotationSubject) hurry() time.Duration { return 10 * time.Minute }

func (r *rotationSubject) patience() time.Duration { return r.overlap + r.grace + time.Minute }
func (r *rotationSubject) keeps() bool             { return false }
func (r *rotationSubject) reclaims() bool          { return true }

// pickup leaves the last tenth of the overlap for a run that takes its time.
func (r *rotationSubject) pickup() time.Duration { return r.overlap * 9 / 10 }
