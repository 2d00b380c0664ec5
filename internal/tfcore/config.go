// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"slices"
	"strings"
)

// Config is a configuration.
type Config struct {
	// Provider is the provider block.
	Provider   map[string]any
	Resources  []Resource
	Ephemerals []Ephemeral
	Imports    []Import
	Moved      []Move
}

// Resource is one instance of a resource block.
type Resource struct {
	// Address is the type and the name, and the key where the block has count or
	// for_each: oktacreds_app_jwk.this, oktacreds_app_jwk.this[0],
	// oktacreds_app_jwk.this["a"].
	Address string
	// Values are the arguments: strings, booleans, numbers, []any, map[string]any
	// and [Ref]. Nil is null.
	Values map[string]any
	// CreateBeforeDestroy is the lifecycle argument.
	CreateBeforeDestroy bool

	// Environment and Provision are the local-exec provisioner of a
	// terraform_data: Provision receives the values when the object is created.
	// The type [Store] is provisioned by updates in place, too.
	Environment map[string]any
	Provision   func(environment map[string]string) error
}

// The types that tfcore knows without the provider.
const (
	// Data is Terraform's own resource type. Its argument is triggers_replace.
	Data = "terraform_data"
	// Store is a resource that is updated in place when its argument trigger
	// changes, such as the version of a secret in a store. The real CLI doesn't
	// have it.
	Store = "store"
)

// Ephemeral is an ephemeral block.
type Ephemeral struct {
	// Address is the type and the name after "ephemeral.".
	Address string
	Values  map[string]any
}

// Import is an import block.
type Import struct{ To, ID string }

// Move is a moved block.
type Move struct{ From, To string }

// Ref is an expression that refers to an attribute of a resource or of an
// ephemeral resource.
type Ref struct{ Address, Attribute string }

// Options are the flags of plan and apply.
type Options struct {
	// Destroy is -destroy.
	Destroy bool
	// NoRefresh is -refresh=false.
	NoRefresh bool
	// Target and Replace are -target and -replace: addresses.
	Target, Replace []string
}

// resourceOf is the address of the block of an instance.
func resourceOf(address string) string {
	block, _, _ := strings.Cut(address, "[")
	return block
}

// typeOf is the resource type in an address.
func typeOf(address string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(address, "ephemeral."), ".")
	return kind
}

// find is the instance at an address, nil if the configuration has none.
func (c Config) find(address string) *Resource {
	for i := range c.Resources {
		if c.Resources[i].Address == address {
			return &c.Resources[i]
		}
	}
	return nil
}

// references are the addresses, without keys, of what values refer to. An ephemeral
// resource stands for what it refers to itself.
func (c Config) references(values ...any) (blocks []string) {
	for _, value := range values {
		switch value := value.(type) {
		case Ref:
			if !strings.HasPrefix(value.Address, "ephemeral.") {
				blocks = append(blocks, resourceOf(value.Address))
			} else if e := c.ephemeral(value.Address); e != nil {
				blocks = append(blocks, c.references(e.Values)...)
			}
		case []any:
			blocks = append(blocks, c.references(value...)...)
		case map[string]any:
			for _, name := range sortedKeys(value) {
				blocks = append(blocks, c.references(value[name])...)
			}
		}
	}
	slices.Sort(blocks)
	return slices.Compact(blocks)
}

// dependencies are the blocks that an instance refers to, directly or not.
func (c Config) dependencies(r Resource) (blocks []string) {
	blocks = c.references(r.Values, r.Environment)
	for i := 0; i < len(blocks); i++ {
		for _, other := range c.Resources {
			if resourceOf(other.Address) != blocks[i] {
				continue
			}
			for _, further := range c.references(other.Values, other.Environment) {
				if !slices.Contains(blocks, further) {
					blocks = append(blocks, further)
				}
			}
		}
	}
	slices.Sort(blocks)
	return blocks
}

func (c Config) ephemeral(address string) *Ephemeral {
	for i := range c.Ephemerals {
		if "ephemeral."+c.Ephemerals[i].Address == address {
			return &c.Ephemerals[i]
		}
	}
	return nil
}

// createsFirst tells whether an instance is replaced with create_before_destroy:
// because it says so, or because something that depends on it does.
func (c Config) createsFirst(address string) bool {
	for _, r := range c.Resources {
		if r.CreateBeforeDestroy && (r.Address == address || slices.Contains(c.dependencies(r), resourceOf(address))) {
			return true
		}
	}
	return false
}

// targeted tells whether -target leaves an instance in.
func (c Config) targeted(options Options, address string) bool {
	if len(options.Target) == 0 {
		return true
	}
	for _, target := range options.Target {
		if target == address || target == resourceOf(address) {
			return true
		}
		for _, r := range c.Resources {
			if (r.Address == target || resourceOf(r.Address) == target) && slices.Contains(c.dependencies(r), resourceOf(address)) {
				return true
			}
		}
	}
	return false
}
