// SPDX-License-Identifier: MPL-2.0

package main

import (
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// subject is a resource: its configuration, and what a dependent object does with it.
type subject interface {
	// rotate changes the configuration so that a rotation is scheduled.
	rotate()
	// values are the arguments.
	values() map[string]any
	// delivery is what the dependent object is updated by, and what it delivers.
	delivery(address string) (trigger any, environment map[string]any)
	// known are the credentials that an object in state holds, the one in use first.
	known(attribute func(name string) string) []known
	// importID is what an import of a credential is given.
	importID(id string) string
	// isOf tells whether an object in state has the configured credential.
	isOf(attribute func(name string) string) bool
	traits() traits
	// String names the configuration.
	String() string
}

// traits are what a life allows for in a resource.
type traits struct {
	// remedies are what its messages advise, by the reason.
	remedies map[rotation.Reason]remedy
	// after is how much time has to pass for a rotation.
	after time.Duration
	// stages are what time alone brings after the new credential exists, each with an
	// apply of its own.
	stages []time.Duration
	// pickup is how late a consumer may be.
	pickup time.Duration
	// hurry is how soon someone applies again after a run that has failed to deliver
	// what it put into use; 0 where the old credential remains until then.
	hurry time.Duration
	// patience is how long an INACTIVE credential of someone else, or a change of
	// status, may postpone a rotation.
	patience time.Duration
	// keeps tells whether a credential that was in state may remain in Okta, INACTIVE,
	// and reclaims whether someone else's INACTIVE credential may be deleted.
	keeps, reclaims bool
}

// known is what state says of a credential.
type known struct {
	id, status string
	digest     string // of the secret, or the key's kid; empty where state is silent
	value      string // the secret itself, where it is in state
}

// agrees compares what state says of a credential with what Okta has.
func (k known) agrees(there known) bool {
	return k.status == there.status && (k.digest == "" || k.digest == there.digest) && (k.value == "" || k.value == there.value)
}

// of refers to an attribute of a resource.
func of(address, attribute string) tfcore.Ref {
	return tfcore.Ref{Address: address, Attribute: attribute}
}

// ephemeralOf is the address of the ephemeral resource that reads a secret's value.
func ephemeralOf(h *holder) string {
	return "oktacreds_app_client_secret.reader" + h.number()
}

// readBy refers to the value that it reads.
func readBy(h *holder) tfcore.Ref { return of("ephemeral."+ephemeralOf(h), "client_secret") }
