// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// process is a provider process. Core starts one for every walk of its graph,
// so that plan and apply of one run never share what a provider remembers.
type process struct {
	server   tfprotov6.ProviderServer
	dead     bool // killed: what it was doing is never answered
	orphaned bool // killed together with Terraform
}

// errPluginGone is what core is told by a provider that died.
var errPluginGone = errors.New("Plugin did not respond: the plugin process exited")

// startProcess starts a provider and configures it.
func startProcess(ctx context.Context, wire *wire, config providerConfig) (*process, diagnostics) {
	p := &process{server: provider.NewServer(&provider.Provider{Version: "chaos", Transport: wire})}
	wire.process = p
	resp, err := call(ctx, p, p.server.ConfigureProvider, &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.4", Config: config.encode(),
	})
	if err != nil {
		return p, failed(err)
	}
	return p, resp.Diagnostics
}

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

// diagnostics are what a provider, or core itself, has to say.
type diagnostics []*tfprotov6.Diagnostic

func failed(err error) diagnostics {
	return diagnostics{{Severity: tfprotov6.DiagnosticSeverityError, Summary: err.Error()}}
}

func (d diagnostics) failed() bool {
	for _, diagnostic := range d {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// String is one line.
func (d diagnostics) String() string {
	var all []string
	for _, diagnostic := range d {
		all = append(all, say(diagnostic.Severity.String(), diagnostic.Summary, diagnostic.Detail))
	}
	return strings.Join(all, " | ")
}

// say puts a diagnostic into one line.
func say(severity, summary, detail string) string {
	return strings.ReplaceAll(strings.ToUpper(severity)+": "+summary+": "+detail, "\n", " ")
}

// providerConfig is the provider block.
type providerConfig struct {
	schema schema
	values map[string]tftypes.Value
}

func (c providerConfig) encode() *tfprotov6.DynamicValue {
	return c.schema.encode(c.schema.object(c.values))
}

// readSchemas is for all lives: schemas are the same in every process.
func readSchemas(ctx context.Context) (*tfprotov6.GetProviderSchemaResponse, error) {
	server := provider.NewServer(&provider.Provider{Version: "chaos"})
	return server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
}
