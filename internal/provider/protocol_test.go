// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// protocol speaks to the provider as Terraform does, without one: what a CLI
// older than 1.14 can't do is tested all the same.
type protocol struct {
	server     tfprotov6.ProviderServer
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema
}

// newProtocol is a provider that is configured for the org, or with no org one
// whose configuration isn't known yet.
func newProtocol(t testing.TB, org *acctest.Org) *protocol {
	t.Helper()
	return newProtocolOf(t, &provider.Provider{Version: "test"}, org)
}

// newProtocolOf is newProtocol of a provider that is not the usual one.
func newProtocolOf(t testing.TB, of *provider.Provider, org *acctest.Org) *protocol {
	t.Helper()
	p := &protocol{server: provider.NewServer(of)}
	var err error
	if p.schemas, err = p.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	identities, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	p.identities = identities.IdentitySchemas
	settings := map[string]any{"api_token": tftypes.UnknownValue}
	if org != nil {
		settings = map[string]any{"http_proxy": org.URL, "api_token": org.Token(), "min_wait_seconds": 0, "max_wait_seconds": 0}
	}
	resp, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(t, p.schemas.Provider.ValueType(), settings),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("the provider can't be configured: %v %s", err, said(resp.Diagnostics))
	}
	return p
}

func (p *protocol) schemaOf(kind string) tftypes.Type {
	return p.schemas.ResourceSchemas[kind].ValueType()
}

// dynamic is an object on the wire; attributes that are not given are null.
func dynamic(t testing.TB, schema tftypes.Type, given map[string]any) *tfprotov6.DynamicValue {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attribute := range schema.(tftypes.Object).AttributeTypes {
		values[name] = tftypes.NewValue(attribute, given[name])
	}
	value, err := tfprotov6.NewDynamicValue(schema, tftypes.NewValue(schema, values))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

// plain reads an object from the wire; null attributes are left out.
func plain(t testing.TB, schema tftypes.Type, wire *tfprotov6.DynamicValue) map[string]any {
	t.Helper()
	value, err := wire.Unmarshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]tftypes.Value
	if err := value.As(&members); err != nil {
		t.Fatal(err)
	}
	read := map[string]any{}
	for name, member := range members {
		if member.IsNull() {
			continue
		}
		switch {
		case member.Type().Is(tftypes.String):
			read[name] = as[string](t, member)
		case member.Type().Is(tftypes.Bool):
			read[name] = as[bool](t, member)
		case member.Type().Is(tftypes.Number):
			number := as[big.Float](t, member)
			read[name], _ = number.Int64()
		default:
			read[name] = member
		}
	}
	return read
}

func as[T any](t testing.TB, value tftypes.Value) (out T) {
	t.Helper()
	if err := value.As(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// said is everything that diagnostics tell.
func said(diagnostics []*tfprotov6.Diagnostic) (text string) {
	for _, d := range diagnostics {
		text += d.Severity.String() + ": " + d.Summary + "\n" + d.Detail + "\n"
	}
	return text
}

// data reads a data source, which must work.
func (p *protocol) data(t testing.TB, kind string, given map[string]any) map[string]any {
	t.Helper()
	found, diagnostics := p.readData(t, kind, given)
	mustSucceed(t, diagnostics)
	return found
}

// readData reads a data source, unless its configuration is wrong.
func (p *protocol) readData(t testing.TB, kind string, given map[string]any) (found map[string]any, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.schemas.DataSourceSchemas[kind].ValueType()
	config := dynamic(t, schema, given)
	valid, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: kind, Config: config})
	if err != nil || len(valid.Diagnostics) > 0 {
		return nil, valid.Diagnostics
	}
	read, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: kind, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return plain(t, schema, read.State), read.Diagnostics
}

// listed is one find of a query, or what a query says instead.
type listed struct {
	name     string
	identity map[string]any
	resource map[string]any
	said     string
}

// query is a list block and its options.
type query struct {
	object  string
	config  map[string]any
	include bool
	limit   int64
}

// list runs the query and hands over find by find; it stops when take does.
func (p *protocol) list(t testing.TB, q query, take func(listed) bool) {
	t.Helper()
	server := p.server.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // until plugin-go moves its methods
	config := dynamic(t, p.schemas.ListResourceSchemas[q.object].ValueType(), q.config)
	valid, err := server.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: q.object, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(valid.Diagnostics) > 0 {
		take(listed{said: said(valid.Diagnostics)})
		return
	}
	stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: q.object, Config: config, IncludeResource: q.include, Limit: q.limit,
	})
	if err != nil {
		t.Fatal(err)
	}
	for result := range stream.Results {
		found := listed{name: result.DisplayName, said: said(result.Diagnostics)}
		if result.Identity != nil && result.Identity.IdentityData != nil {
			found.identity = plain(t, p.identities[q.object].ValueType(), result.Identity.IdentityData)
		}
		if result.Resource != nil {
			found.resource = plain(t, p.schemas.ResourceSchemas[q.object].ValueType(), result.Resource)
		}
		if !take(found) {
			return
		}
	}
}

// listAll collects what the query finds.
func (p *protocol) listAll(t testing.TB, q query) (all []listed) {
	t.Helper()
	p.list(t, q, func(found listed) bool {
		all = append(all, found)
		return true
	})
	return all
}

// invoke runs the action and returns its progress and what it says at the end.
func (p *protocol) invoke(t testing.TB, object string, given map[string]any) (progress []string, end string) {
	t.Helper()
	server := p.server.(tfprotov6.ProviderServerWithActions) //nolint:staticcheck // until plugin-go moves its methods
	config := dynamic(t, p.schemas.ActionSchemas[object].Schema.ValueType(), given)
	valid, err := server.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: object, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(valid.Diagnostics) > 0 {
		return nil, said(valid.Diagnostics)
	}
	stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: object, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			end += said(event.Diagnostics)
		}
	}
	return progress, end
}

// open opens the ephemeral resource.
func (p *protocol) open(t testing.TB, object string, given map[string]any) map[string]any {
	t.Helper()
	schema := p.schemas.EphemeralResourceSchemas[object].ValueType()
	resp, err := p.server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: object, Config: dynamic(t, schema, given)})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("%s can't be opened: %v %s", object, err, said(resp.Diagnostics))
	}
	return plain(t, schema, resp.Result)
}

// call calls the function. What goes wrong is a *tfprotov6.FunctionError.
func (p *protocol) call(t testing.TB, name string, argument any) (result string, failed *tfprotov6.FunctionError) {
	t.Helper()
	definition := p.schemas.Functions[name]
	value, err := tfprotov6.NewDynamicValue(definition.Parameters[0].Type, tftypes.NewValue(definition.Parameters[0].Type, argument))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: []*tfprotov6.DynamicValue{&value}})
	if err != nil {
		t.Fatal(err)
	}
	if resp.Error != nil {
		return "", resp.Error
	}
	answer, err := resp.Result.Unmarshal(definition.Return.Type)
	if err != nil {
		t.Fatal(err)
	}
	return as[string](t, answer), nil
}
