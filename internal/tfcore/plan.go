// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// Action is what is planned for an object.
type Action string

// The actions.
const (
	NoOp             Action = "no-op"
	Create           Action = "create"
	Update           Action = "update"
	Delete           Action = "delete"
	CreateThenDelete Action = "create then delete"
	DeleteThenCreate Action = "delete then create"
)

func (a Action) replaces() bool { return a == CreateThenDelete || a == DeleteThenCreate }

// Change is what is planned for one object: core's ResourceInstanceChange.
type Change struct {
	Address string
	Action  Action
	// Before and After are the object now and then. Null is none.
	Before, After cty.Value
	// Deposed is the object that is deleted where that is a deposed one.
	Deposed *Object

	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// Plan is a plan, which may be kept and applied later.
type Plan struct {
	Changes     []Change
	Diagnostics Diagnostics
	Killed      bool

	config  Config
	options Options
	state   *State // refreshed
	serial  int    // of the state that it was made from
}

// Failed tells whether there is no plan to apply.
func (p *Plan) Failed() bool { return p.Killed || p.Diagnostics.Failed() }

// Empty is what terraform plan -detailed-exitcode calls 0.
func (p *Plan) Empty() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Action != NoOp })
}

// Change is what is planned for the current object at an address.
func (p *Plan) Change(address string) Change {
	for _, c := range p.Changes {
		if c.Address == address && c.Deposed == nil {
			return c
		}
	}
	return Change{Address: address, Action: NoOp}
}

// String is a line of all actions.
func (p *Plan) String() string {
	var all []string
	for _, c := range p.Changes {
		all = append(all, fmt.Sprintf("%s %s (deposed %t)", c.Action, c.Address, c.Deposed != nil))
	}
	return fmt.Sprint(all)
}

// Plan is terraform plan. On the way to a destroy Terraform first makes a plan
// of the whole configuration, which refreshes the state; its warnings are dropped.
func (c *Core) Plan(ctx context.Context, config Config, options Options) *Plan {
	c.stopped, c.broken = false, false
	p := &Plan{config: config, options: options, state: c.State.Clone(), serial: c.State.Serial}
	p.Killed = c.killed(func() {
		if options.Destroy && !options.NoRefresh && len(p.state.instances) > 0 {
			before := *p
			before.options.Destroy = false
			if c.planWalk(ctx, &before); before.Failed() {
				p.Diagnostics = before.Diagnostics
				return
			}
			p.state, p.options.NoRefresh = before.state, true
		}
		c.planWalk(ctx, p)
	})
	return p
}

// planWalk is one walk of a plan's graph. Every object of the state has a node:
// core refreshes and plans each without waiting for those it doesn't depend on.
func (c *Core) planWalk(ctx context.Context, p *Plan) {
	w := &walk{Core: c, ctx: ctx, config: p.config, options: p.options, state: p.state, planned: map[string]cty.Value{}, opened: map[string]cty.Value{}}
	p.state.applyMoves(p.config)
	if w.start(); !w.diags.Failed() {
		w.visit(w.planNodes(p), c.Random)
	}
	if c.stopped {
		w.diags = append(w.diags, failed(errHalted)...)
	}
	p.Diagnostics = w.diags
}

