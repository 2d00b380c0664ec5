// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Core is Terraform in one working directory: a state, and a provider to start.
type Core struct {
	// Start starts a provider process. Every walk of a graph has its own.
	Start func() tfprotov6.ProviderServer
	// Random draws the order of what Terraform does in parallel; nil means the
	// order of the configuration.
	Random *rand.Rand
	// State is what the backend holds. After a kill it is all that is left.
	State *State
	// Remote makes the backend one that is written 20 s after the first change at
	// the earliest, every 20 s from then on, and at the end: a run that is killed
	// loses the rest. The local backend is written after every change.
	Remote bool
	// Hook is called at every [Moment]; nil means that no one looks.
	Hook func(Moment)

	schemas map[string]schema
	process *process
	stopped bool
	broken  bool
}

// Moment is a moment in a run at which [Core.Hook] may look, or strike.
type Moment string

// The moments.
const (
	Writing Moment = "writing" // the state is about to be written to the backend
	Written Moment = "written" // the state was written
)

// New is a core with an empty state. It asks the provider for its schemas.
func New(ctx context.Context, start func() tfprotov6.ProviderServer) (*Core, error) {
	c := &Core{Start: start, State: &State{}, schemas: map[string]schema{Data: dataSchema(Data), Store: dataSchema(Store)}}
	all, err := start().GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	c.schemas[""] = newSchema("provider", all.Provider)
	for name, resource := range all.ResourceSchemas {
		c.schemas[name] = newSchema(name, resource)
	}
	for name, ephemeral := range all.EphemeralResourceSchemas {
		c.schemas["ephemeral."+name] = newSchema(name, ephemeral)
	}
	return c, nil
}

// Run is what one terraform apply -auto-approve came to.
type Run struct {
	Plan  *Plan
	Apply Applied
}

// Failed tells whether Terraform's exit code says so, or no one knows the code.
func (r Run) Failed() bool { return r.Plan.Failed() || r.Apply.Killed || r.Apply.Diagnostics.Failed() }

// Killed tells whether Terraform was killed.
func (r Run) Killed() bool { return r.Plan.Killed || r.Apply.Killed }

// Converged tells whether there was nothing to do, and nothing failed.
func (r Run) Converged() bool { return !r.Failed() && r.Plan.Empty() }

// Diagnostics are those of the plan and the apply.
func (r Run) Diagnostics() Diagnostics {
	return slices.Concat(r.Plan.Diagnostics, r.Apply.Diagnostics)
}

// Run plans and applies.
func (c *Core) Run(ctx context.Context, config Config, options Options) (r Run) {
	if r.Plan = c.Plan(ctx, config, options); r.Plan.Failed() {
		return r
	}
	r.Apply = c.Apply(ctx, r.Plan)
	return r
}

// Broken tells whether Terraform has noticed a mistake of the provider since the last plan, in which
// case it says "This is a bug in the provider". What it was is in the diagnostics.
func (c *Core) Broken() bool { return c.broken }

// mistake notes a mistake of the provider.
func (c *Core) mistake(address, what string, cause error) Diagnostics {
	c.broken = true
	return failed(fmt.Errorf("the provider broke Terraform's rules: %s: %s: %w", address, what, cause))
}

// coreKilled is panicked with when Terraform itself is killed: nothing that follows
// happens.
type coreKilled struct{}

// killed tells whether Terraform is killed while it does something.
func (c *Core) killed(do func()) (killed bool) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case coreKilled{}:
			killed = true
		default:
			panic(cause)
		}
	}()
	do()
	return false
}

// Interrupt is Ctrl-C: what is under way is finished, and nothing else begins.
func (c *Core) Interrupt(ctx context.Context) {
	c.stopped = true
	c.stopProvider(ctx)
}

// KillProvider is kill -9 of the provider: what it does is never answered.
func (c *Core) KillProvider(ctx context.Context) {
	if c.process != nil {
		c.process.dead = true
		c.stopProvider(ctx) // what it still does reaches no one, and ends sooner
	}
}

// Kill is kill -9 of Terraform and the provider.
func (c *Core) Kill(ctx context.Context) {
	if c.process == nil {
		panic(coreKilled{})
	}
	c.process.orphaned = true
	c.KillProvider(ctx)
}

func (c *Core) stopProvider(ctx context.Context) {
	if c.process != nil {
		_, _ = c.process.server.StopProvider(ctx, &tfprotov6.StopProviderRequest{}) // it never fails
	}
}

// Alive tells whether the provider process that was started last was not killed.
// The requests of a dead one must reach no one.
func (c *Core) Alive() bool { return c.process == nil || !c.process.dead }

// at calls the hook, which may kill Terraform.
func (c *Core) at(m Moment) {
	if c.Hook == nil {
		return
	}
	c.Hook(m)
	if c.process != nil && c.process.orphaned {
		panic(coreKilled{})
	}
}

// persistInterval is how often a remote backend is written during an apply.
const persistInterval = 20 * time.Second

// write gives the backend a state, if it is time.
func (c *Core) write(working *State, since *time.Time, last bool) {
	if c.Remote && !last {
		if since.IsZero() {
			*since = time.Now() // the first change starts the clock
		}
		if time.Since(*since) < persistInterval {
			return
		}
		*since = time.Now()
	}
	if working.equal(c.State) {
		return
	}
	c.at(Writing)
	serial := c.State.Serial
	c.State = working.Clone()
	c.State.Serial = serial + 1
	c.at(Written)
}
