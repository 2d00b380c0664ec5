// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The types below are the output of `terraform providers schema -json`:
// https://developer.hashicorp.com/terraform/cli/commands/providers/schema.
// Terraform leaves out what is empty, so every field that may be says omitempty.

type providerSchemas struct {
	FormatVersion string                    `json:"format_version"`
	Schemas       map[string]providerSchema `json:"provider_schemas"`
}

type providerSchema struct {
	Provider           *objectSchema             `json:"provider"`
	Resources          map[string]objectSchema   `json:"resource_schemas,omitempty"`
	DataSources        map[string]objectSchema   `json:"data_source_schemas,omitempty"`
	EphemeralResources map[string]objectSchema   `json:"ephemeral_resource_schemas,omitempty"`
	ListResources      map[string]objectSchema   `json:"list_resource_schemas,omitempty"`
	Actions            map[string]actionSchema   `json:"action_schemas,omitempty"`
	Functions          map[string]function       `json:"functions,omitempty"`
	Identities         map[string]identitySchema `json:"resource_identity_schemas,omitempty"`
}

type objectSchema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type actionSchema struct {
	Block block `json:"block"`
}

type block struct {
	Attributes      map[string]attribute   `json:"attributes,omitempty"`
	BlockTypes      map[string]nestedBlock `json:"block_types,omitempty"`
	Description     string                 `json:"description,omitempty"`
	DescriptionKind string                 `json:"description_kind"`
	Deprecated      bool                   `json:"deprecated,omitempty"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       block  `json:"block"`
	MinItems    int64  `json:"min_items,omitempty"`
	MaxItems    int64  `json:"max_items,omitempty"`
}

type attribute struct {
	Type            tftypes.Type `json:"type,omitempty"`
	NestedType      *nestedType  `json:"nested_type,omitempty"`
	Description     string       `json:"description,omitempty"`
	DescriptionKind string       `json:"description_kind"`
	Deprecated      bool         `json:"deprecated,omitempty"`
	Required        bool         `json:"required,omitempty"`
	Optional        bool         `json:"optional,omitempty"`
	Computed        bool         `json:"computed,omitempty"`
	Sensitive       bool         `json:"sensitive,omitempty"`
	WriteOnly       bool         `json:"write_only,omitempty"`
}

type nestedType struct {
	Attributes  map[string]attribute `json:"attributes"`
	NestingMode string               `json:"nesting_mode"`
}

type function struct {
	Description        string       `json:"description,omitempty"`
	Summary            string       `json:"summary,omitempty"`
	DeprecationMessage string       `json:"deprecation_message,omitempty"`
	ReturnType         tftypes.Type `json:"return_type"`
	Parameters         []parameter  `json:"parameters,omitempty"`
	VariadicParameter  *parameter   `json:"variadic_parameter,omitempty"`
}

type parameter struct {
	Name        string       `json:"name,omitempty"`
	Description string       `json:"description,omitempty"`
	IsNullable  bool         `json:"is_nullable,omitempty"`
	Type        tftypes.Type `json:"type"`
}

type identitySchema struct {
	Version    int64                        `json:"version"`
	Attributes map[string]identityAttribute `json:"attributes,omitempty"`
}

type identityAttribute struct {
	Type              tftypes.Type `json:"type"`
	Description       string       `json:"description,omitempty"`
	RequiredForImport bool         `json:"required_for_import,omitempty"`
	OptionalForImport bool         `json:"optional_for_import,omitempty"`
}

// newProviderSchema turns what the provider says over the plugin protocol into
// what Terraform prints of it.
func newProviderSchema(schemas *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) providerSchema {
	provider := newObjectSchema(schemas.Provider)
	return providerSchema{
		Provider:           &provider,
		Resources:          mapValues(schemas.ResourceSchemas, newObjectSchema),
		DataSources:        mapValues(schemas.DataSourceSchemas, newObjectSchema),
		EphemeralResources: mapValues(schemas.EphemeralResourceSchemas, newObjectSchema),
		ListResources:      mapValues(schemas.ListResourceSchemas, newObjectSchema),
		Actions: mapValues(schemas.ActionSchemas, func(s *tfprotov6.ActionSchema) actionSchema {
			return actionSchema{Block: newBlock(s.Schema.Block)}
		}),
		Functions:  mapValues(schemas.Functions, newFunction),
		Identities: mapValues(identities.IdentitySchemas, newIdentitySchema),
	}
}

func newObjectSchema(s *tfprotov6.Schema) objectSchema {
	return objectSchema{Version: s.Version, Block: newBlock(s.Block)}
}

func newBlock(b *tfprotov6.SchemaBlock) block {
	nested := make(map[string]nestedBlock, len(b.BlockTypes))
	for _, n := range b.BlockTypes {
		nested[n.TypeName] = nestedBlock{
			NestingMode: strings.ToLower(n.Nesting.String()),
			Block:       newBlock(n.Block),
			MinItems:    n.MinItems,
			MaxItems:    n.MaxItems,
		}
	}
	return block{
		Attributes:      newAttributes(b.Attributes),
		BlockTypes:      nested,
		Description:     b.Description,
		DescriptionKind: strings.ToLower(b.DescriptionKind.String()),
		Deprecated:      b.Deprecated,
	}
}

func newAttributes(list []*tfprotov6.SchemaAttribute) map[string]attribute {
	attributes := make(map[string]attribute, len(list))
	for _, a := range list {
		attributes[a.Name] = attribute{
			Type:            a.Type,
			NestedType:      newNestedType(a.NestedType),
			Description:     a.Description,
			DescriptionKind: strings.ToLower(a.DescriptionKind.String()),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
	}
	return attributes
}

func newNestedType(o *tfprotov6.SchemaObject) *nestedType {
	if o == nil {
		return nil
	}
	return &nestedType{Attributes: newAttributes(o.Attributes), NestingMode: strings.ToLower(o.Nesting.String())}
}

func newFunction(f *tfprotov6.Function) function {
	out := function{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		ReturnType:         f.Return.Type,
	}
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, newParameter(p))
	}
	if f.VariadicParameter != nil {
		variadic := newParameter(f.VariadicParameter)
		out.VariadicParameter = &variadic
	}
	return out
}

func newParameter(p *tfprotov6.FunctionParameter) parameter {
	return parameter{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue, Type: p.Type}
}

func newIdentitySchema(s *tfprotov6.ResourceIdentitySchema) identitySchema {
	attributes := make(map[string]identityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		attributes[a.Name] = identityAttribute{
			Type:              a.Type,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return identitySchema{Version: s.Version, Attributes: attributes}
}

func mapValues[In, Out any](in map[string]In, convert func(In) Out) map[string]Out {
	out := make(map[string]Out, len(in))
	for name, value := range in {
		out[name] = convert(value)
	}
	return out
}
