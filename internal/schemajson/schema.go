// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// newProviderSchema turns what the provider says over the plugin protocol into
// what Terraform prints.
func newProviderSchema(schemas *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) *tfjson.ProviderSchema {
	return &tfjson.ProviderSchema{
		ConfigSchema:             newSchema(schemas.Provider),
		ResourceSchemas:          mapValues(schemas.ResourceSchemas, newSchema),
		DataSourceSchemas:        mapValues(schemas.DataSourceSchemas, newSchema),
		EphemeralResourceSchemas: mapValues(schemas.EphemeralResourceSchemas, newSchema),
		ListResourceSchemas:      mapValues(schemas.ListResourceSchemas, newSchema),
		ActionSchemas: mapValues(schemas.ActionSchemas, func(s *tfprotov6.ActionSchema) *tfjson.ActionSchema {
			return &tfjson.ActionSchema{Block: newBlock(s.Schema.Block)}
		}),
		Functions:               mapValues(schemas.Functions, newFunction),
		ResourceIdentitySchemas: mapValues(identities.IdentitySchemas, newIdentity),
	}
}

func newSchema(s *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Version: uint64(s.Version), Block: newBlock(s.Block)} //nolint:gosec // versions count from 0
}

func newBlock(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	nested := map[string]*tfjson.SchemaBlockType{}
	for _, n := range b.BlockTypes {
		nested[n.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: tfjson.SchemaNestingMode(strings.ToLower(n.Nesting.String())), Block: newBlock(n.Block),
			MinItems: uint64(n.MinItems), MaxItems: uint64(n.MaxItems), //nolint:gosec // never negative
		}
	}
	return &tfjson.SchemaBlock{
		Attributes: newAttributes(b.Attributes), NestedBlocks: nested,
		Description: b.Description, DescriptionKind: kindOf(b.DescriptionKind), Deprecated: b.Deprecated,
	}
}

func newAttributes(list []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	attributes := map[string]*tfjson.SchemaAttribute{}
	for _, a := range list {
		attribute := &tfjson.SchemaAttribute{
			Description: a.Description, DescriptionKind: kindOf(a.DescriptionKind), Deprecated: a.Deprecated,
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes: newAttributes(a.NestedType.Attributes), NestingMode: tfjson.SchemaNestingMode(strings.ToLower(a.NestedType.Nesting.String())),
			}
		} else {
			setType(&attribute.AttributeType, a.Type)
		}
		attributes[a.Name] = attribute
	}
	return attributes
}

func newFunction(f *tfprotov6.Function) *tfjson.FunctionSignature {
	signature := &tfjson.FunctionSignature{Description: f.Description, Summary: f.Summary, DeprecationMessage: f.DeprecationMessage}
	setType(&signature.ReturnType, f.Return.Type)
	for _, p := range f.Parameters {
		signature.Parameters = append(signature.Parameters, newParameter(p))
	}
	if f.VariadicParameter != nil {
		signature.VariadicParameter = newParameter(f.VariadicParameter)
	}
	return signature
}

func newParameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	parameter := &tfjson.FunctionParameter{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue}
	setType(&parameter.Type, p.Type)
	return parameter
}

func newIdentity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	identity := &tfjson.IdentitySchema{Version: uint64(s.Version), Attributes: map[string]*tfjson.IdentityAttribute{}} //nolint:gosec // versions count from 0
	for _, a := range s.IdentityAttributes {
		attribute := &tfjson.IdentityAttribute{Description: a.Description, RequiredForImport: a.RequiredForImport, OptionalForImport: a.OptionalForImport}
		setType(&attribute.IdentityType, a.Type)
		identity.Attributes[a.Name] = attribute
	}
	return identity
}

// setType gives a field the type: both libraries write one as the same JSON.
func setType(field json.Unmarshaler, is tftypes.Type) {
	text, err := json.Marshal(is)
	if err == nil {
		err = field.UnmarshalJSON(text)
	}
	if err != nil {
		panic(err) // a type that one of the two doesn't know
	}
}

func kindOf(kind tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(kind.String()))
}

func mapValues[In, Out any](in map[string]In, convert func(In) Out) map[string]Out {
	out := make(map[string]Out, len(in))
	for name, value := range in {
		out[name] = convert(value)
	}
	return out
}
