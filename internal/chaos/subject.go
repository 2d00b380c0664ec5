// SPDX-License-Identifier: MPL-2.0

package main

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// subject is the resource that a life is about: its configuration, and what a
// dependent object makes of it.
type subject interface {
	// rotate changes the configuration, or lets time pass, so that a rotation is
	// due.
	rotate()
	// config is the resource's block.
	config() map[string]tftypes.Value
	// trigger is what a dependent object is updated by; empty while it is unknown.
	trigger(value tftypes.Value) string
	// credential is what a dependent object delivers.
	credential(t *terraform, process *process, value tftypes.Value) (credential, diagnostics)
	// sink is the same for a real configuration; resource is how an expression
	// begins that speaks of the resource.
	sink(resource string) sinkConfig
	// known are the credentials that an object in state stands for, the one in use
	// first.
	known(value tftypes.Value) []known
	// stages are what time alone brings after the new credential is there, each
	// with an apply of its own.
	stages() []time.Duration
	// pickup is how late a consumer may be.
	pickup() time.Duration
	// hurry is how soon somebody applies again after a run that has failed to deliver
	// what it put into use.
	hurry() time.Duration
	// keeps tells whether a credential that was in state may remain in Okta,
	// INACTIVE.
	keeps() bool
	// patience is how long somebody else, by an INACTIVE credential or a change of
	// status, may put a rotation off.
	patience() time.Duration
	// reclaims tells whether somebody else's INACTIVE credential may give way.
	reclaims() bool
	// String names the configuration.
	String() string
}

// known is what state says of a credential.
type known struct {
	id, status string
	digest     string // of the secret, or the key's kid; empty where state is silent
	value      string // the secret itself, where it is in state
}
