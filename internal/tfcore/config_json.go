// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"encoding/json"
	"strconv"
	"strings"
)

// ProviderName is the local name of the provider under test in a configuration.
const ProviderName = "oktacreds"

type object = map[string]any

// JSON writes the configuration for the real CLI, which takes it from a file such as
// main.tf.json. The provisioners run a command with sh.
func (c Config) JSON(command string) ([]byte, error) {
	resources, ephemerals := object{}, object{}
	for _, r := range c.Resources {
		block := resourceOf(r.Address)
		put(resources, block, c.block(block, command))
	}
	for _, e := range c.Ephemerals {
		put(ephemerals, e.Address, expressions(e.Values))
	}
	var imports, moved []object
	for _, i := range c.Imports {
		imports = append(imports, object{"to": i.To, "id": i.ID})
	}
	for _, m := range c.Moved {
		moved = append(moved, object{"from": m.From, "to": m.To})
	}
	all := object{
		"terraform": object{"required_providers": object{ProviderName: object{"source": "oktacreds/oktacreds"}}},
		"provider":  object{ProviderName: expressions(c.Provider)},
	}
	for name, blocks := range map[string]object{"resource": resources, "ephemeral": ephemerals} {
		if len(blocks) > 0 {
			all[name] = blocks
		}
	}
	for name, blocks := range map[string][]object{"import": imports, "moved": moved} {
		if len(blocks) > 0 {
			all[name] = blocks
		}
	}
	return json.MarshalIndent(all, "", "  ")
}

// put adds the block with an address to the blocks of its kind.
func put(blocks object, address string, block any) {
	kind, name, _ := strings.Cut(address, ".")
	named, _ := blocks[kind].(object)
	if named == nil {
		named = object{}
		blocks[kind] = named
	}
	named[name] = block
}

// block is a resource block, with count or for_each if its instances have keys.
func (c Config) block(block, command string) object {
	var instances []Resource
	for _, r := range c.Resources {
		if resourceOf(r.Address) == block {
			instances = append(instances, r)
		}
	}
	first := instances[0]
	written, _ := expressions(first.Values).(object)
	key := strings.TrimSuffix(strings.TrimPrefix(first.Address[len(block):], "["), "]")
	name, err := strconv.Unquote(key)
	switch {
	case key == "":
	case err != nil:
		written = selected(instances, "count.index")
		written["count"] = len(instances)
	default:
		written = selected(instances, "each.key")
		keys := object{name: name}
		for _, r := range instances {
			name, _ := strconv.Unquote(strings.TrimSuffix(r.Address[len(block)+1:], "]")) // as the first one
			keys[name] = name
		}
		written["for_each"] = keys
	}
	if first.CreateBeforeDestroy {
		written["lifecycle"] = object{"create_before_destroy": true}
	}
	if first.Provision != nil {
		written["provisioner"] = object{"local-exec": object{
			"command": expressions(command), "interpreter": []string{"sh", "-c"}, "environment": expressions(first.Environment),
		}}
	}
	return written
}

// selected writes each argument as the value that an index selects of those of all
// instances, in which there are no references.
func selected(instances []Resource, index string) object {
	values := map[string]object{}
	for _, r := range instances {
		key := strings.TrimSuffix(r.Address[len(resourceOf(r.Address))+1:], "]")
		for name, value := range r.Values {
			if values[name] == nil {
				values[name] = object{}
			}
			values[name][strings.Trim(key, `"`)] = value
		}
	}
	written := object{}
	for name, all := range values {
		text, err := json.Marshal(all)
		if err != nil {
			panic(err) // a configuration that is not values
		}
		written[name] = "${lookup(" + string(text) + ", " + index + ", null)}"
	}
	return written
}

// expressions writes references as Terraform's expressions, and leaves out nulls.
func expressions(value any) any {
	switch value := value.(type) {
	case string: // in which nothing refers to anything
		return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(value)
	case Ref:
		return "${" + value.Address + "." + value.Attribute + "}"
	case []any:
		all := []any{}
		for _, one := range value {
			all = append(all, expressions(one))
		}
		return all
	case map[string]any:
		all := object{}
		for name, one := range value {
			if one != nil {
				all[name] = expressions(one)
			}
		}
		return all
	}
	return value
}
