// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// maxRuns is how many applies without trouble everything must have converged by. The
// rotation object needs the most: one for each of its transitions.
const maxRuns = 8

// maxRemedies is how many remedies in a row someone follows.
const maxRemedies = 6

// settle applies until there is nothing to do, and judges what is there then.
func (l *life) settle(done func() bool) {
	l.calm()
	last, ok := l.converge()
	for range maxRemedies {
		if ok && (done == nil || done()) {
			break
		}
		// Someone else's credential, or one that a killed run left, may take the slot.
		// Then the plan says so, and someone does what it says.
		if !l.followRemedies(last) {
			if l.shape.full {
				l.blockedForGood(slices.Concat(last...))
				return
			}
			l.pass(l.all()[0].subject.traits().patience)
		}
		last, ok = l.converge()
	}
	switch blocked := slices.Concat(last...); {
	case !ok && len(blocked) > 0:
		l.broken(noRemedy, fmt.Sprint(blocked))
	case !ok:
		l.broken(unconverged, fmt.Sprintf("after %d runs", maxRuns))
	default:
		l.judge()
		if done != nil && !done() && len(blocked) > 0 {
			l.broken(noRemedy, fmt.Sprint(blocked))
		} else if done != nil && !done() {
			l.broken(unrotated, "the same credential is in use as before")
		}
	}
}

// blockedForGood judges a life in which both slots are in use: the runs say why nothing rotates, and what
// is there is as the states have it.
func (l *life) blockedForGood(why []reason) {
	if len(why) == 0 {
		l.broken(noRemedy, "nothing says why no secret rotates")
	}
	l.count(inBothSlots)
	l.judge()
}

// converge applies until all plans are empty. It returns the reasons of the last runs.
func (l *life) converge() (last [][]reason, ok bool) {
	for range maxRuns {
		ok, last = true, nil
		for _, w := range l.workspaces {
			o := l.run(w)
			ok = ok && o.converged
			last = append(last, slices.Clone(o.reasons))
		}
		if ok || l.broke {
			return last, ok
		}
		l.pass(l.pace.again)
	}
	return last, false
}

// known are the credentials in all states; those in use only, if asked for.
func (l *life) known(inUse bool) (all []known) {
	for _, w := range l.workspaces {
		for _, o := range w.runner.objects() {
			switch held := l.all()[0].subject.known(o.attribute); {
			case inUse && o.deposed:
			case inUse:
				all = append(all, held[0])
			default:
				all = append(all, held...)
			}
		}
	}
	return all
}

// inState are the ids that a state knows.
func (l *life) inState() map[string]bool {
	ids := map[string]bool{}
	for _, credential := range l.known(false) {
		ids[credential.id] = true
	}
	return ids
}

// used tells whether a consumer may log in with a credential.
func (l *life) used(id string) bool {
	return slices.ContainsFunc(l.all(), func(h *holder) bool {
		return slices.Contains([]string{h.consumer.held.id, h.consumer.seen.id, h.last.id}, id)
	})
}

// beginsAnew tells whether a rotation object was created again: to it, an INACTIVE secret has no role.
func (l *life) beginsAnew() bool {
	_, isRotation := l.all()[0].subject.(*rotationSubject)
	return isRotation && l.all()[0].again
}

// judge compares states and org after everything has settled.
func (l *life) judge() {
	l.deletesForgotten()
	held := l.byID()
	inState := l.inState()
	for id, status := range l.console.turned {
		// Anyone who activates a retired one again answers for it.
		if held[id].status == status && status == oktasim.StatusActive && !inState[id] && l.recorded[id] {
			l.console.foreign[id] = status
		}
	}
	for id, credential := range held {
		_, foreign := l.console.foreign[id]
		kept := l.keeps && l.recorded[id] && credential.status == oktasim.StatusInactive
		// What someone has deactivated before it was recorded, or before a rotation object was created again, is someone else's.
		turnedOff := l.console.turned[id] == oktasim.StatusInactive && credential.status == oktasim.StatusInactive && (!l.recorded[id] || l.beginsAnew())
		if !inState[id] && !foreign && !kept && !l.named[id] && !turnedOff && !slices.Contains(l.forgotten, id) && (l.created[id] || l.recorded[id]) {
			l.broken(unknown, fmt.Sprintf("%s %s", id, credential.status))
		}
	}
	for _, credential := range l.known(false) {
		if there, ok := held[credential.id]; !ok || !credential.agrees(there) {
			l.broken(missing, fmt.Sprintf("state has %s %s, Okta has %q %s", credential.id, credential.status, there.id, there.status))
		}
	}
	l.judgeForeign()
}

