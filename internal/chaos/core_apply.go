// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// apply is the apply walk. The order is the graph's: the current object, what
// depends on it, and last the objects that are to be destroyed. For these, the
// CBDEdgeTransformer turns the edges of their own resource and of everything that
// depends on it around; so none is destroyed when one of those has failed.
func (t *terraform) apply(planned plan) diagnostics {
	working := planned.state.clone()
	process, diags := t.start()
	if diags.failed() {
		return diags
	}
	if planned.delivers && t.replacesSink {
		working.sink = "" // it is destroyed before anything else is done
		t.persist(working)
	}
	diags = append(diags, t.applyCurrent(process, planned.change, &working)...)
	if !diags.failed() {
		diags = append(diags, t.applySink(process, &working)...)
	}
	if !diags.failed() {
		doomed := working.clone().deposed
		t.random.Shuffle(len(doomed), func(i, j int) { doomed[i], doomed[j] = doomed[j], doomed[i] })
		for _, deposed := range doomed {
			diags = append(diags, t.destroy(process, deposed, &working)...)
		}
	}
	t.state = working // also after errors, and when interrupted
	return diags
}

// applyCurrent is NodeApplyableResourceInstance.managedResourceExecute.
func (t *terraform) applyCurrent(process *process, planned change, working *state) diagnostics {
	if planned.action == noOp {
		return nil
	}
	var deposed *object
	if planned.action == replace {
		deposed = working.depose()
	}
	var current *object
	if working.current != nil {
		loaded, diags := t.load(process, working.current)
		if diags.failed() {
			return diags
		}
		current = loaded
	}
	// Planned again. Whoever returns before the apply leaves a deposed object
	// deposed, and nothing in its place: only a failed apply restores it.
	now, diags := t.planChange(process, planned, current)
	if diags.failed() {
		return diags
	}
	if err := t.checkPlanned(planned, now); err != nil {
		return append(diags, failed(err)...)
	}
	if t.stopped {
		return append(diags, failed(errHalted)...) // preApplyHook
	}
	if now.action == noOp {
		return diags
	}
	if now.action == replace { // reducePlan: the destruction has a node of its own
		now.action, now.before = create, t.schema.null()
	}
	became, more := t.applyChange(process, now, current)
	diags = append(diags, more...)
	if became != nil && diags.failed() && now.action == create {
		became.tainted = true // maybeTainted
	}
	working.current = became
	if deposed != nil && diags.failed() {
		working.restore(deposed)
	}
	t.persist(*working)
	return diags
}

// checkPlanned is checkPlannedChange.
func (t *terraform) checkPlanned(planned, now change) error {
	if planned.action != now.action && (planned.action != update || now.action != noOp) {
		return fmt.Errorf("Provider produced inconsistent final plan: %s was planned, now it is %s", planned.action, now.action)
	}
	if err := t.schema.incompatible(planned.after, now.after); err != nil {
		return fmt.Errorf("Provider produced inconsistent final plan: %w", err)
	}
	return nil
}

// applyChange is NodeAbstractResourceInstance.apply: it returns what to keep in
// state, which is never nothing while something may be there.
func (t *terraform) applyChange(process *process, planned change, before *object) (*object, diagnostics) {
	config := t.configuration()
	destroys := planned.after.IsNull()
	if destroys {
		config = t.schema.null()
	}
	resp, err := call(t.ctx, process, process.server.ApplyResourceChange, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: t.schema.typeName, PriorState: t.schema.encode(planned.before), PlannedState: t.schema.encode(planned.after),
		Config: t.schema.encode(config), PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	})
	switch {
	case err != nil && (before == nil || destroys):
		return before, failed(err)
	case err != nil: // "we'll just use the prior state", but not its private state
		return &object{value: before.value, identity: before.identity, tainted: before.tainted}, failed(err)
	}
	diags := diagnostics(resp.Diagnostics)
	after, err := t.schema.decode(resp.NewState)
	if err == nil && !after.IsNull() && !after.IsFullyKnown() {
		err = errors.New("unknown values")
	}
	if err != nil {
		return nil, append(diags, failed(fmt.Errorf("Provider returned invalid result object after apply: %w", err))...)
	}
	if !diags.failed() {
		if err := t.schema.incompatible(planned.after, after); err != nil {
			diags = append(diags, failed(fmt.Errorf("Provider produced inconsistent result after apply: %w", err))...)
		}
	}
	switch {
	case after.IsNull() && diags.failed():
		return before, diags
	case after.IsNull():
		return nil, diags
	}
	became := &object{value: after, private: resp.Private, identity: resp.NewIdentity}
	if diags.failed() && before != nil {
		became.tainted = before.tainted
	}
	return became, diags
}

// applySink updates the dependent object, if what triggers it is another.
func (t *terraform) applySink(process *process, working *state) diagnostics {
	trigger := t.subject.trigger(working.current.value)
	if trigger == working.sink {
		return nil
	}
	credential, diags := t.subject.credential(t, process, working.current.value)
	if diags.failed() {
		return diags
	}
	if t.stopped {
		return append(diags, failed(errHalted)...)
	}
	if t.trouble.sink != sinkFails {
		t.deliver(credential)
	}
	if t.trouble.sink != sinkWorks {
		return append(diags, failed(errSink)...)
	}
	working.sink = trigger
	t.persist(*working)
	return diags
}

var errSink = errors.New("the dependent object could not be updated")

// destroy is NodeDestroyDeposedResourceInstanceObject.
func (t *terraform) destroy(process *process, deposed *object, working *state) diagnostics {
	loaded, diags := t.load(process, deposed)
	if diags.failed() {
		return diags
	}
	planned, more := t.planDestroy(process, loaded)
	if diags = append(diags, more...); diags.failed() {
		return diags
	}
	if t.stopped {
		return append(diags, failed(errHalted)...)
	}
	became, more := t.applyChange(process, planned, loaded)
	diags = append(diags, more...)
	working.replace(deposed, became)
	if !diags.failed() {
		t.persist(*working)
	}
	return diags
}

// open reads an ephemeral resource.
func (t *terraform) open(process *process, s schema, config map[string]tftypes.Value) (tftypes.Value, diagnostics) {
	resp, err := call(t.ctx, process, process.server.OpenEphemeralResource, &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: s.typeName, Config: s.encode(s.object(config)),
		ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{},
	})
	if err != nil {
		return tftypes.Value{}, failed(err)
	}
	result, err := s.decode(resp.Result)
	if err != nil {
		return result, append(resp.Diagnostics, failed(err)...)
	}
	return result, resp.Diagnostics
}
