// SPDX-License-Identifier: MPL-2.0

// Command idle is a provider with the schema of ours that does nothing: what
// a plan asks about a resource, it answers at once that all is as it was. What
// Terraform takes with it is what any provider in a process of its own costs.
package main

import (
	"context"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

func main() {
	// As sparing as ours: see the provider's main.go.
	debug.SetGCPercent(300)
	if err := os.Setenv("TF_LOG_SDK", "WARN"); err != nil {
		log.Fatal(err)
	}
	server := &idle{ProviderServer: provider.NewServer(&provider.Provider{Version: "idle"}), types: map[string]tftypes.Type{}}
	schemas, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		log.Fatal(err)
	}
	for name, schema := range schemas.ResourceSchemas {
		server.types[name] = schema.ValueType()
	}
	err = tf6server.Serve("registry.terraform.io/oktacreds/oktacreds", func() tfprotov6.ProviderServer { return server })
	if err != nil {
		log.Fatal(err)
	}
}

type idle struct {
	tfprotov6.ProviderServer

	types map[string]tftypes.Type // of the resources, by name
}

// ValidateResourceConfig finds everything right.
func (*idle) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

// UpgradeResourceState reads JSON and writes MessagePack, which no one can spare
// Terraform.
func (i *idle) UpgradeResourceState(_ context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	value, err := req.RawState.Unmarshal(i.types[req.TypeName])
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(i.types[req.TypeName], value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

// ReadResource finds everything as it was.
func (*idle) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, NewIdentity: req.CurrentIdentity, Private: req.Private}, nil
}

// PlanResourceChange changes nothing.
func (*idle) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.PriorState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: req.PriorIdentity}, nil
}
