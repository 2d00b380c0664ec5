// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// stubServer answers the two requests that write makes; any other panics.
type stubServer struct {
	tfprotov6.ProviderServer

	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
}

func (s stubServer) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return s.schemas, nil
}

func (s stubServer) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return s.identities, nil
}

func schemaOf(attributes ...*tfprotov6.SchemaAttribute) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
}

// TestWrite_EveryKindOfObject_IsPrintedAsTerraformDoes holds the keys and
// values that Terraform 1.15 prints for the same schema.
func TestWrite_EveryKindOfObject_IsPrintedAsTerraformDoes(t *testing.T) {
	server := stubServer{
		schemas: &tfprotov6.GetProviderSchemaResponse{
			Provider: schemaOf(&tfprotov6.SchemaAttribute{Name: "org_name", Type: tftypes.String, Optional: true}),
			ResourceSchemas: map[string]*tfprotov6.Schema{"x_thing": {
				Version: 2,
				Block: &tfprotov6.SchemaBlock{
					Description:     "A *thing*.",
					DescriptionKind: tfprotov6.StringKindMarkdown,
					Attributes: []*tfprotov6.SchemaAttribute{
						{Name: "labels", Type: tftypes.Map{ElementType: tftypes.String}, Optional: true, Computed: true},
						{Name: "value_wo", Type: tftypes.String, Required: true, Sensitive: true, WriteOnly: true},
						{Name: "keys", Computed: true, NestedType: &tfprotov6.SchemaObject{
							Nesting:    tfprotov6.SchemaObjectNestingModeList,
							Attributes: []*tfprotov6.SchemaAttribute{{Name: "kid", Type: tftypes.String, Computed: true, Deprecated: true}},
						}},
					},
					BlockTypes: []*tfprotov6.SchemaNestedBlock{{
						TypeName: "timeouts",
						Nesting:  tfprotov6.SchemaNestedBlockNestingModeSingle,
						Block:    &tfprotov6.SchemaBlock{},
					}},
				},
			}},
			DataSourceSchemas:        map[string]*tfprotov6.Schema{"x_data": schemaOf()},
			EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"x_ephemeral": schemaOf()},
			ListResourceSchemas:      map[string]*tfprotov6.Schema{"x_thing": schemaOf()},
			ActionSchemas:            map[string]*tfprotov6.ActionSchema{"x_act": {Schema: schemaOf()}},
			Functions: map[string]*tfprotov6.Function{"thumbprint": {
				Summary:           "s",
				Description:       "d",
				Parameters:        []*tfprotov6.FunctionParameter{{Name: "key", Type: tftypes.String, AllowNullValue: true}},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "more", Type: tftypes.DynamicPseudoType},
				Return:            &tfprotov6.FunctionReturn{Type: tftypes.Bool},
			}},
		},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"x_thing": {
				Version:            1,
				IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{{Name: "id", Type: tftypes.String, RequiredForImport: true}},
			}},
		},
	}
	const want = `{
		"format_version": "1.0",
		"provider_schemas": {"oktacreds": {
			"provider": {"version": 0, "block": {
				"attributes": {"org_name": {"type": "string", "description_kind": "plain", "optional": true}},
				"description_kind": "plain"
			}},
			"resource_schemas": {"x_thing": {"version": 2, "block": {
				"description": "A *thing*.",
				"description_kind": "markdown",
				"attributes": {
					"labels": {"type": ["map", "string"], "description_kind": "plain", "optional": true, "computed": true},
					"value_wo": {"type": "string", "description_kind": "plain", "required": true, "sensitive": true, "write_only": true},
					"keys": {"description_kind": "plain", "computed": true, "nested_type": {
						"nesting_mode": "list",
						"attributes": {"kid": {"type": "string", "description_kind": "plain", "computed": true, "deprecated": true}}
					}}
				},
				"block_types": {"timeouts": {"nesting_mode": "single", "block": {"description_kind": "plain"}}}
			}}},
			"data_source_schemas": {"x_data": {"version": 0, "block": {"description_kind": "plain"}}},
			"ephemeral_resource_schemas": {"x_ephemeral": {"version": 0, "block": {"description_kind": "plain"}}},
			"list_resource_schemas": {"x_thing": {"version": 0, "block": {"description_kind": "plain"}}},
			"action_schemas": {"x_act": {"block": {"description_kind": "plain"}}},
			"functions": {"thumbprint": {
				"summary": "s",
				"description": "d",
				"parameters": [{"name": "key", "type": "string", "is_nullable": true}],
				"variadic_parameter": {"name": "more", "type": "dynamic"},
				"return_type": "bool"
			}},
			"resource_identity_schemas": {"x_thing": {"version": 1, "attributes": {
				"id": {"type": "string", "required_for_import": true}
			}}}
		}}
	}`

	var out bytes.Buffer
	if err := write(t.Context(), &out, server); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, want), decode(t, out.String())); diff != "" {
		t.Errorf("schema differs (-want +got):\n%s", diff)
	}
}

func TestWrite_ProviderReportsAnError_IsReturned(t *testing.T) {
	server := stubServer{
		schemas: &tfprotov6.GetProviderSchemaResponse{},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			Diagnostics: []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "broken", Detail: "schema"}},
		},
	}
	err := write(t.Context(), &bytes.Buffer{}, server)
	if err == nil || !strings.Contains(err.Error(), "broken: schema") {
		t.Errorf("err = %v, want the provider's own words", err)
	}
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
