// SPDX-License-Identifier: MPL-2.0

package tfcore

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// State is what Terraform remembers.
type State struct {
	// Serial counts the writes. A saved plan of another serial is stale.
	Serial    int
	instances map[string]instance
}

// instance is the objects of one address.
type instance struct {
	current *Object
	deposed []*Object
}

// Object is a resource instance object. It never changes: a change makes another.
type Object struct {
	Value cty.Value
	// Private is the provider's private state.
	Private []byte
	// Tainted marks an object that the next plan replaces.
	Tainted bool

	identity     *tfprotov6.ResourceIdentityData
	createsFirst bool     // create_before_destroy when it was last planned
	dependencies []string // the blocks that it was last applied with
}

// Current is the current object at an address, nil if there is none.
func (s *State) Current(address string) *Object { return s.instances[address].current }

// Deposed are the deposed objects at an address, oldest first.
func (s *State) Deposed(address string) []*Object { return s.instances[address].deposed }

// Addresses are the addresses that have an object, in order.
func (s *State) Addresses() []string { return sortedKeys(s.instances) }

// Clone is a copy that can be kept, and given back to [Core.State].
func (s *State) Clone() *State {
	clone := &State{Serial: s.Serial, instances: maps.Clone(s.instances)}
	for address, at := range clone.instances {
		at.deposed = slices.Clone(at.deposed)
		clone.instances[address] = at
	}
	return clone
}

// set writes what there is at an address.
func (s *State) set(address string, at instance) {
	if s.instances == nil {
		s.instances = map[string]instance{}
	}
	s.instances[address] = at
	if at.current == nil && len(at.deposed) == 0 {
		delete(s.instances, address)
	}
}

func (s *State) setCurrent(address string, current *Object) {
	at := s.instances[address]
	at.current = current
	s.set(address, at)
}

// depose makes the current object one that is to be destroyed later.
func (s *State) depose(address string) *Object {
	at := s.instances[address]
	old := at.current
	at.deposed, at.current = append(slices.Clone(at.deposed), old), nil
	s.set(address, at)
	return old
}

// restore makes a deposed object current again if nothing is in its place.
func (s *State) restore(address string, deposed *Object) {
	if s.Current(address) == nil {
		s.replaceDeposed(address, deposed, nil)
		s.setCurrent(address, deposed)
	}
}

// replaceDeposed writes what became of a deposed object; nil is nothing.
func (s *State) replaceDeposed(address string, deposed, by *Object) {
	at := s.instances[address]
	at.deposed = slices.Clone(at.deposed)
	if i := slices.Index(at.deposed, deposed); by == nil {
		at.deposed = slices.Delete(at.deposed, i, i+1)
	} else {
		at.deposed[i] = by
	}
	s.set(address, at)
}

// move gives objects another address, unless there is one already. Terraform moves
// without a moved block where a block gains or loses count.
func (s *State) move(from, to string) {
	at, there := s.instances[from]
	if _, taken := s.instances[to]; there && !taken {
		delete(s.instances, from)
		s.set(to, at)
	}
}

// applyMoves is what Terraform does before it plans.
func (s *State) applyMoves(c Config) {
	for _, m := range c.Moved {
		for _, address := range s.Addresses() {
			if address == m.From || resourceOf(address) == m.From {
				s.move(address, m.To+address[len(m.From):])
			}
		}
	}
	for _, r := range c.Resources {
		block := resourceOf(r.Address)
		switch {
		case r.Address == block+"[0]" && c.find(block) == nil:
			s.move(block, r.Address)
		case r.Address == block:
			s.move(block+"[0]", block)
		}
	}
}

// Taint is terraform taint, and terraform untaint with false.
func (s *State) Taint(address string, tainted bool) error {
	at := s.instances[address]
	if at.current == nil {
		return fmt.Errorf("there is no %s in state", address)
	}
	changed := *at.current
	changed.Tainted = tainted
	s.setCurrent(address, &changed)
	s.Serial++
	return nil
}

// Remove is terraform state rm.
func (s *State) Remove(address string) {
	s.set(address, instance{})
	s.Serial++
}

// equal tells whether two states hold the same objects.
func (s *State) equal(other *State) bool {
	same := func(one, another *Object) bool {
		return one == another || one != nil && another != nil && one.Tainted == another.Tainted &&
			one.Value.RawEquals(another.Value) && bytes.Equal(one.Private, another.Private)
	}
	return maps.EqualFunc(s.instances, other.instances, func(one, another instance) bool {
		return same(one.current, another.current) && slices.EqualFunc(one.deposed, another.deposed, same)
	})
}