func (l *life) byID() map[string]known {
	held := map[string]known{}
	for _, credential := range l.held() {
		held[credential.id] = credential
	}
	return held
}

// judgeForeign is called after everything that may have changed what is someone
// else's.
func (l *life) judgeForeign() {
	held, inState := l.byID(), l.inState()
	for id, status := range maps.Clone(l.console.foreign) {
		there, ok := held[id]
		switch {
		case ok && there.status == status && !inState[id]:
			continue
		case !ok && status == oktasim.StatusInactive && l.all()[0].subject.traits().reclaims:
		case ok && l.adopts():
		default:
			l.broken(touched, fmt.Sprintf("%s was %s, now it is %q, in state: %t", id, status, there.status, inState[id]))
		}
		delete(l.console.foreign, id)
	}
}

// adopts tells whether the rotation object had reason to adopt someone else's secret:
// it begins with what is there, and its own may have been deleted.
func (l *life) adopts() bool {
	_, isRotation := l.all()[0].subject.(*rotationSubject)
	return isRotation && (l.rotation == 1 || len(l.console.ended) > 0) || l.beginsAnew()
}

// judgeRun looks at what a run has said and left.
func (l *life) judgeRun(o outcome) {
	switch {
	case o.broken:
		l.broken(inconsistent, o.said)
	case o.crashed:
		l.broken(crashed, o.said)
	}
	for _, value := range l.org.Values() {
		if strings.Contains(o.said, value) {
			l.broken(leaked, "a value of the org")
		}
	}
	inState, there := l.inState(), l.ids()
	for _, why := range o.reasons {
		l.named[why.id] = l.named[why.id] || why.id != ""
	}
	for _, id := range sorted(l.unnamed) {
		switch {
		case l.unnamed[id] != l.current.workspace:
			continue // another state's run can't tell
		case l.named[id], !slices.Contains(there, id), inState[id], l.console.turned[id] != "":
		case !slices.Contains(there, l.follows[id]):
			l.count(untellable) // nothing tells it from one that is in use
			l.named[id] = true
		case o.killed || o.failed || l.trouble.noRefresh || len(l.trouble.faults) > 0:
			continue // it may not have come to look
		default:
			l.broken(unnamed, id)
		}
		delete(l.unnamed, id)
	}
	for id := range inState {
		if l.created[id] && !l.recorded[id] && !slices.Contains(l.current.made, id) {
			l.count(adopted)
		}
		l.recorded[id] = true
	}
	for _, id := range there {
		if l.created[id] && !l.recorded[id] && !l.named[id] && l.unnamed[id] == nil {
			l.unnamed[id] = l.current.workspace
		}
	}
	l.judgeState(o)
}

// judgeState looks at the state of the workspace that has run.
func (l *life) judgeState(o outcome) {
	w := l.current.workspace
	for _, h := range w.holders {
		current := h.inUse()
		if slices.Contains(l.current.ended, current) && !o.killed {
			l.broken(endedHeld, current+" is in state")
		}
		was := l.current.held[h]
		if current != "" || was == "" || !w.deposes(h, func(id string) bool { return id == was }) {
			continue
		}
		if !o.killed && !l.current.struck {
			l.broken(deposedAlive, was+": "+o.said)
			continue
		}
		// Terraform was stopped between two steps. Nothing but this makes a deposed
		// object current again.
		l.count(importedAgain)
		h.importsAgain(was)
	}
}

