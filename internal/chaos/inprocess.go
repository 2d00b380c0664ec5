// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	mathrand "math/rand/v2"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// orgURL is where the provider believes an org in this process to be.
const orgURL = "https://chaos.example.com"

// rotationsPerLife is how many rotations one app goes through.
const rotationsPerLife = 10

// liveInProcess lives one life after the other, in made-up time. Each has a seed
// of its own, so that it can be lived again alone.
func liveInProcess(seed uint64, rotations int, schemas *tfprotov6.GetProviderSchemaResponse, r *report) {
	defer func(chance io.Reader) { rand.Reader = chance }(rand.Reader)
	for ; rotations > 0; rotations -= rotationsPerLife {
		rand.Reader = mathrand.NewChaCha8(sha256.Sum256(strconv.AppendUint(nil, seed, 10)))
		inBubble(func() {
			l := newLife(seed, orgURL, inProcess, schemas, r)
			l.runner = newCoreRunner(l)
			l.live(min(rotations, rotationsPerLife))
		})
		seed++
	}
}

// coreRunner runs core's own steps against the provider's protocol server.
type coreRunner struct {
	terraform *terraform
	last      credential // delivered
}

func newCoreRunner(l *life) *coreRunner {
	c := &coreRunner{last: l.consumer.held}
	c.terraform = &terraform{
		ctx: context.Background(), random: l.random, subject: l.subject, schema: l.schema, config: l.provider,
		wire: &wire{org: l.org, carry: l.carry}, replacesSink: l.random.IntN(2) == 0,
		approved: func(wait time.Duration) { l.pass(wait) },
		deliver: func(delivered credential) {
			l.note("delivered: %s", delivered.id)
			c.last = delivered
			l.login()
		},
	}
	return c
}

// startUp is what a run takes at least. Okta's times have whole seconds, so that two
// rotations and a secret of somebody else's within two of them could have the same
// version.
const startUp = 2 * time.Second

func (c *coreRunner) apply(t trouble) outcome {
	c.pass(startUp)
	r := c.terraform.run(t)
	return outcome{
		killed: r.killed, failed: r.failed(), converged: r.converged(),
		plan: r.plan.String(), apply: r.diags.String(),
	}
}

// strike ends or interrupts the provider. The end of a killed process is hastened
// in the same way: what it still does reaches nobody.
func (c *coreRunner) strike(what string) {
	process := c.terraform.wire.process
	switch what {
	case interrupt:
		c.terraform.stopped = true
	case killTerraform:
		process.dead, process.orphaned = true, true
	case killProvider:
		process.dead = true
	}
	_, _ = process.server.StopProvider(c.terraform.ctx, &tfprotov6.StopProviderRequest{}) // never fails
}

func (c *coreRunner) objects() []tftypes.Value {
	all := []tftypes.Value{c.terraform.schema.null()}
	if current := c.terraform.state.current; current != nil {
		all[0] = current.value
	}
	for _, deposed := range c.terraform.state.deposed {
		all = append(all, deposed.value)
	}
	return all
}

func (c *coreRunner) delivered() credential { return c.last }

func (c *coreRunner) pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}

func (c *coreRunner) now() time.Time { return time.Now() }
