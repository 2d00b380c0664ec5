// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// Applied is what an apply came to.
type Applied struct {
	Diagnostics Diagnostics
	Killed      bool
}

// Failed tells whether it did not succeed as far as anyone knows.
func (a Applied) Failed() bool { return a.Killed || a.Diagnostics.Failed() }

// errStale is why a plan can't be applied after the state has changed.
var errStale = errors.New("saved plan is stale")

// Apply is terraform apply of a saved plan.
func (c *Core) Apply(ctx context.Context, p *Plan) (a Applied) {
	c.stopped = false
	if p.serial != c.State.Serial {
		a.Diagnostics = failed(errStale)
		return a
	}
	a.Killed = c.killed(func() {
		w := &applyWalk{walk: walk{
			Core: c, ctx: ctx, config: p.config, options: p.options, state: p.state.Clone(), opened: map[string]cty.Value{},
		}}
		if nodes := w.nodes(p); len(nodes) > 0 {
			if w.start(); !w.diags.Failed() {
				w.visit(nodes, c.Random)
			}
		}
		c.write(w.state, &w.written, true) // also after errors, and when interrupted
		a.Diagnostics = w.diags
	})
	return a
}

// applyWalk is the walk of an apply.
type applyWalk struct {
	walk

	written time.Time // when a remote backend was last written
	deposed map[string]*Object
}

// step is a node of the apply with what its edges depend on.
type step struct {
	*node

	creates, createsFirst bool
	dependencies          []string // as state has stored them
}

// nodes is the graph: what creates or updates an object and what destroys it are
// nodes of their own, in the order of core's DestroyEdgeTransformer and
// CBDEdgeTransformer.
func (w *applyWalk) nodes(p *Plan) (nodes []*node) {
	w.deposed = map[string]*Object{}
	var steps []*step
	for _, change := range p.Changes {
		current := p.state.Current(change.Address)
		var stored []string
		switch {
		case change.Deposed != nil:
			stored = change.Deposed.dependencies
		case current != nil:
			stored = current.dependencies
		}
		if action := change.Action; action == Create || action == Update || action.replaces() {
			steps = append(steps, &step{node: w.changeNode(change), creates: true, dependencies: stored})
		}
		switch change.Action {
		case Delete:
			steps = append(steps, &step{node: w.destroyNode(change), createsFirst: change.Deposed != nil || current.createsFirst, dependencies: stored})
		case DeleteThenCreate:
			steps = append(steps, &step{node: w.destroyNode(change), dependencies: stored})
		case CreateThenDelete:
			steps = append(steps, &step{node: w.destroyNode(change), createsFirst: true, dependencies: stored})
		}
	}
	for _, s := range steps {
		nodes = append(nodes, s.node)
		for _, other := range steps {
			if s != other && follows(p.config, s, other) {
				s.after = append(s.after, other.node)
			}
		}
	}
	return nodes
}

// follows tells whether one step waits for another.
func follows(c Config, s, other *step) bool {
	block, otherBlock := resourceOf(s.address), resourceOf(other.address)
	switch {
	case s.creates && other.creates: // a dependency is applied first
		r := c.find(s.address)
		return slices.Contains(c.dependencies(*r), otherBlock)
	case s.creates: // what it is in place of, or has depended on, is destroyed first
		return !other.createsFirst && (s.address == other.address || slices.Contains(s.dependencies, otherBlock) || slices.Contains(other.dependencies, block))
	case other.creates: // with create_before_destroy it is the other way around
		depends := slices.Contains(other.dependencies, block) || slices.Contains(c.dependencies(*c.find(other.address)), block)
		return s.createsFirst && (s.address == other.address || depends)
	default: // a dependent is destroyed first
		return slices.Contains(other.dependencies, block)
	}
}

// changeNode is core's NodeApplyableResourceInstance.managedResourceExecute.
func (w *applyWalk) changeNode(planned Change) *node {
	r := *w.config.find(planned.Address)
	var deposed, current *Object
	var now Change
	plan := func() (diags Diagnostics) {
		if planned.Action == CreateThenDelete {
			deposed = w.state.depose(r.Address)
			w.deposed[r.Address] = deposed
		}
		if current = w.state.Current(r.Address); current != nil {
			if current, diags = w.load(r.Address, current); diags.Failed() {
				return diags
			}
		}
		// Planned again. What returns before the apply leaves a deposed object
		// deposed, and nothing in its place: only a failed apply restores it.
		now, diags = w.planChange(r, &planned, current, planned.Action == CreateThenDelete)
		if diags.Failed() {
			return diags
		}
		if err := w.schemaOf(r.Address).inconsistent(planned, now); err != nil {
			return append(diags, w.mistake(r.Address, "inconsistent final plan", err)...)
		}
		return diags
	}
	apply := func() Diagnostics {
		if w.stopped {
			return failed(errHalted) // core's preApplyHook
		}
		if now.Action == NoOp {
			return nil
		}
		creates := now.Action != Update
		if now.Action.replaces() { // core's reducePlan: the destruction has a node of its own
			now.Action, now.Before = Create, w.schemaOf(r.Address).null()
		}
		became, diags := w.applyChange(r, now, current)
		if !diags.Failed() && (creates || typeOf(r.Address) == Store) {
			diags = append(diags, w.provision(r)...)
		}
		if became != nil {
			became.Tainted = became.Tainted || creates && diags.Failed() // core's maybeTainted
			became.dependencies = w.config.dependencies(r)
			became.createsFirst = w.config.createsFirst(r.Address)
		}
		if typeOf(r.Address) == Store && diags.Failed() {
			became = current
		}
		w.state.setCurrent(r.Address, became)
		if deposed != nil && diags.Failed() {
			w.state.restore(r.Address, deposed)
		}
		w.write(w.state, &w.written, false)
		return diags
	}
	return &node{address: r.Address, steps: []func() Diagnostics{plan, apply}}
}

