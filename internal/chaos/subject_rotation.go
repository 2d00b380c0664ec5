// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"time"
)

// rotationSubject is an oktacreds_app_client_secret_rotation. Its consumers may start
// to use a new secret as late as the overlap allows.
type rotationSubject struct {
	holder  *holder
	omit    bool
	verify  bool
	overlap time.Duration
	grace   time.Duration
}

func newRotationSubject(h *holder) *rotationSubject {
	random := h.life.random
	r := &rotationSubject{
		holder: h, omit: random.IntN(2) == 0, verify: random.IntN(3) == 0,
		overlap: pick(random, 12*time.Hour, 24*time.Hour), grace: pick(random, time.Hour, 24*time.Hour),
	}
	h.life.slowness(r.verify)
	return r
}

func (r *rotationSubject) String() string {
	return fmt.Sprintf("rotation omit_secret=%t verify=%t overlap=%s grace=%s", r.omit, r.verify, r.overlap, r.grace)
}

func (r *rotationSubject) values() map[string]any {
	return map[string]any{
		"app_id": r.holder.life.app.ID, "rotate_after": rotateAfter.String(), "overlap": r.overlap.String(), "grace": r.grace.String(),
		"omit_secret": r.omit, "verify": r.verify, "timeouts": r.holder.life.timeouts(),
	}
}

func (r *rotationSubject) delivery(address string) (trigger any, environment map[string]any) {
	environment = map[string]any{"ID": of(address, "current_secret_id"), "SECRET": of(address, "client_secret")}
	if !r.omit {
		return of(address, "client_secret"), environment
	}
	environment["SECRET"] = readBy(r.holder)
	return of(address, "version"), environment
}

// isOf is for those that have other addresses.
func (r *rotationSubject) isOf(func(string) string) bool { return false }

func (r *rotationSubject) known(attribute func(string) string) []known {
	all := []known{{
		id: attribute("current_secret_id"), status: attribute("current_status"),
		digest: attribute("secret_hash"), value: attribute("client_secret"),
	}}
	if id := attribute("previous_secret_id"); id != "" {
		all = append(all, known{id: id, status: attribute("previous_status")})
	}
	return all
}

// importID is the app's: there is one rotation for all its secrets.
func (r *rotationSubject) importID(string) string { return r.holder.life.app.ID }

func (r *rotationSubject) rotate() {}

func (r *rotationSubject) traits() traits {
	return traits{
		remedies: rotationRemedies,
		after:    rotateAfter + time.Minute,
		stages:   []time.Duration{r.overlap + time.Minute, r.grace + time.Minute},
		pickup:   r.overlap * 9 / 10, // a run may take its time
		// The overlap begins when the new secret exists, because nothing tells the provider
		// whether dependents were updated. Who has seen that fail has the overlap to apply again.
		hurry:    10 * time.Minute,
		patience: r.overlap + r.grace + time.Minute,
		reclaims: true,
	}
}
