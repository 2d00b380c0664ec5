// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// schema is what core needs to know of a resource type.
type schema struct {
	typeName   string
	objectType cty.Type
	attributes map[string]*tfprotov6.SchemaAttribute
}

func newSchema(typeName string, from *tfprotov6.Schema) schema {
	s := schema{typeName: typeName, attributes: map[string]*tfprotov6.SchemaAttribute{}}
	text, err := json.Marshal(from.ValueType())
	if err == nil {
		s.objectType, err = ctyjson.UnmarshalType(text)
	}
	if err != nil {
		panic(fmt.Sprintf("the schema of %s: %v", typeName, err)) // both packages have Terraform's types
	}
	for _, attribute := range from.Block.Attributes {
		s.attributes[attribute.Name] = attribute
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (s schema) null() cty.Value { return cty.NullVal(s.objectType) }

// objectOf makes a value of some attributes; the others are null.
func objectOf(as cty.Type, some map[string]cty.Value) cty.Value {
	all := map[string]cty.Value{}
	for name, attributeType := range as.AttributeTypes() {
		all[name] = cty.NullVal(attributeType)
	}
	maps.Copy(all, some)
	return cty.ObjectVal(all)
}

// proposedNew is core's objchange.ProposedNew, as far as the attributes of a block
// need it: the configuration where it says something, else the prior value of what
// the provider computes. Write-only arguments are in the configuration alone.
func (s schema) proposedNew(prior, config cty.Value) cty.Value {
	before, configured := members(prior), members(config)
	proposed := map[string]cty.Value{}
	for name, attribute := range s.attributes {
		switch {
		case attribute.WriteOnly:
		case !configured[name].IsNull():
			proposed[name] = configured[name]
		case attribute.Computed && !prior.IsNull():
			proposed[name] = before[name]
		}
	}
	return objectOf(s.objectType, proposed)
}

// invalidPlan is core's objchange.AssertPlanValid: a provider may plan any value of
// what it computes, and for the rest only the configuration or the prior value.
func (s schema) invalidPlan(prior, config, planned cty.Value) error {
	before, configured, after := members(prior), members(config), members(planned)
	for _, name := range sortedKeys(s.attributes) {
		attribute := s.attributes[name]
		switch {
		case attribute.WriteOnly:
			if !after[name].IsNull() {
				return fmt.Errorf("a value for the write-only %s", name)
			}
		case configured[name].IsNull() && attribute.Computed:
		case after[name].RawEquals(configured[name]):
		case !prior.IsNull() && after[name].RawEquals(before[name]):
		default:
			return fmt.Errorf("%s is neither the configured value nor the prior one", name)
		}
	}
	return nil
}

// incompatible is core's objchange.AssertObjectCompatible: a value that was known in
// the plan must not change.
func (s schema) incompatible(planned, actual cty.Value) error {
	if planned.IsNull() != actual.IsNull() {
		return fmt.Errorf("planned null: %t, actual null: %t", planned.IsNull(), actual.IsNull())
	}
	before, after := members(planned), members(actual)
	for _, name := range sortedKeys(s.attributes) {
		if before[name].IsWhollyKnown() && !before[name].RawEquals(after[name]) {
			return fmt.Errorf("%s is not as planned", name)
		}
	}
	return nil
}

// encode writes a value for the protocol.
func (s schema) encode(value cty.Value) *tfprotov6.DynamicValue {
	encoded, err := msgpack.Marshal(value, s.objectType)
	if err != nil {
		panic(fmt.Sprintf("encoding a %s: %v", s.typeName, err)) // a mistake of this package
	}
	return &tfprotov6.DynamicValue{MsgPack: encoded}
}

func (s schema) decode(encoded *tfprotov6.DynamicValue) (cty.Value, error) {
	if encoded == nil {
		return s.null(), nil
	}
	return msgpack.Unmarshal(encoded.MsgPack, s.objectType)
}

// members are the attributes of an object; null has none.
func members(value cty.Value) map[string]cty.Value {
	if value.IsNull() || !value.IsKnown() {
		return map[string]cty.Value{}
	}
	return value.AsValueMap()
}

// Attribute is an attribute of the object as text: empty if it is null or unknown.
func (o *Object) Attribute(name string) string {
	if o == nil || o.Value.IsNull() || !o.Value.Type().HasAttribute(name) {
		return ""
	}
	return text(o.Value.GetAttr(name))
}

// text is a string, number or boolean as Terraform converts it to a string.
func text(value cty.Value) string {
	converted, err := convert.Convert(value, cty.String)
	if err != nil || converted.IsNull() || !converted.IsKnown() {
		return ""
	}
	return converted.AsString()
}

// evaluate makes a value of a type from what a configuration says. An unresolved
// reference is unknown.
func evaluate(as cty.Type, from any, resolve func(Ref) cty.Value) cty.Value {
	value := cty.NullVal(as)
	switch from := from.(type) {
	case nil:
	case Ref:
		value = resolve(from)
	case string:
		value = cty.StringVal(from)
	case bool:
		value = cty.BoolVal(from)
	case int:
		value = cty.NumberIntVal(int64(from))
	case []any:
		var all []cty.Value
		for _, one := range from {
			all = append(all, evaluate(as.ElementType(), one, resolve))
		}
		value = cty.TupleVal(all)
	case map[string]any:
		all := map[string]cty.Value{}
		for name, one := range from {
			if as.IsObjectType() {
				all[name] = evaluate(as.AttributeType(name), one, resolve)
			} else {
				all[name] = evaluate(as.ElementType(), one, resolve)
			}
		}
		if value = cty.ObjectVal(all); as.IsObjectType() {
			value = objectOf(as, all)
		}
	default:
		panic(fmt.Sprintf("a %T in a configuration", from))
	}
	converted, err := convert.Convert(value, as)
	if err != nil {
		panic(fmt.Sprintf("%v in a configuration: %v", from, err))
	}
	return converted
}

// stateJSON writes an object as the state file has it.
func stateJSON(value cty.Value) []byte {
	encoded, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		panic(fmt.Sprintf("writing state: %v", err)) // what is in state is known
	}
	return encoded
}
