// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
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
	life      *life
	source    valueSource
	byAge     bool // rotated by rotate_after instead of rotate_when_changed
	verify    bool
	onDestroy string
	whenFull  string

	rotation int
	value    string // one's own
	before   string // the one before it
}

const rotateAfter = 720 * time.Hour

func newSecretSubject(l *life) *secretSubject {
	s := &secretSubject{
		life:      l,
		source:    pick(l.random, generated, omitted, configured, writeOnly, writeOnlyNo),
		verify:    l.random.IntN(3) == 0,
		onDestroy: "delete", whenFull: "fail",
	}
	s.byAge = (s.source == generated || s.source == omitted) && l.random.IntN(3) == 0
	if l.random.IntN(3) == 0 {
		s.whenFull = "delete_inactive"
		s.onDestroy = pick(l.random, "delete", "deactivate") // what is only deactivated has to give way the next time
	}
	s.value = l.randomText(40)
	l.slowness(s.verify)
	return s
}

func (s *secretSubject) String() string {
	return fmt.Sprintf("secret %s by_age=%t verify=%t on_destroy=%s when_full=%s", s.source, s.byAge, s.verify, s.onDestroy, s.whenFull)
}

func (s *secretSubject) rotate() {
	s.rotation++
	s.value, s.before = s.life.randomText(40), s.value
	if s.byAge {
		s.life.pass(rotateAfter + time.Minute)
	}
}

func (s *secretSubject) config() map[string]tftypes.Value {
	config := map[string]tftypes.Value{
		"app_id":     stringValue(s.life.app.ID),
		"on_destroy": stringValue(s.onDestroy),
		"when_full":  stringValue(s.whenFull),
		"verify":     tftypes.NewValue(tftypes.Bool, s.verify),
		"timeouts":   s.life.timeouts(),
	}
	if s.byAge {
		config["rotate_after"] = stringValue(rotateAfter.String())
	}
	switch s.source {
	case omitted:
		config["omit_secret"] = tftypes.NewValue(tftypes.Bool, true)
	case configured:
		config["client_secret"] = stringValue(s.value)
	case writeOnly, writeOnlyNo:
		config["client_secret_wo"] = stringValue(s.value)
	}
	switch {
	case s.source == writeOnlyNo:
		config["client_secret_wo_version"] = tftypes.NewValue(tftypes.Number, s.rotation)
	case (s.source == generated || s.source == omitted) && !s.byAge:
		config["rotate_when_changed"] = tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{
			"rotation": stringValue(strconv.Itoa(s.rotation)),
		})
	}
	return config
}

// trigger is the value where state has it, and else version, as the dependent
// object's …_wo_version.
func (s *secretSubject) trigger(value tftypes.Value) string {
	if s.source == generated || s.source == configured {
		return text(value, "client_secret")
	}
	return number(value, "version")
}

// credential is what state has, else what the ephemeral resource reads: not the
// configuration's value, even if it is one's own. Where a rotation is held back,
// that is not yet the secret of this id.
func (s *secretSubject) credential(t *terraform, process *process, value tftypes.Value) (credential, diagnostics) {
	held := credential{id: text(value, "id")}
	switch s.source {
	case generated, configured:
		held.secret = text(value, "client_secret")
	default:
		result, diags := t.open(process, s.life.read, map[string]tftypes.Value{
			"app_id": stringValue(s.life.app.ID), "id": stringValue(held.id),
		})
		held.secret = text(result, "client_secret")
		return held, diags
	}
	return held, nil
}

func (s *secretSubject) sink(resource string) sinkConfig {
	sink := sinkConfig{trigger: resource + ".version}", id: resource + ".id}"}
	switch s.source {
	case generated, configured:
		sink.trigger = resource + ".client_secret}"
		sink.secret = sink.trigger
	default:
		sink.reads, sink.secret = sink.id, "${ephemeral.oktacreds_app_client_secret.this.client_secret}"
	}
	return sink
}

func (s *secretSubject) known(value tftypes.Value) []known {
	return []known{{
		id: text(value, "id"), status: text(value, "status"), digest: text(value, "secret_hash"), value: text(value, "client_secret"),
	}}
}

func (s *secretSubject) stages() []time.Duration { return nil }
func (s *secretSubject) pickup() time.Duration   { return 0 }
func (s *secretSubject) patience() time.Duration { return 0 }
func (s *secretSubject) hurry() time.Duration    { return 1 << 62 } // the old one stays until the new one is delivered
func (s *secretSubject) keeps() bool             { return s.onDestroy == "deactivate" }
func (s *secretSubject) reclaims() bool          { return s.whenFull == "delete_inactive" }
