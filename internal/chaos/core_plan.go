// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// action is what is planned for the current object.
type action string

const (
	noOp    action = "no-op"
	create  action = "create"
	update  action = "update"
	replace action = "create before destroy"
)

// change is core's ResourceInstanceChange.
type change struct {
	action        action
	before, after tftypes.Value
	private       []byte
	identity      *tfprotov6.ResourceIdentityData
}

// plan is what a plan walk leaves: the refreshed state, and what is to be done.
type plan struct {
	change   change
	state    state
	delivers bool // the dependent object is to be updated
	diags    diagnostics
}

// empty is what `terraform plan -detailed-exitcode` calls 0.
func (p plan) empty() bool {
	return p.change.action == noOp && len(p.state.deposed) == 0 && !p.delivers
}

func (p plan) String() string {
	return fmt.Sprintf("%s, %d to destroy, delivers %t. %s", p.change.action, len(p.state.deposed), p.delivers, p.diags)
}

// plan is the plan walk. Every object of the state has its own node of the graph:
// core refreshes and plans each without waiting for the others.
func (t *terraform) plan() plan {
	p := plan{state: t.state.clone()}
	process, diags := t.start()
	if p.diags = diags; diags.failed() {
		return p
	}
	step := func(do func() diagnostics) func() bool {
		return func() bool {
			diags := do()
			p.diags = append(p.diags, diags...)
			return !diags.failed()
		}
	}
	nodes := [][]func() bool{{
		step(func() diagnostics { return t.refreshCurrent(process, &p.state) }),
		step(func() (diags diagnostics) {
			p.change, diags = t.planChange(process, change{}, p.state.current)
			return diags
		}),
		step(func() diagnostics { return t.planSink(process, &p) }),
	}}
	for _, deposed := range p.state.deposed {
		// NodePlanDeposedResourceInstanceObject: refresh, then plan to destroy.
		nodes = append(nodes, []func() bool{
			step(func() (diags diagnostics) {
				refreshed, diags := t.refresh(process, deposed)
				if !diags.failed() {
					p.state.replace(deposed, refreshed)
					deposed = refreshed
				}
				return diags
			}),
			step(func() diagnostics {
				if deposed == nil {
					return nil
				}
				_, diags := t.planDestroy(process, deposed)
				return diags
			}),
		})
	}
	for len(nodes) > 0 {
		i := t.random.IntN(len(nodes))
		ok := nodes[i][0]()
		nodes[i] = nodes[i][1:]
		if !ok || len(nodes[i]) == 0 {
			nodes = slices.Delete(nodes, i, i+1)
		}
	}
	return p
}

func (t *terraform) refreshCurrent(process *process, s *state) (diags diagnostics) {
	if s.current != nil {
		refreshed, more := t.refresh(process, s.current)
		if diags = more; !diags.failed() {
			s.current = refreshed
		}
	}
	return diags
}

// load is readResourceInstanceState: what the state file holds goes through the
// provider before anything is done with it.
func (t *terraform) load(process *process, o *object) (*object, diagnostics) {
	resp, err := call(t.ctx, process, process.server.UpgradeResourceState, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: t.schema.typeName, RawState: &tfprotov6.RawState{JSON: stateJSON(o.value)},
	})
	if err != nil {
		return nil, failed(err)
	}
	loaded := *o
	if loaded.value, err = t.schema.decode(resp.UpgradedState); err != nil {
		return nil, failed(err)
	}
	return &loaded, resp.Diagnostics
}

// refresh reads an object anew; nil if it is gone.
func (t *terraform) refresh(process *process, o *object) (*object, diagnostics) {
	o, diags := t.load(process, o)
	if diags.failed() {
		return nil, diags
	}
	resp, err := call(t.ctx, process, process.server.ReadResource, &tfprotov6.ReadResourceRequest{
		TypeName: t.schema.typeName, CurrentState: t.schema.encode(o.value), Private: o.private, CurrentIdentity: o.identity,
	})
	if err != nil {
		return nil, failed(err)
	}
	refreshed := object{private: resp.Private, identity: resp.NewIdentity, tainted: o.tainted}
	if refreshed.value, err = t.schema.decode(resp.NewState); err != nil {
		return nil, failed(err)
	}
	if refreshed.value.IsNull() {
		return nil, resp.Diagnostics
	}
	return &refreshed, resp.Diagnostics
}

