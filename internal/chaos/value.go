// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// schema is what core needs to know of a resource type.
type schema struct {
	typeName   string
	objectType tftypes.Object
	attributes map[string]*tfprotov6.SchemaAttribute
}

func newSchema(typeName string, from *tfprotov6.Schema) schema {
	s := schema{typeName: typeName, attributes: map[string]*tfprotov6.SchemaAttribute{}}
	s.objectType, _ = from.ValueType().(tftypes.Object) // a schema is never anything else
	for _, attribute := range from.Block.Attributes {
		s.attributes[attribute.Name] = attribute
	}
	return s
}

// names are the attributes in an order that is the same in every run.
func (s schema) names() []string { return slices.Sorted(maps.Keys(s.attributes)) }

func (s schema) null() tftypes.Value { return tftypes.NewValue(s.objectType, nil) }

// object makes a value of some attributes; the others are null.
func (s schema) object(some map[string]tftypes.Value) tftypes.Value {
	all := map[string]tftypes.Value{}
	for name, attributeType := range s.objectType.AttributeTypes {
		all[name] = tftypes.NewValue(attributeType, nil)
	}
	maps.Copy(all, some)
	return tftypes.NewValue(s.objectType, all)
}

// proposedNew is what core's objchange.ProposedNew makes of flat attributes: the
// configuration where it says something, else what was there before of what the
// provider computes. Write-only arguments are in the configuration alone.
func (s schema) proposedNew(prior, config tftypes.Value) tftypes.Value {
	before, configured := members(prior), members(config)
	proposed := map[string]tftypes.Value{}
	for name, attribute := range s.attributes {
		switch {
		case attribute.WriteOnly:
		case !configured[name].IsNull():
			proposed[name] = configured[name]
		case attribute.Computed && !prior.IsNull():
			proposed[name] = before[name]
		}
	}
	return s.object(proposed)
}

// invalidPlan is core's objchange.AssertPlanValid, as far as flat attributes
// need it: a provider may plan anything of what it computes, and nothing but the
// configuration, or what was there before, of the rest.
func (s schema) invalidPlan(prior, config, planned tftypes.Value) error {
	before, configured, after := members(prior), members(config), members(planned)
	for _, name := range s.names() {
		attribute := s.attributes[name]
		switch {
		case attribute.WriteOnly:
			if !after[name].IsNull() {
				return fmt.Errorf("Provider produced invalid plan: a value for the write-only %s", name)
			}
		case configured[name].IsNull() && attribute.Computed:
		case after[name].Equal(configured[name]):
		case !prior.IsNull() && after[name].Equal(before[name]):
		default:
			return fmt.Errorf("Provider produced invalid plan: %s is neither configured so nor was so before", name)
		}
	}
	return nil
}

// incompatible is core's objchange.AssertObjectCompatible: what was known in the
// plan must come out as planned.
func (s schema) incompatible(planned, actual tftypes.Value) error {
	if planned.IsNull() != actual.IsNull() {
		return fmt.Errorf("planned null: %t, actual null: %t", planned.IsNull(), actual.IsNull())
	}
	before, after := members(planned), members(actual)
	for _, name := range s.names() {
		if before[name].IsFullyKnown() && !before[name].Equal(after[name]) {
			return fmt.Errorf("%s is not as planned", name)
		}
	}
	return nil
}

// members are the attributes of an object; null has none.
func members(object tftypes.Value) map[string]tftypes.Value {
	var all map[string]tftypes.Value
	if object.IsNull() || !object.IsKnown() || object.As(&all) != nil {
		return map[string]tftypes.Value{}
	}
	return all
}

// text is a string attribute, empty if it is null or unknown.
func text(object tftypes.Value, name string) string {
	var s string
	if value := members(object)[name]; !value.IsNull() && value.IsKnown() && value.As(&s) == nil {
		return s
	}
	return ""
}

// number is a number attribute in decimals, empty if it is null or unknown.
func number(object tftypes.Value, name string) string {
	var n big.Float
	if value := members(object)[name]; !value.IsNull() && value.IsKnown() && value.As(&n) == nil {
		return n.Text('f', 0)
	}
	return ""
}

func stringValue(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

// encode writes a value for the protocol.
func (s schema) encode(value tftypes.Value) *tfprotov6.DynamicValue {
	encoded, err := tfprotov6.NewDynamicValue(s.objectType, value)
	if err != nil {
		panic(fmt.Sprintf("encoding a %s: %v", s.typeName, err)) // a mistake of this program
	}
	return &encoded
}

func (s schema) decode(encoded *tfprotov6.DynamicValue) (tftypes.Value, error) {
	if encoded == nil {
		return s.null(), nil
	}
	return encoded.Unmarshal(s.objectType)
}

// stateJSON writes an object as the state file has it.
func stateJSON(value tftypes.Value) []byte {
	encoded, err := json.Marshal(plain(value))
	if err != nil {
		panic(fmt.Sprintf("writing state: %v", err)) // plain makes nothing that can't be written
	}
	return encoded
}

// plain is a value in Go's own types. The objects of this provider hold strings,
// numbers, booleans, and maps and objects of them.
func plain(value tftypes.Value) any {
	if value.IsNull() {
		return nil
	}
	var (
		s string
		b bool
		n big.Float
		m map[string]tftypes.Value
	)
	switch {
	case value.As(&s) == nil:
		return s
	case value.As(&b) == nil:
		return b
	case value.As(&n) == nil:
		return json.Number(n.Text('f', -1))
	case value.As(&m) == nil:
		object := map[string]any{}
		for name, member := range m {
			object[name] = plain(member)
		}
		return object
	default:
		panic("a " + value.Type().String() + " in state")
	}
}
