// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// terraform is as much of Terraform core, as of 1.11, as one resource with
// create_before_destroy needs, and one object that depends on it: the sink, which
// hands the credential to its consumer. What core does in parallel happens here
// in an order by chance. Comments name the parts of core that each step mirrors.
type terraform struct {
	ctx     context.Context //nolint:containedctx // of one life, in which everything happens
	random  *rand.Rand
	schema  schema
	wire    *wire
	config  providerConfig
	subject subject

	// state is what the backend holds. After kill -9 it is all that is left of a run.
	state state

	// replacesSink makes a dependent object that is replaced instead of updated.
	replacesSink bool

	trouble trouble
	stopped bool // the user has interrupted the run

	// approved is called between plan and apply, with how long approval takes.
	approved func(wait time.Duration)
	// deliver hands a credential to its consumer.
	deliver func(credential)
}

// coreKilled is panicked with when Terraform itself is killed: nothing that
// follows happens.
type coreKilled struct{}

// run is one `terraform apply -auto-approve`.
type run struct {
	plan   plan
	diags  diagnostics // of the apply
	killed bool
}

func (r run) failed() bool { return r.killed || r.plan.diags.failed() || r.diags.failed() }

// converged tells whether there was nothing to do, and nothing wrong.
func (r run) converged() bool { return !r.failed() && r.plan.empty() }

func (t *terraform) run(trouble trouble) (r run) {
	t.trouble, t.stopped = trouble, false
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case coreKilled{}:
			r.killed = true
		default:
			panic(cause)
		}
	}()
	if r.plan = t.plan(); r.plan.diags.failed() || t.stopped {
		// What the refresh has found is written only by an apply.
		return r
	}
	t.approved(trouble.wait)
	r.diags = t.apply(r.plan)
	return r
}

// start begins a walk: core starts the provider anew for each.
func (t *terraform) start() (*process, diagnostics) {
	return startProcess(t.ctx, t.wire, t.config)
}

// configuration is the resource's block.
func (t *terraform) configuration() tftypes.Value { return t.schema.object(t.subject.config()) }

// persist is core's updateStateHook. The local backend writes each time.
func (t *terraform) persist(working state) {
	if !t.trouble.late {
		t.state = working.clone()
	}
}

var errHalted = errors.New("execution halted")
