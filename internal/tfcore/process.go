// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// process is a provider process.
type process struct {
	server   tfprotov6.ProviderServer
	dead     bool // killed: what it was doing is never answered
	orphaned bool // killed together with Terraform
}

// errPluginGone is what core is told by a provider that died.
var errPluginGone = errors.New("the plugin did not respond: its process exited")

// errHalted is why nothing begins after an interrupt.
var errHalted = errors.New("execution halted")

// call is one call over the plugin protocol.
func call[Q, R any](ctx context.Context, p *process, method func(context.Context, *Q) (*R, error), request *Q) (*R, error) {
	if p.dead {
		return nil, errPluginGone
	}
	answer, err := method(ctx, request)
	switch {
	case p.orphaned:
		panic(coreKilled{})
	case p.dead:
		return nil, errPluginGone
	}
	return answer, err
}

// Diagnostics are what a provider, or core itself, has to say.
type Diagnostics []*tfprotov6.Diagnostic

func failed(err error) Diagnostics {
	return Diagnostics{{Severity: tfprotov6.DiagnosticSeverityError, Summary: err.Error()}}
}

// Failed tells whether there is an error among them.
func (d Diagnostics) Failed() bool {
	for _, diagnostic := range d {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// String is all of them, a line each.
func (d Diagnostics) String() string {
	var all strings.Builder
	for _, diagnostic := range d {
		all.WriteString(strings.ReplaceAll(diagnostic.Severity.String()+": "+diagnostic.Summary+": "+diagnostic.Detail, "\n", " ") + "\n")
	}
	return all.String()
}

// builtin is the provider of the types that need none. Its process is Terraform's.
type builtin struct{ tfprotov6.ProviderServer }

// dataSchema is the schema of [Data] and [Store].
func dataSchema(typeName string) schema {
	return newSchema(typeName, &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		{Name: "id", Type: tftypes.String, Computed: true},
		{Name: dataArguments[typeName], Type: tftypes.Map{ElementType: tftypes.String}, Optional: true},
	}}})
}

// dataArguments are the arguments whose change replaces, or updates, the object.
var dataArguments = map[string]string{Data: "triggers_replace", Store: "trigger"}

func (builtin) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (builtin) UpgradeResourceState(_ context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	s := dataSchema(req.TypeName)
	value, err := ctyjson.Unmarshal(req.RawState.JSON, s.objectType)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: s.encode(value)}, err
}

func (builtin) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private}, nil
}

func (builtin) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp := &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState}
	s := dataSchema(req.TypeName)
	prior, err := s.decode(req.PriorState)
	if err != nil {
		return nil, err
	}
	if proposed, err := s.decode(req.ProposedNewState); prior.IsNull() && err == nil {
		all := members(proposed)
		all["id"] = cty.UnknownVal(cty.String)
		resp.PlannedState = s.encode(objectOf(s.objectType, all))
	}
	if req.TypeName == Data {
		resp.RequiresReplace = []*tftypes.AttributePath{tftypes.NewAttributePath().WithAttributeName(dataArguments[Data])}
	}
	return resp, nil
}

func (builtin) ApplyResourceChange(_ context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	s := dataSchema(req.TypeName)
	planned, err := s.decode(req.PlannedState)
	if err != nil || planned.IsNull() {
		return &tfprotov6.ApplyResourceChangeResponse{NewState: req.PlannedState}, err
	}
	config, err := s.decode(req.Config)
	all := members(config)
	all["id"] = cty.StringVal("built-in")
	return &tfprotov6.ApplyResourceChangeResponse{NewState: s.encode(objectOf(s.objectType, all))}, err
}
