// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"

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

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

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

// proposedNew is core's objchange.ProposedNew, as far as the attributes of a block
// need it: the configuration where it says something, else the prior value of what
// the provider computes. Write-only arguments are in the configuration alone.
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

// invalidPlan is core's objchange.AssertPlanValid: a provider may plan any value of
// what it computes, and for the rest only the configuration or the prior value.
func (s schema) invalidPlan(prior, config, planned tftypes.Value) error {
	before, configured, after := members(prior), members(config), members(planned)
	for _, name := range sortedKeys(s.attributes) {
		attribute := s.attributes[name]
		switch {
		case attribute.WriteOnly:
			if !after[name].IsNull() {
				return fmt.Errorf("a value for the write-only %s", name)
			}
		case configured[name].IsNull() && attribute.Computed:
		case after[name].Equal(configured[name]):
		case !prior.IsNull() && after[name].Equal(before[name]):
		default:
			return fmt.Errorf("%s is neither the configured value nor the prior one", name)
		}
	}
	return nil
}

// incompatible is core's objchange.AssertObjectCompatible: a value that was known in
// the plan must not change.
func (s schema) incompatible(planned, actual tftypes.Value) error {
	if planned.IsNull() != actual.IsNull() {
		return fmt.Errorf("planned null: %t, actual null: %t", planned.IsNull(), actual.IsNull())
	}
	before, after := members(planned), members(actual)
	for _, name := range sortedKeys(s.attributes) {
		if before[name].IsFullyKnown() && !before[name].Equal(after[name]) {
			return fmt.Errorf("%s is not as planned", name)
		}
	}
	return nil
}

// encode writes a value for the protocol.
func (s schema) encode(value tftypes.Value) *tfprotov6.DynamicValue {
	encoded, err := tfprotov6.NewDynamicValue(s.objectType, value)
	if err != nil {
		panic(fmt.Sprintf("encoding a %s: %v", s.typeName, err)) // a mistake of this package
	}
	return &encoded
}

func (s schema) decode(encoded *tfprotov6.DynamicValue) (tftypes.Value, error) {
	if encoded == nil {
		return s.null(), nil
	}
	return encoded.Unmarshal(s.objectType)
}

// members are the attributes of an object; null has none.
func members(object tftypes.Value) map[string]tftypes.Value {
	var all map[string]tftypes.Value
	if object.IsNull() || !object.IsKnown() || object.As(&all) != nil {
		return map[string]tftypes.Value{}
	}
	return all
}

// Attribute is an attribute of the object as text: empty if it is null or unknown.
func (o *Object) Attribute(name string) string {
	if o == nil {
		return ""
	}
	return text(members(o.Value)[name])
}

// text is a string, number or boolean as Terraform converts it to a string.
func text(value tftypes.Value) string {
	if !value.IsKnown() || value.IsNull() {
		return ""
	}
	switch v := plain(value).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// convert makes a value of a type from what a configuration says. An unresolved
// reference is unknown.
func convert(as tftypes.Type, from any, resolve func(Ref) tftypes.Value) tftypes.Value {
	switch from := from.(type) {
	case nil:
		return tftypes.NewValue(as, nil)
	case Ref:
		value := resolve(from)
		switch {
		case !value.IsKnown():
			return tftypes.NewValue(as, tftypes.UnknownValue)
		case value.Type().Equal(as):
			return value
		case value.IsNull():
			return tftypes.NewValue(as, nil)
		case as.Is(tftypes.String):
			return tftypes.NewValue(as, text(value))
		}
		return convert(as, plain(value), resolve)
	case []any:
		element := elementType(as)
		all := []tftypes.Value{}
		for _, one := range from {
			all = append(all, convert(element, one, resolve))
		}
		return tftypes.NewValue(as, all)
	case map[string]any:
		all := map[string]tftypes.Value{}
		if object, ok := as.(tftypes.Object); ok {
			for name, attributeType := range object.AttributeTypes {
				all[name] = convert(attributeType, from[name], resolve)
			}
		} else {
			for name, one := range from {
				all[name] = convert(elementType(as), one, resolve)
			}
		}
		return tftypes.NewValue(as, all)
	case json.Number:
		number, _, err := big.ParseFloat(from.String(), 10, 512, big.ToNearestEven)
		if err != nil {
			panic(err) // plain has made it of a number
		}
		return tftypes.NewValue(as, number)
	case int:
		if as.Is(tftypes.String) {
			return tftypes.NewValue(as, strconv.Itoa(from))
		}
	}
	return tftypes.NewValue(as, from)
}

func elementType(of tftypes.Type) tftypes.Type {
	switch of := of.(type) {
	case tftypes.Map:
		return of.ElementType
	case tftypes.List:
		return of.ElementType
	case tftypes.Set:
		return of.ElementType
	}
	panic("no collection: " + of.String()) // a mistake in a configuration
}

// stateJSON writes an object as the state file has it.
func stateJSON(value tftypes.Value) []byte {
	encoded, err := json.Marshal(plain(value))
	if err != nil {
		panic(fmt.Sprintf("writing state: %v", err)) // plain makes only what can be written
	}
	return encoded
}

// plain is a value in Go's own types.
func plain(value tftypes.Value) any {
	if value.IsNull() {
		return nil
	}
	var (
		s string
		b bool
		n big.Float
		m map[string]tftypes.Value
		l []tftypes.Value
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
	case value.As(&l) == nil:
		list := []any{}
		for _, element := range l {
			list = append(list, plain(element))
		}
		return list
	}
	panic("a " + value.Type().String() + " in state")
}