// planChange is NodeAbstractResourceInstance.plan. In the plan walk, planned is
// empty. In the apply walk core plans again, against what state holds by then:
// for the create of a replacement that is a null prior without private state,
// because the object before is deposed already.
func (t *terraform) planChange(process *process, planned change, current *object) (change, diagnostics) {
	prior, tainted, now := t.schema.null(), t.schema.null(), change{}
	var private []byte
	var identity *tfprotov6.ResourceIdentityData
	switch {
	case current == nil:
	case current.tainted: // is planned as if it weren't there
		tainted = current.value
	default:
		prior, private, identity = current.value, current.private, current.identity
	}
	config := t.configuration()
	validation, err := call(t.ctx, process, process.server.ValidateResourceConfig, &tfprotov6.ValidateResourceConfigRequest{
		TypeName: t.schema.typeName, Config: t.schema.encode(config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		return now, failed(err)
	}
	diags := diagnostics(validation.Diagnostics)
	if diags.failed() {
		return now, diags
	}
	resp, after, more := t.askForPlan(process, prior, config, private, identity)
	if diags = append(diags, more...); diags.failed() {
		return now, diags
	}
	if err := t.schema.invalidPlan(prior, config, after); err != nil {
		return now, append(diags, failed(err)...)
	}
	now = change{before: prior, after: after, private: resp.PlannedPrivate, identity: resp.PlannedIdentity}
	now.action = t.actionFor(prior, after, resp.RequiresReplace)
	if now.action == replace {
		// Planned once more as a create, with the private state of the plan
		// before. Of what is said to this, core passes on errors alone.
		resp, after, more := t.askForPlan(process, t.schema.null(), config, resp.PlannedPrivate, nil)
		if more.failed() {
			return now, append(diags, more...)
		}
		now.after, now.private, now.identity = after, resp.PlannedPrivate, resp.PlannedIdentity
	}
	if now.action == create && !tainted.IsNull() {
		now.action, now.before = replace, tainted
	}
	if planned.action == replace && now.action == create {
		now.action, now.before = planned.action, planned.before
	}
	return now, diags
}

func (t *terraform) askForPlan(
	process *process, prior, config tftypes.Value, private []byte, identity *tfprotov6.ResourceIdentityData,
) (*tfprotov6.PlanResourceChangeResponse, tftypes.Value, diagnostics) {
	resp, err := call(t.ctx, process, process.server.PlanResourceChange, &tfprotov6.PlanResourceChangeRequest{
		TypeName: t.schema.typeName, PriorState: t.schema.encode(prior), Config: t.schema.encode(config),
		ProposedNewState: t.schema.encode(t.schema.proposedNew(prior, config)), PriorPrivate: private, PriorIdentity: identity,
	})
	if err != nil {
		return nil, tftypes.Value{}, failed(err)
	}
	after, err := t.schema.decode(resp.PlannedState)
	if err != nil {
		return nil, after, append(resp.Diagnostics, failed(err)...)
	}
	return resp, after, resp.Diagnostics
}

// actionFor is getAction and getRequiredReplaces: a path asks for replacement
// only if its value changes.
func (t *terraform) actionFor(prior, after tftypes.Value, paths []*tftypes.AttributePath) action {
	switch {
	case prior.IsNull():
		return create
	case prior.Equal(after):
		return noOp
	}
	before, planned := members(prior), members(after)
	for _, path := range paths {
		name, _ := path.Steps()[0].(tftypes.AttributeName)
		if !before[string(name)].Equal(planned[string(name)]) {
			return replace
		}
	}
	return update
}

// planDestroy asks the provider even for a destruction: it said it wants to be.
func (t *terraform) planDestroy(process *process, o *object) (change, diagnostics) {
	null := t.schema.null()
	resp, err := call(t.ctx, process, process.server.PlanResourceChange, &tfprotov6.PlanResourceChangeRequest{
		TypeName: t.schema.typeName, PriorState: t.schema.encode(o.value), Config: t.schema.encode(null),
		ProposedNewState: t.schema.encode(null), PriorPrivate: o.private, PriorIdentity: o.identity,
	})
	if err != nil {
		return change{}, failed(err)
	}
	if after, err := t.schema.decode(resp.PlannedState); err != nil || !after.IsNull() {
		return change{}, append(resp.Diagnostics, failed(fmt.Errorf("Provider produced invalid plan: a destruction that leaves something: %w", err))...)
	}
	return change{before: o.value, after: null, private: resp.PlannedPrivate, identity: resp.PlannedIdentity}, resp.Diagnostics
}

// planSink plans the dependent object: it is updated when what triggers it is
// another, or not known yet. An ephemeral resource in its configuration is opened
// in plan, too, where its own configuration is known.
func (t *terraform) planSink(process *process, p *plan) diagnostics {
	trigger := t.subject.trigger(p.change.after)
	p.delivers = trigger == "" || trigger != p.state.sink
	if trigger == "" || !p.delivers {
		return nil
	}
	_, diags := t.subject.credential(t, process, p.change.after)
	return diags
}