// planNodes are the nodes of a plan's graph. What refers to a resource waits for all its objects, also for those
// that the configuration doesn't have any more and for deposed ones.
func (w *walk) planNodes(p *Plan) (nodes []*node) {
	byBlock := map[string][]*node{}
	add := func(n *node) {
		block := resourceOf(n.address)
		nodes, byBlock[block] = append(nodes, n), append(byBlock[block], n)
	}
	if !p.options.Destroy {
		for _, r := range p.config.Resources {
			if p.config.targeted(p.options, r.Address) {
				add(w.planNode(p, r))
			}
		}
	}
	configured := len(nodes)
	for _, address := range p.state.Addresses() {
		if !p.config.targeted(p.options, address) {
			continue
		}
		if current := p.state.Current(address); current != nil && (p.options.Destroy || p.config.find(address) == nil) {
			add(w.planDestroyNode(p, address, current, false))
		}
		for _, deposed := range p.state.Deposed(address) {
			add(w.planDestroyNode(p, address, deposed, true))
		}
	}
	for _, n := range nodes[:configured] {
		for _, block := range p.config.dependencies(*p.config.find(n.address)) {
			n.after = append(n.after, byBlock[block]...)
		}
	}
	if p.options.Destroy || len(p.options.Target) > 0 {
		return nodes
	}
	for _, e := range p.config.Ephemerals {
		n := &node{address: e.Address, steps: []func() Diagnostics{func() Diagnostics { return w.open(e) }}}
		for _, block := range p.config.references(e.Values) {
			n.after = append(n.after, byBlock[block]...)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// planNode refreshes and plans an object of the configuration.
func (w *walk) planNode(p *Plan, r Resource) *node {
	var current *Object
	createsFirst := w.config.createsFirst(r.Address)
	refresh := func() (diags Diagnostics) {
		if current = w.state.Current(r.Address); current == nil {
			if current, diags = w.importObject(r.Address); current == nil {
				return diags
			}
		} else if current, diags = w.refresh(r.Address, current); diags.Failed() {
			return diags
		}
		current.createsFirst = createsFirst
		if !w.options.NoRefresh {
			current.dependencies = merged(current.dependencies, w.config.dependencies(r))
		}
		w.state.setCurrent(r.Address, there(current))
		return diags
	}
	plan := func() Diagnostics {
		change, diags := w.planChange(r, nil, current, createsFirst)
		if !diags.Failed() {
			w.planned[r.Address] = change.After
			p.Changes = append(p.Changes, change)
		}
		return diags
	}
	return &node{address: r.Address, steps: []func() Diagnostics{refresh, plan}}
}

func merged(one, another []string) []string {
	all := slices.Concat(one, another)
	slices.Sort(all)
	return slices.Compact(all)
}

// there is nil for an object that Read has found deleted: state doesn't keep it, but
// its private state takes part in the plan.
func there(o *Object) *Object {
	if o.Value.IsNull() {
		return nil
	}
	return o
}

// planDestroyNode refreshes an object that the configuration doesn't have, or a
// deposed one, and plans its destruction. Terraform 1.10 and 1.11 plan the destruction
// of an object without configuration before they refresh it (that of a deposed one
// after, as other versions do), so either order is drawn.
func (w *walk) planDestroyNode(p *Plan, address string, o *Object, deposed bool) *node {
	var change Change
	become := func(next *Object, diags Diagnostics) Diagnostics {
		switch {
		case diags.Failed():
			return diags
		case deposed:
			w.state.replaceDeposed(address, o, there(next))
		default:
			w.state.setCurrent(address, there(next))
		}
		o = there(next)
		return diags
	}
	load := func() Diagnostics { return become(w.load(address, o)) }
	read := func() Diagnostics {
		if w.options.NoRefresh {
			return nil
		}
		return become(w.read(address, o))
	}
	plan := func() (diags Diagnostics) {
		if o == nil {
			return nil
		}
		if change, diags = w.planDestroy(address, o); deposed {
			change.Deposed = o
		}
		return diags
	}
	record := func() Diagnostics {
		if o != nil {
			p.Changes = append(p.Changes, change)
		}
		return nil
	}
	steps := []func() Diagnostics{load, read, plan, record}
	if !deposed && w.Random != nil && w.Random.IntN(2) == 0 {
		steps = []func() Diagnostics{load, plan, read, record}
	}
	return &node{address: address, steps: steps}
}

// refresh loads an object and reads it again. Where it was deleted, its value is null.
func (w *walk) refresh(address string, o *Object) (*Object, Diagnostics) {
	loaded, diags := w.load(address, o)
	if diags.Failed() || w.options.NoRefresh {
		return loaded, diags
	}
	refreshed, more := w.read(address, loaded)
	return refreshed, append(diags, more...)
}

func (w *walk) read(address string, o *Object) (*Object, Diagnostics) {
	s, p := w.schemaOf(address), w.provider(address)
	resp, err := call(w.ctx, p, p.server.ReadResource, &tfprotov6.ReadResourceRequest{
		TypeName: s.typeName, CurrentState: s.encode(o.Value), Private: o.Private, CurrentIdentity: o.identity,
	})
	if err != nil {
		return nil, failed(err)
	}
	refreshed := *o
	refreshed.Private, refreshed.identity = resp.Private, resp.NewIdentity
	if refreshed.Value, err = s.decode(resp.NewState); err != nil {
		return nil, failed(err)
	}
	return &refreshed, resp.Diagnostics
}

var errNothingToImport = errors.New("the object to import doesn't exist")

// importObject does what an import block for the address says; nil without one.
func (w *walk) importObject(address string) (*Object, Diagnostics) {
	i := slices.IndexFunc(w.config.Imports, func(i Import) bool { return i.To == address })
	if i < 0 {
		return nil, nil
	}
	s, p := w.schemaOf(address), w.provider(address)
	resp, err := call(w.ctx, p, p.server.ImportResourceState, &tfprotov6.ImportResourceStateRequest{TypeName: s.typeName, ID: w.config.Imports[i].ID})
	if err != nil {
		return nil, failed(err)
	}
	diags := Diagnostics(resp.Diagnostics)
	if diags.Failed() || len(resp.ImportedResources) != 1 {
		return nil, append(diags, failed(errNothingToImport)...)
	}
	imported := resp.ImportedResources[0]
	value, err := s.decode(imported.State)
	if err != nil {
		return nil, append(diags, failed(err)...)
	}
	o, more := w.read(address, &Object{Value: value, Private: imported.Private, identity: imported.Identity})
	if diags = append(diags, more...); !diags.Failed() && o.Value.IsNull() {
		diags = append(diags, failed(errNothingToImport)...)
	}
	if diags.Failed() {
		return nil, diags
	}
	return o, diags
}
