// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// shape is a kind of life: what manages the app's credentials.
type shape struct {
	name                string
	keys                bool // instead of secrets
	workspaces, holders int
	// full says that the app's two slots are taken by two that both are in use, so that
	// no rotation can happen.
	full bool
	// shared says that more than one configuration manages the app's credentials, or more
	// than one resource its secrets, so that adopt_interrupted must not be declared.
	shared bool
	// counts says that the keys have count until a plan advises for_each.
	counts  bool
	subject func(*holder) subject
	address func(l *life, h *holder, i int) string
	reshape func(*life) // between two rotations
}

const (
	secretType = "oktacreds_app_client_secret"
	keyType    = "oktacreds_app_jwk"
)

func aSecret(h *holder) subject   { return newSecretSubject(h) }
func aKey(h *holder) subject      { return newKeySubject(h) }
func aRotation(h *holder) subject { return newRotationSubject(h) }

// named is a block for each holder.
func named(resourceType string) func(*life, *holder, int) string {
	return func(_ *life, h *holder, _ int) string { return fmt.Sprintf("%s.this%d", resourceType, h.id) }
}

var shapes = []shape{
	{name: "a secret", workspaces: 1, holders: 1, subject: aSecret, address: named(secretType)},
	{name: "a rotation", workspaces: 1, holders: 1, subject: aRotation, address: named(secretType + "_rotation")},
	{name: "a key", keys: true, workspaces: 1, holders: 1, subject: aKey, address: named(keyType)},
	{name: "two secrets of one app", workspaces: 1, holders: 2, full: true, shared: true, subject: aSecret, address: named(secretType)},
	{name: "two keys of one app", keys: true, workspaces: 1, holders: 2, subject: aKey, address: named(keyType)},
	{name: "two states, secrets", workspaces: 2, holders: 2, full: true, shared: true, subject: aSecret, address: named(secretType)},
	{name: "two states, keys", keys: true, workspaces: 2, holders: 2, shared: true, subject: aKey, address: named(keyType)},
	{name: "keys by count", keys: true, workspaces: 1, holders: 2, counts: true, subject: aKey, reshape: shift,
		address: func(l *life, h *holder, i int) string {
			if len(l.moved) > 0 {
				return byName(h)
			}
			return fmt.Sprintf("%s.this[%d]", keyType, i)
		}},
	{name: "keys by for_each", keys: true, workspaces: 1, holders: 2, subject: aKey, reshape: shift,
		address: func(_ *life, h *holder, _ int) string { return byName(h) }},
	{name: "a renamed key", keys: true, workspaces: 1, holders: 1, subject: aKey, reshape: rename, address: renamed(keyType)},
	{name: "a renamed secret", workspaces: 1, holders: 1, subject: aSecret, reshape: rename, address: renamed(secretType)},
}

// byName is the address of a holder in a block with for_each.
func byName(h *holder) string { return fmt.Sprintf("%s.this[\"holder%d\"]", keyType, h.id) }

func renamed(resourceType string) func(*life, *holder, int) string {
	return func(l *life, _ *holder, _ int) string { return fmt.Sprintf("%s.name%d", resourceType, l.rotation) }
}

// shift removes the first holder and adds one at the end. Those that remain keep their
// keys, so that by count each has another address.
func shift(l *life) {
	if l.random.IntN(2) == 0 {
		return
	}
	w := l.workspaces[0]
	gone := w.holders[0]
	gone.consumer.retired = true
	w.holders = slices.Delete(w.holders, 0, 1)
	w.add(credential{})
	l.note("holder %d leaves", gone.id)
}

// rename gives a block another name, with a moved block or without one.
func rename(l *life) {
	w := l.workspaces[0]
	from := w.holders[0].address
	w.address()
	l.count(renames)
	if l.random.IntN(2) == 0 {
		l.move(tfcore.Move{From: from, To: w.holders[0].address})
	}
}

// move adds a moved block.
func (l *life) move(added tfcore.Move) {
	l.note("moved from %s to %s", added.From, added.To)
	l.moved = slices.DeleteFunc(l.moved, func(m tfcore.Move) bool { return m.From == added.From || m.To == added.To })
	l.moved = append(l.moved, added)
}

// missingMoves are the moved blocks that give what is in state its address in the configuration.
func (l *life) missingMoves() (moves []tfcore.Move) {
	w := l.workspaces[0]
	if l.shape.reshape == nil {
		return nil
	}
	var current []stateObject
	for _, o := range w.runner.objects() {
		if !o.deposed {
			current = append(current, o)
		}
	}
	for _, h := range w.holders {
		to := h.address
		if l.shape.counts {
			to = byName(h)
		}
		from := h.among(current)
		taken := slices.ContainsFunc(current, func(o stateObject) bool { return o.address == to })
		if move := (tfcore.Move{From: from, To: to}); from != "" && !taken && !slices.Contains(l.moved, move) {
			moves = append(moves, move)
		}
	}
	return moves
}

// among is the address of the holder's object in state, which is known to who wrote the configuration
// of before: the one with the delivered credential, or else with the configured one, or else the only one.
func (h *holder) among(current []stateObject) string {
	for _, is := range []func(stateObject) bool{
		func(o stateObject) bool { return h.subject.known(o.attribute)[0].id == h.last.id },
		func(o stateObject) bool { return h.subject.isOf(o.attribute) },
		func(stateObject) bool { return len(h.workspace.holders) == 1 && len(current) == 1 },
	} {
		if i := slices.IndexFunc(current, is); i >= 0 {
			return current[i].address
		}
	}
	return ""
}

// givesAddresses does what a plan advises that has found one credential and two
// addresses: moved blocks, and for_each in place of count.
func (l *life) givesAddresses() bool {
	moves := l.missingMoves()
	for _, move := range moves {
		l.move(move)
	}
	l.workspaces[0].address()
	return len(moves) > 0
}
