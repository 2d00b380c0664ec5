// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// valueSource is where the value of an oktacreds_app_client_secret comes from.
type valueSource string

const (
	generated   valueSource = "generated"
	omitted     valueSource = "omit_secret" // and read by the ephemeral resource
	configured  valueSource = "client_secret"
	writeOnly   valueSource = "client_secret_wo"
	writeOnlyNo valueSource = "client_secret_wo_version"
)

// secretSubject is an oktacreds_app_client_secret.
type secretSubject struct {
	holder    *holder
	source    valueSource
	byAge     bool // rotated by rotate_after instead of rotate_when_changed
	verify    bool
	onDestroy string
	whenFull  string

	rotation int
	value    string // one's own
}

const rotateAfter = 720 * time.Hour

func newSecretSubject(h *holder) *secretSubject {
	random := h.life.random
	s := &secretSubject{
		holder: h, source: pick(random, generated, omitted, configured, writeOnly, writeOnlyNo), verify: random.IntN(3) == 0,
		onDestroy: "delete", whenFull: "fail", value: h.life.randomText(40),
	}
	if h.imports != "" { // whose value no one knows
		s.source = pick(random, generated, omitted)
	}
	s.byAge = (s.source == generated || s.source == omitted) && random.IntN(3) == 0
	if random.IntN(3) == 0 {
		s.whenFull = "delete_inactive"
		s.onDestroy = pick(random, "delete", "deactivate") // what is only deactivated has to be deleted the next time
	}
	h.life.slowness(s.verify)
	return s
}

func (s *secretSubject) String() string {
	return fmt.Sprintf("secret %s by_age=%t verify=%t on_destroy=%s when_full=%s adopt_interrupted=%t", s.source, s.byAge, s.verify, s.onDestroy, s.whenFull, s.holder.adopts)
}

func (s *secretSubject) rotate() {
	s.rotation++
	s.value = s.holder.life.randomText(40)
}

func (s *secretSubject) values() map[string]any {
	values := map[string]any{
		"app_id": s.holder.life.app.ID, "on_destroy": s.onDestroy, "when_full": s.whenFull, "verify": s.verify,
		"timeouts": s.holder.life.timeouts(), "adopt_interrupted": s.holder.adopts,
	}
	if s.byAge {
		values["rotate_after"] = rotateAfter.String()
	}
	switch s.source {
	case generated, omitted:
		values["omit_secret"] = s.source == omitted
	case configured:
		values["client_secret"], values["omit_secret"] = s.value, false
	case writeOnly, writeOnlyNo:
		values["client_secret_wo"] = s.value
	}
	switch {
	case s.source == writeOnlyNo:
		values["client_secret_wo_version"] = s.rotation
	case (s.source == generated || s.source == omitted) && !s.byAge:
		values["rotate_when_changed"] = map[string]any{"rotation": strconv.Itoa(s.rotation)}
	}
	return values
}

// reads tells whether the value comes from the ephemeral resource: not from the
// configuration, even if it is one's own, because where a rotation is blocked, that is
// not yet the secret of this id.
func (s *secretSubject) reads() bool { return s.source != generated && s.source != configured }

// delivery is triggered by the value where state has it, and else by version, as the
// dependent object's …_wo_version.
func (s *secretSubject) delivery(address string) (trigger any, environment map[string]any) {
	environment = map[string]any{"ID": of(address, "id"), "SECRET": of(address, "client_secret")}
	if !s.reads() {
		return of(address, "client_secret"), environment
	}
	environment["SECRET"] = readBy(s.holder)
	return of(address, "version"), environment
}

// isOf tells whether an object in state has the configured value, where there is one.
func (s *secretSubject) isOf(attribute func(string) string) bool {
	return s.source != generated && s.source != omitted && attribute("secret_hash") == okta.SecretHash(s.value)
}

func (s *secretSubject) known(attribute func(string) string) []known {
	return []known{{id: attribute("id"), status: attribute("status"), digest: attribute("secret_hash"), value: attribute("client_secret")}}
}

func (s *secretSubject) importID(id string) string { return s.holder.life.app.ID + "/" + id }

func (s *secretSubject) traits() traits {
	t := traits{remedies: secretRemedies, keeps: s.onDestroy == "deactivate", reclaims: s.whenFull == "delete_inactive"}
	if s.byAge {
		t.after = rotateAfter + time.Minute
	}
	return t
}