// deposes tells whether state has such a credential as a deposed object.
func (w *workspace) deposes(h *holder, such func(id string) bool) bool {
	return slices.ContainsFunc(w.runner.objects(), func(o stateObject) bool {
		return o.address == h.address && o.deposed && such(h.subject.known(o.attribute)[0].id)
	})
}

// judgeSent is called before a request that creates a credential, with what is there.
// That Okta may refuse a second one is not the provider's merit.
func (l *life) judgeSent(there []known) {
	for _, credential := range there {
		if slices.Contains(l.current.made, credential.id) && l.shape.holders == 1 {
			l.broken(twice, "another is sent although this run has created "+credential.id)
		}
	}
}

// judgeRequest is called after a request that changes something, with what was there
// before.
func (l *life) judgeRequest(there []known) {
	now := l.byID()
	for _, credential := range there {
		if credential.status != oktasim.StatusActive || now[credential.id].status == oktasim.StatusActive {
			continue
		}
		l.current.ended = append(l.current.ended, credential.id)
		if l.used(credential.id) && !l.ignored[credential.id] {
			l.broken(endedInUse, fmt.Sprintf("%s, and the states have %v", credential.id, l.inState()))
		}
		for _, w := range l.workspaces {
			for _, o := range w.runner.objects() {
				if w != l.current.workspace && !o.deposed && w.holders[0].subject.known(o.attribute)[0].id == credential.id {
					l.broken(endedHeld, credential.id+" is in the other state")
				}
			}
		}
	}
	for _, id := range sorted(now) {
		if slices.ContainsFunc(there, func(k known) bool { return k.id == id }) {
			continue
		}
		l.note("created %s", id)
		l.current.made = append(l.current.made, id)
		l.created[id], l.follows[id] = true, l.before()
	}
	l.judgeForeign()
}

// before is what a credential that is created now follows: what state has, or else what
// the app was born with.
func (l *life) before() string {
	for _, credential := range l.known(true) {
		return credential.id
	}
	return l.born
}

// login tries what the consumers hold.
func (l *life) login() {
	now := l.org.Now()
	for _, w := range l.workspaces {
		w.runner.pickUp()
	}
	for _, h := range l.all() {
		with := h.consumer.uses(h.last, now, func() time.Duration {
			// The time to pick it up is counted from when it came into use.
			return l.pace.upTo(l.random, h.subject.traits().pickup) - now.Sub(h.agreed)
		})
		if with.mark() == "" || h.consumer.retired {
			continue
		}
		l.count(logins)
		switch {
		case l.accepts(h.consumer, with):
			if l.console.ended[with.mark()] == turnedOff {
				delete(l.console.ended, with.mark())
			}
		case l.console.ended[with.mark()] != 0 || l.ignored[with.id]:
			l.count(excused)
		default:
			l.broken(refused, with.id)
		}
	}
}

// accepts tries a login. What the app has accepted it accepts again until one of its credentials
// changes, so that another login would only take time.
func (l *life) accepts(c *consumer, with credential) bool {
	if there := l.held(); !slices.Equal(there, l.loginsOf) {
		l.loginsOf, l.logins = there, map[string]bool{}
	}
	if !l.logins[with.mark()] {
		accepted, err := c.login(with)
		if err != nil {
			panic(err) // nothing gets in between
		}
		l.logins[with.mark()] = accepted
	}
	return l.logins[with.mark()]
}

// broken counts a broken promise.
func (l *life) broken(what row, detail string) {
	l.note("BROKEN: %s: %s", what, detail)
	l.report.kind(l.column, l.shape.name).broken++
	l.report.broken(l.column, what, l.String(), l.replay(), detail)
	if !l.broke && l.report.verbose {
		l.report.printf("%s\n", strings.Join(l.trace, "\n"))
	}
	l.broke = true
}

// sorted are the keys of a map in an order that is the same in every run.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
