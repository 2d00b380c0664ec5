// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// node is a node of a graph: steps that follow each other, after those of others.
type node struct {
	address string
	steps   []func() Diagnostics
	after   []*node
	failed  bool
}

// walk is one walk of a graph, with a provider process of its own.
type walk struct {
	*Core

	ctx     context.Context //nolint:containedctx // of the walk, in which everything happens
	config  Config
	options Options
	process *process
	state   *State // refreshed by a plan, worked on by an apply
	// planned are what the objects of a plan become, opened the ephemeral resources.
	planned, opened map[string]cty.Value
	diags           Diagnostics
}

// visit takes the steps of all nodes, one at a time. A node whose predecessor has
// failed is left out.
func (w *walk) visit(nodes []*node, random *rand.Rand) {
	for {
		var ready []int
		nodes = slices.DeleteFunc(nodes, func(n *node) bool {
			n.failed = n.failed || slices.ContainsFunc(n.after, func(before *node) bool { return before.failed })
			return n.failed || len(n.steps) == 0
		})
		for i, n := range nodes {
			if !slices.ContainsFunc(n.after, func(before *node) bool { return len(before.steps) > 0 }) {
				ready = append(ready, i)
			}
		}
		if len(ready) == 0 {
			return
		}
		chosen := nodes[ready[0]]
		if random != nil {
			chosen = nodes[ready[random.IntN(len(ready))]]
		}
		diags := chosen.steps[0]()
		w.diags = append(w.diags, diags...)
		chosen.failed, chosen.steps = diags.Failed(), chosen.steps[1:]
	}
}

// start starts and configures the provider.
func (w *walk) start() {
	w.process = &process{server: w.Start()}
	w.Core.process = w.process
	s := w.schemas[""]
	config := s.encode(w.evaluate(s, w.config.Provider))
	validated, err := call(w.ctx, w.process, w.process.server.ValidateProviderConfig, &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		w.diags = append(w.diags, failed(err)...)
		return
	}
	if w.diags = append(w.diags, validated.Diagnostics...); w.diags.Failed() {
		return
	}
	configured, err := call(w.ctx, w.process, w.process.server.ConfigureProvider, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: config})
	if err != nil {
		w.diags = append(w.diags, failed(err)...)
		return
	}
	w.diags = append(w.diags, configured.Diagnostics...)
}

// provider is the process that a type's calls go to.
func (w *walk) provider(address string) *process {
	if _, ok := dataArguments[typeOf(address)]; ok {
		return &process{server: builtin{}}
	}
	return w.process
}

func (w *walk) schemaOf(address string) schema { return w.schemas[typeOf(address)] }

// evaluate makes an object of a block.
func (w *walk) evaluate(s schema, block map[string]any) cty.Value {
	return evaluate(s.objectType, block, w.resolve)
}

// resolve is the value of a reference; unknown until there is one.
func (w *walk) resolve(r Ref) cty.Value {
	object, ok := w.opened[r.Address]
	if !ok {
		object, ok = w.planned[r.Address]
	}
	if current := w.state.Current(r.Address); !ok && current != nil {
		object, ok = current.Value, true
	}
	if value, there := members(object)[r.Attribute]; ok && there {
		return value
	}
	return cty.DynamicVal
}

// open opens an ephemeral resource once in a walk, if its configuration is known.
func (w *walk) open(e Ephemeral) Diagnostics {
	s := w.schemas["ephemeral."+typeOf(e.Address)]
	config := w.evaluate(s, e.Values)
	if _, opened := w.opened["ephemeral."+e.Address]; opened || !config.IsWhollyKnown() {
		return nil
	}
	resp, err := call(w.ctx, w.process, w.process.server.OpenEphemeralResource, &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: s.typeName, Config: s.encode(config), ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{},
	})
	if err != nil {
		return failed(err)
	}
	result, err := s.decode(resp.Result)
	if err != nil {
		return append(resp.Diagnostics, failed(err)...)
	}
	w.opened["ephemeral."+e.Address] = result
	return resp.Diagnostics
}

// load is core's readResourceInstanceState: what the state file holds goes through
// the provider before anything is done with it.
func (w *walk) load(address string, o *Object) (*Object, Diagnostics) {
	s, p := w.schemaOf(address), w.provider(address)
	resp, err := call(w.ctx, p, p.server.UpgradeResourceState, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: s.typeName, RawState: &tfprotov6.RawState{JSON: stateJSON(o.Value)},
	})
	if err != nil {
		return nil, failed(err)
	}
	loaded := *o
	if loaded.Value, err = s.decode(resp.UpgradedState); err != nil {
		return nil, failed(err)
	}
	return &loaded, resp.Diagnostics
}
