// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// planChange is core's NodeAbstractResourceInstance.plan. In a plan, planned is nil.
// An apply plans again, against what state holds by then: for the create half of a
// replacement that is a null prior without private state, because the old object is
// deposed or destroyed already.
func (w *walk) planChange(r Resource, planned *Change, current *Object, createsFirst bool) (Change, Diagnostics) {
	s, p := w.schemaOf(r.Address), w.provider(r.Address)
	prior, tainted := s.null(), s.null()
	var private []byte
	var identity *tfprotov6.ResourceIdentityData
	switch {
	case current == nil:
	case current.Tainted: // is planned as if it weren't there
		tainted = current.Value
	default:
		prior, private, identity = current.Value, current.Private, current.identity
	}
	config := w.evaluate(s, r.Values)
	validation, err := call(w.ctx, p, p.server.ValidateResourceConfig, &tfprotov6.ValidateResourceConfigRequest{
		TypeName: s.typeName, Config: s.encode(config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		return Change{}, failed(err)
	}
	diags := Diagnostics(validation.Diagnostics)
	if diags.Failed() {
		return Change{}, diags
	}
	resp, after, more := w.askForPlan(r.Address, prior, config, private, identity)
	if diags = append(diags, more...); diags.Failed() {
		return Change{}, diags
	}
	if err := s.invalidPlan(prior, config, after); err != nil {
		return Change{}, append(diags, w.mistake(r.Address, "invalid plan", err)...)
	}
	now := Change{Address: r.Address, Before: prior, After: after, private: resp.PlannedPrivate, identity: resp.PlannedIdentity}
	replace := DeleteThenCreate
	if createsFirst {
		replace = CreateThenDelete
	}
	switch forced := planned == nil && slices.Contains(w.options.Replace, r.Address); {
	case prior.IsNull():
		now.Action = Create
	case forced || s.requiresReplace(prior, after, resp.RequiresReplace):
		now.Action = replace
	case prior.RawEquals(after):
		now.Action = NoOp
	default:
		now.Action = Update
	}
	if now.Action == replace {
		// Planned again as a create, with the private state of the first plan.
		// Terraform passes on only the errors of this one.
		resp, after, more := w.askForPlan(r.Address, s.null(), config, resp.PlannedPrivate, nil)
		if more.Failed() {
			return now, append(diags, more...)
		}
		now.After, now.private, now.identity = after, resp.PlannedPrivate, resp.PlannedIdentity
	}
	if now.Action == Create && !tainted.IsNull() {
		now.Action, now.Before = replace, tainted
	}
	if planned != nil && planned.Action.replaces() && now.Action == Create {
		now.Action, now.Before = planned.Action, planned.Before
	}
	return now, diags
}

func (w *walk) askForPlan(
	address string, prior, config cty.Value, private []byte, identity *tfprotov6.ResourceIdentityData,
) (*tfprotov6.PlanResourceChangeResponse, cty.Value, Diagnostics) {
	s, p := w.schemaOf(address), w.provider(address)
	proposed := s.null()
	if !config.IsNull() {
		proposed = s.proposedNew(prior, config)
	}
	resp, err := call(w.ctx, p, p.server.PlanResourceChange, &tfprotov6.PlanResourceChangeRequest{
		TypeName: s.typeName, PriorState: s.encode(prior), Config: s.encode(config),
		ProposedNewState: s.encode(proposed), PriorPrivate: private, PriorIdentity: identity,
	})
	if err != nil {
		return nil, cty.NilVal, failed(err)
	}
	after, err := s.decode(resp.PlannedState)
	if err != nil {
		return nil, after, append(resp.Diagnostics, failed(err)...)
	}
	return resp, after, resp.Diagnostics
}

// requiresReplace is core's getRequiredReplaces: a path asks for replacement only if
// its value changes.
func (s schema) requiresReplace(prior, after cty.Value, paths []*tftypes.AttributePath) bool {
	before, planned := members(prior), members(after)
	return slices.ContainsFunc(paths, func(path *tftypes.AttributePath) bool {
		name, _ := path.Steps()[0].(tftypes.AttributeName)
		return s.attributes[string(name)].WriteOnly || !before[string(name)].RawEquals(planned[string(name)])
	})
}

var errSomethingLeft = errors.New("a destroy that leaves something")

// planDestroy plans a destruction: the provider may refuse it, or set private state.
func (w *walk) planDestroy(address string, o *Object) (Change, Diagnostics) {
	s := w.schemaOf(address)
	resp, after, diags := w.askForPlan(address, o.Value, s.null(), o.Private, o.identity)
	if diags.Failed() {
		return Change{}, diags
	}
	if !after.IsNull() {
		return Change{}, append(diags, w.mistake(address, "invalid plan", errSomethingLeft)...)
	}
	return Change{
		Address: address, Action: Delete, Before: o.Value, After: s.null(), private: resp.PlannedPrivate, identity: resp.PlannedIdentity,
	}, diags
}
