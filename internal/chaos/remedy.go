// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// remedy is what someone does who reads why something is blocked by a credential. It returns whether it
// has changed anything.
type remedy func(l *life, w *workspace, id string) bool

// What each message advises, and nothing else: the first that changes anything is tried.
var (
	secretRemedies = map[rotation.Reason]remedy{
		rotation.Unrecorded:      firstOf((*life).untaints, (*life).declares, (*life).deletes, (*life).imports),
		rotation.SameValue:       firstOf((*life).untaints, (*life).anotherValue),
		rotation.ValueTaken:      firstOf((*life).imports, (*life).deletes, (*life).anotherValue),
		rotation.HeldByAnother:   firstOf((*life).reimports, (*life).forgets, (*life).gives, (*life).untaints, (*life).anotherValue),
		rotation.HasPredecessor:  firstOf((*life).untaints, (*life).deletes),
		rotation.SlotActive:      firstOf((*life).untaints, (*life).deletes, (*life).imports),
		rotation.SlotInactive:    firstOf((*life).deletes, (*life).reclaims),
		rotation.SlotManaged:     firstOf((*life).gives, (*life).untaints, (*life).removes),
		rotation.SlotPlaceholder: firstOf((*life).deletes),
	}
	keyRemedies = map[rotation.Reason]remedy{
		rotation.Unrecorded:    firstOf((*life).untaints, (*life).gives, (*life).declares, (*life).deletes, (*life).imports),
		rotation.SameValue:     firstOf((*life).untaints, (*life).anotherValue),
		rotation.HeldByAnother: firstOf((*life).reimports, (*life).forgets, (*life).gives, (*life).untaints, (*life).anotherValue),
		rotation.KidTaken:      firstOf((*life).anotherValue),
	}
	rotationRemedies = map[rotation.Reason]remedy{
		rotation.Unrecorded: firstOf((*life).deletes),
		"blocked":           firstOf((*life).deactivates), // by a secret that the rotation doesn't manage
	}
)

func firstOf(all ...remedy) remedy {
	return func(l *life, w *workspace, id string) bool {
		return slices.ContainsFunc(all, func(do remedy) bool { return do(l, w, id) })
	}
}

// followRemedies follows the remedy for the first reason of each workspace's last run
// that has one.
func (l *life) followRemedies(last [][]reason) (followed bool) {
	for i, reasons := range last {
		w := l.workspaces[i]
		for _, why := range reasons {
			if do := w.holders[0].subject.traits().remedies[why.code]; do != nil && do(l, w, why.id) {
				l.note("follows the remedy for %v", why)
				followed = true
				break
			}
		}
	}
	return followed
}

// deactivates turns off a credential that no one uses. A rotation deletes it when it needs the slot.
func (l *life) deactivates(_ *workspace, id string) bool {
	if l.byID()[id].status != oktasim.StatusActive || l.used(id) || l.inState()[id] {
		return false
	}
	l.count(heldBack)
	l.console.turn(id, oktasim.StatusInactive)
	return l.byID()[id].status == oktasim.StatusInactive
}

// onlyActive tells whether a credential is the app's only ACTIVE one, which Okta keeps.
func (l *life) onlyActive(id string) bool {
	others := slices.DeleteFunc(l.held(), func(k known) bool { return k.id == id || k.status != oktasim.StatusActive })
	return l.byID()[id].status == oktasim.StatusActive && len(others) == 0
}

// reimports removes a resource from state whose deposed object has the credential of the current one, or of the import,
// and imports that. A deposed key that someone has deleted is read as the same key with another id, and the plan shows
// it as that.
func (l *life) reimports(w *workspace, id string) bool {
	held := slices.ContainsFunc(w.holders, func(h *holder) bool { return h.inUse() == id })
	for _, h := range w.holders {
		if own := h.inUse(); held && own != "" && own != id && w.deposes(h, func(deposed string) bool { return deposed == id }) {
			l.count(importedAgain) // the one that this address has: another address holds the deposed one
			h.importsAgain(own)
			return true
		}
		shown := func(deposed string) bool { return deposed == id || l.shape.keys && !slices.Contains(l.ids(), deposed) }
		if (h.inUse() == id || h.imports == id) && w.deposes(h, shown) {
			l.count(importedAgain)
			h.importsAgain(id)
			return true
		}
	}
	return false
}

// forgets removes from state the address that has left the configuration, where the one that came instead has adopted
// its credential: the apply that was to destroy it failed.
func (l *life) forgets(w *workspace, id string) (changed bool) {
	adopts := slices.ContainsFunc(w.holders, func(h *holder) bool { return h.inUse() == id })
	configured := func(address string) bool {
		return slices.ContainsFunc(w.holders, func(h *holder) bool { return h.address == address }) ||
			slices.ContainsFunc(l.moved, func(move tfcore.Move) bool { return move.From == address })
	}
	for _, o := range w.runner.objects() {
		if adopts && !o.deposed && !configured(o.address) && w.holders[0].subject.known(o.attribute)[0].id == id {
			l.count(addressForgotten)
			w.runner.forget(o.address)
			changed = true
		}
	}
	return changed
}

// removes takes one of two resources out of the configuration, whose consumer has moved to another app.
// From then on the app has a free slot.
func (l *life) removes(w *workspace, _ string) bool {
	if len(w.holders) < 2 || l.shape.keys || l.rotation < 3 {
		return false
	}
	l.count(removed)
	w.holders[1].consumer.retired = true
	w.holders = w.holders[:1]
	l.shape.full, l.shape.shared = false, false
	return true
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

// reclaims sets when_full = "delete_inactive": a secret that the console turned off, with its consumers refused since, holds the slot.
func (l *life) reclaims(w *workspace, _ string) (changed bool) {
	for _, h := range w.holders {
		if s, ok := h.subject.(*secretSubject); ok && s.whenFull != "delete_inactive" {
			s.whenFull, changed = "delete_inactive", true
		}
	}
	return changed
}

// deletesForgotten deletes the credentials that state no longer has because their resource was removed from
// it, each as soon as no consumer uses it.
func (l *life) deletesForgotten() {
	l.forgotten = slices.DeleteFunc(l.forgotten, func(id string) bool {
		return l.deletes(nil, id) || !slices.Contains(l.ids(), id)
	})
}

// declares sets adopt_interrupted, which needs on_destroy = "delete".
func (l *life) declares(w *workspace, _ string) bool {
	if l.shape.shared || l.keeps || w.holders[0].adopts {
		return false
	}
	l.count(declared)
	for _, h := range w.holders {
		h.adopts = true
	}
	return true
}

// imports manages a credential in place of the one in state, because a consumer uses
// it: the state that was lost had it. Or because Okta keeps it, as the app's only ACTIVE one.
func (l *life) imports(w *workspace, id string) bool {
	for _, h := range w.holders {
		if h.last.id != id && !l.onlyActive(id) || h.inUse() == id {
			continue
		}
		l.count(imported)
		old := h.inUse()
		h.importsAgain(id)
		if slices.Contains(l.ids(), old) && (!l.used(old) || l.byID()[old].status == oktasim.StatusInactive) {
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
