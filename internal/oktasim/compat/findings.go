// SPDX-License-Identifier: MPL-2.0

package compat

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// findings are the violations of one exchange.
type findings struct {
	at  Violation // the part of the exchange under validation
	all []Violation
}

func (f *findings) add(where, rule string) {
	violation := f.at
	violation.Where, violation.Rule = where, rule
	if !slices.Contains(f.all, violation) {
		f.all = append(f.all, violation)
	}
}

// schemaErrors adds the validator's errors. It descends to the innermost schema that a value violates, unless the
// value violates several alternatives.
func (f *findings) schemaErrors(err error) {
	switch err := err.(type) { //nolint:errorlint // this walks the tree of errors; As finds only the first leaf
	case nil:
	case openapi3.MultiError:
		for _, each := range err {
			f.schemaErrors(each)
		}
	case *openapi3.SchemaError:
		inner := causes(err.Origin)
		switch {
		case errors.Is(err.Origin, openapi3.ErrOneOfConflict):
			f.add(pointer(err.JSONPointer()), ruleSeveral)
		case len(inner) == 1 || err.SchemaField == "allOf":
			f.schemaErrors(inner)
		default:
			f.add(pointer(err.JSONPointer()), err.SchemaField)
		}
	default:
		f.add("", ruleBody)
	}
}

// causes returns the errors that err wraps.
func causes(err error) openapi3.MultiError {
	for ; err != nil; err = errors.Unwrap(err) {
		if several, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // As descends into the errors
			return several
		}
	}
	return nil
}

// pointer is a JSON pointer with "#" for every index.
func pointer(keys []string) string {
	var text strings.Builder
	for _, key := range keys {
		if _, err := strconv.Atoi(key); err == nil {
			key = "#"
		}
		text.WriteString("/" + key)
	}
	return text.String()
}

// members adds the members of the value that none of the schemas has. JSON Schema permits them, so the validator
// doesn't report a misspelled member.
func (f *findings) members(schemas []*openapi3.Schema, value any, where string) {
	switch value := value.(type) {
	case []any:
		var items []*openapi3.Schema
		for _, schema := range schemas {
			if schema.Items != nil {
				items = append(items, alternatives(schema.Items.Value)...)
			}
		}
		for _, item := range value {
			f.members(items, item, where+"/#")
		}
	case map[string]any:
		known := map[string][]*openapi3.Schema{}
		for _, schema := range schemas {
			if free := schema.AdditionalProperties; free.Has != nil && *free.Has || free.Schema != nil {
				return
			}
			for name, property := range schema.Properties {
				known[name] = append(known[name], alternatives(property.Value)...)
			}
		}
		if len(known) == 0 { // the schema permits any object
			return
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if len(known[name]) == 0 {
				f.add(where+"/"+name, ruleMember)
				continue
			}
			f.members(known[name], value[name], where+"/"+name)
		}
	}
}

// alternatives returns the schema and all schemas that it is composed of.
func alternatives(schema *openapi3.Schema) []*openapi3.Schema {
	all := []*openapi3.Schema{schema}
	for _, part := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		all = append(all, alternatives(part.Value)...)
	}
	return all
}
