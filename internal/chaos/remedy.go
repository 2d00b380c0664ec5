// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// remedies are what someone does who reads why something is blocked. Each returns
// whether it has changed anything.
var remedies = map[rotation.Reason]func(*life, *workspace, string) bool{
	rotation.Unrecorded:      firstOf((*life).untaints, (*life).gives, (*life).declares, (*life).deletes, (*life).imports),
	rotation.SameValue:       firstOf((*life).untaints, (*life).anotherValue),
	rotation.ValueTaken:      firstOf((*life).anotherValue),
	rotation.HeldByAnother:   firstOf((*life).gives, (*life).untaints, (*life).anotherValue),
	rotation.HasPredecessor:  firstOf((*life).untaints, (*life).deletes),
	rotation.SlotActive:      firstOf((*life).untaints, (*life).deletes),
	rotation.SlotInactive:    firstOf((*life).untaints, (*life).deletes),
	rotation.SlotManaged:     firstOf((*life).untaints, (*life).gives),
	rotation.SlotPlaceholder: firstOf((*life).untaints, (*life).deletes),
	"blocked":                firstOf((*life).deletes), // by a secret that no rotation manages
	rotation.KidTaken:        firstOf((*life).gives, (*life).anotherValue),
	rotation.KidMissing:      firstOf((*life).untaints, (*life).deletes),
}

func firstOf(all ...func(*life, *workspace, string) bool) func(*life, *workspace, string) bool {
	return func(l *life, w *workspace, id string) bool {
		return slices.ContainsFunc(all, func(do func(*life, *workspace, string) bool) bool { return do(l, w, id) })
	}
}

// followRemedies follows the remedy for the first reason of each workspace's last run
// that has one.
func (l *life) followRemedies(last [][]reason) (followed bool) {
	for i, reasons := range last {
		for _, why := range reasons {
			if remedy := remedies[why.code]; remedy != nil && remedy(l, l.workspaces[i], why.id) {
				l.note("follows the remedy for %v", why)
				followed = true
				break
			}
		}
	}
	return followed
}

// deletes removes a credential that no one uses.
func (l *life) deletes(_ *workspace, id string) bool {
	if !slices.Contains(l.ids(), id) || l.used(id) || slices.ContainsFunc(l.known(true), func(k known) bool { return k.id == id }) {
		return false
	}
	_, foreign := l.console.foreign[id]
	if !l.console.remove(id) {
		return false
	}
	if foreign {
		l.count(heldBack)
	} else {
		l.count(byHand)
	}
	return true
}

// declares sets adopt_interrupted, which needs on_destroy = "delete".
func (l *life) declares(w *workspace, _ string) bool {
	if l.shape.shared || l.keeps || w.holders[0].adopts {
		return false
	}
	l.count(declared)
	for _, h := range w.holders {
		h.adopts = true
		h.subject.adopt(true)
	}
	return true
}

// imports manages a credential in place of the one in state, because a consumer uses
// it: the state that was lost had it.
func (l *life) imports(w *workspace, id string) bool {
	for _, h := range w.holders {
		if h.last.id != id || h.inUse() == id {
			continue
		}
		l.count(imported)
		old := h.inUse()
		h.importsAgain(id)
		if slices.Contains(l.ids(), old) && !l.used(old) {
			l.console.remove(old)
		}
		return true
	}
	return false
}

// untaints is terraform untaint of everything.
func (l *life) untaints(w *workspace, _ string) (changed bool) {
	for _, o := range w.runner.objects() {
		if o.tainted && !o.deposed {
			w.runner.taint(o.address, false)
			changed = true
		}
	}
	return changed
}

// anotherValue gives another value or key.
func (l *life) anotherValue(w *workspace, _ string) bool {
	l.count(byValue)
	for _, h := range w.holders {
		h.subject.rotate()
	}
	return true
}

// gives is [life.givesAddresses].
func (l *life) gives(_ *workspace, _ string) bool { return l.givesAddresses() }
