// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// oktacreds is the address of the provider itself, without its registry.
const oktacreds = "oktacreds/oktacreds"

// schemaServer is a provider that has a schema and nothing else. A CLI that does more
// than validate with it crashes this program.
type schemaServer struct {
	tfprotov6.ProviderServer

	provider otherProvider
}

func (s schemaServer) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{}, nil
}

func (s schemaServer) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	schemas := func(objects map[string]fields) map[string]*tfprotov6.Schema {
		all := map[string]*tfprotov6.Schema{}
		for name, object := range objects {
			all[name] = object.schema()
		}
		return all
	}
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:                 s.provider.configuration.schema(),
		ResourceSchemas:          schemas(s.provider.resources),
		DataSourceSchemas:        schemas(s.provider.dataSources),
		EphemeralResourceSchemas: schemas(s.provider.ephemerals),
	}, nil
}

func (s schemaServer) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s schemaServer) ValidateProviderConfig(_ context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: req.Config}, nil
}

func (s schemaServer) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s schemaServer) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (s schemaServer) ValidateEphemeralResourceConfig(context.Context, *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return &tfprotov6.ValidateEphemeralResourceConfigResponse{}, nil
}

func (s schemaServer) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

// serve serves this provider and the others until stop is called, and returns the environment
// variable by which a CLI finds them.
func serve() (variable string, stop func(), err error) {
	// Without these, the framework logs every step of every call on standard error.
	if err := errors.Join(os.Setenv("TF_LOG_SDK", "OFF"), os.Setenv("TF_LOG_PROVIDER_OKTACREDS", "OFF")); err != nil {
		return "", nil, err
	}
	providers := map[string]tfprotov6.ProviderServer{oktacreds: provider.NewServer(&provider.Provider{Version: "docscheck"})}
	for _, other := range others {
		providers[other.source] = schemaServer{provider: other}
	}
	return terraformcli.Reattach(providers, tf6server.WithGoPluginLogger(hclog.NewNullLogger()))
}