// inconsistent is core's checkPlannedChange.
func (s schema) inconsistent(planned, now Change) error {
	if planned.Action != now.Action && (planned.Action != Update || now.Action != NoOp) {
		return fmt.Errorf("%s was planned, now it is %s", planned.Action, now.Action)
	}
	return s.incompatible(planned.After, now.After)
}

// applyChange is core's NodeAbstractResourceInstance.apply: it returns what to keep
// in state, which is never nothing while something may exist.
func (w *applyWalk) applyChange(r Resource, planned Change, before *Object) (*Object, Diagnostics) {
	s, p := w.schemaOf(r.Address), w.provider(r.Address)
	destroys, config := planned.After.IsNull(), s.null()
	if !destroys {
		config = w.evaluate(s, r.Values)
	}
	resp, err := call(w.ctx, p, p.server.ApplyResourceChange, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: s.typeName, PriorState: s.encode(planned.Before), PlannedState: s.encode(planned.After),
		Config: s.encode(config), PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	})
	switch {
	case err != nil && (before == nil || destroys):
		return before, failed(err)
	case err != nil: // Terraform keeps the prior value, but not its private state
		return &Object{Value: before.Value, identity: before.identity, Tainted: before.Tainted}, failed(err)
	}
	diags := Diagnostics(resp.Diagnostics)
	after, err := s.decode(resp.NewState)
	if err == nil && !after.IsNull() && !after.IsWhollyKnown() {
		err = errors.New("unknown values")
	}
	if err != nil {
		return nil, append(diags, w.mistake(r.Address, "invalid result", err)...)
	}
	if !diags.Failed() {
		if err := s.incompatible(planned.After, after); err != nil {
			diags = append(diags, w.mistake(r.Address, "inconsistent result", err)...)
		}
	}
	switch {
	case after.IsNull() && diags.Failed():
		return before, diags
	case after.IsNull():
		return nil, diags
	}
	became := &Object{Value: after, Private: resp.Private, identity: resp.NewIdentity}
	if diags.Failed() && before != nil {
		became.Tainted = before.Tainted
	}
	return became, diags
}

// provision runs the provisioner, for which ephemeral resources are opened.
func (w *applyWalk) provision(r Resource) (diags Diagnostics) {
	if r.Provision == nil {
		return nil
	}
	for _, name := range sortedKeys(r.Environment) {
		if ref, ok := r.Environment[name].(Ref); ok && strings.HasPrefix(ref.Address, "ephemeral.") {
			if diags = append(diags, w.open(*w.config.ephemeral(ref.Address))...); diags.Failed() {
				return diags
			}
		}
	}
	environment := map[string]string{}
	for name, value := range r.Environment {
		environment[name] = text(evaluate(cty.String, value, w.resolve))
	}
	if err := r.Provision(environment); err != nil {
		return append(diags, failed(err)...)
	}
	return diags
}

// destroyNode is core's NodeDestroyResourceInstance, or for a deposed object
// NodeDestroyDeposedResourceInstanceObject, which plans again.
func (w *applyWalk) destroyNode(change Change) *node {
	destroy := func() Diagnostics {
		o, deposed := change.Deposed, change.Deposed != nil
		if change.Action == CreateThenDelete {
			o, deposed = w.deposed[change.Address], true
		} else if !deposed {
			o = w.state.Current(change.Address)
		}
		loaded, diags := w.load(change.Address, o)
		if diags.Failed() {
			return diags
		}
		planned := change
		planned.Action, planned.After = Delete, w.schemaOf(change.Address).null()
		if deposed {
			var more Diagnostics
			if planned, more = w.planDestroy(change.Address, loaded); more.Failed() {
				return append(diags, more...)
			}
			diags = append(diags, more...)
		}
		if w.stopped {
			return append(diags, failed(errHalted)...)
		}
		became, more := w.applyChange(Resource{Address: change.Address}, planned, loaded)
		diags = append(diags, more...)
		if deposed {
			w.state.replaceDeposed(change.Address, o, became)
		} else {
			w.state.setCurrent(change.Address, became)
		}
		w.write(w.state, &w.written, false)
		return diags
	}
	return &node{address: change.Address, steps: []func() Diagnostics{destroy}}
}
