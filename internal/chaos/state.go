// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// state is Terraform's: one resource instance, and one object that depends on it.
type state struct {
	current *object
	deposed []*object
	// sink is what the dependent object was last told to deliver; empty before.
	sink string
}

// object is a resource instance object. It never changes: a change makes another.
type object struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
}

func (s state) clone() state {
	s.deposed = slices.Clone(s.deposed)
	return s
}

// depose makes the current object one that is to be destroyed later.
func (s *state) depose() *object {
	deposed := s.current
	s.deposed, s.current = append(s.deposed, deposed), nil
	return deposed
}

// restore is core's MaybeRestoreResourceInstanceDeposed: if nothing has come in
// its place, the deposed object is current again.
func (s *state) restore(deposed *object) {
	if s.current == nil {
		s.forget(deposed)
		s.current = deposed
	}
}

// forget takes a deposed object out of state.
func (s *state) forget(deposed *object) {
	s.deposed = slices.DeleteFunc(s.deposed, func(o *object) bool { return o == deposed })
}

// replace puts what became of a deposed object in its place; nil is nothing.
func (s *state) replace(deposed, by *object) {
	if by == nil {
		s.forget(deposed)
		return
	}
	s.deposed[slices.Index(s.deposed, deposed)] = by
}
