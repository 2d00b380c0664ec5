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

// maxRuns is how many applies without trouble everything must be mended by. The
// rotation object needs the most: one for each of its transitions.
const maxRuns = 8

// maxSecrets is how many an app may have.
const maxSecrets = 2

// settle applies until there is nothing to do, and judges what is there then.
func (l *life) settle(done func() bool) {
	l.calm()
	last, ok := l.converge()
	if done != nil {
		// Somebody else's credential, or one that a killed run left long ago, may
		// hold the place. Then the plan says so, and somebody does what it says.
		for range 1 + maxSecrets {
			if done() && ok {
				break
			}
			if !l.clearTheWay(last) {
				l.pass(l.subject.patience())
			}
			last, ok = l.converge()
		}
	}
	if !ok {
		l.broken(unconverged, fmt.Sprintf("after %d runs: %s / %s", maxRuns, last.plan, last.apply))
		return
	}
	l.judge(last)
	if done != nil && !done() {
		l.broken(unrotated, fmt.Sprintf("%q is in use as before", l.inUse()))
	}
}

// converge applies until a plan is empty.
func (l *life) converge() (last outcome, ok bool) {
	for range maxRuns {
		if last = l.run(); last.converged {
			return last, true
		}
		l.pass(l.pace.again)
	}
	return last, false
}

// clearTheWay does what the plan has said: it gives another value where the app has
// the configured one, and deletes what is named as holding a place and nobody uses.
func (l *life) clearTheWay(last outcome) (cleared bool) {
	if !last.converged && strings.Contains(last.plan, "To rotate, change the value.") {
		l.count(byValue)
		for _, id := range l.ids() {
			l.abandoned[id] = l.abandoned[id] || strings.Contains(last.plan, id)
		}
		l.subject.rotate()
		return true
	}
	if !last.converged && strings.Contains(last.plan, "give the value of before once more") {
		if secret, ok := l.subject.(*secretSubject); ok && l.statusInUse() == oktasim.StatusInactive {
			l.count(byValue)
			secret.value, secret.before = secret.before, secret.value
			l.converge()
			secret.value, secret.before = secret.before, secret.value
			return true
		}
	}
	inState, inUse := l.inState(), l.inUse()
	removable := func(c known, inactive bool) bool {
		return strings.Contains(last.plan, c.id) && c.id != inUse &&
			(!inState[c.id] && !inactive || !last.converged && inactive && c.status == oktasim.StatusInactive)
	}
	for _, inactive := range []bool{true, false} {
		for _, credential := range l.held() {
			if cleared || !removable(credential, inactive) {
				continue
			}
			if _, foreign := l.console.foreign[credential.id]; foreign {
				l.count(heldBack)
			} else {
				l.count(byHand)
			}
			l.console.remove(credential.id)
			cleared = true
		}
	}
	return cleared
}

// statusInUse is the status in Okta of what state has in use.
func (l *life) statusInUse() string {
	for _, credential := range l.held() {
		if credential.id == l.inUse() {
			return credential.status
		}
	}
	return ""
}

// known are the credentials in state.
func (l *life) known() (all []known) {
	for _, object := range l.runner.objects() {
		if !object.IsNull() {
			all = append(all, l.subject.known(object)...)
		}
	}
	return all
}

// inState are the ids that state knows.
func (l *life) inState() map[string]bool {
	ids := map[string]bool{}
	for _, credential := range l.known() {
		ids[credential.id] = true
	}
	return ids
}

// judge compares state and org after everything has settled.
func (l *life) judge(last outcome) {
	held := map[string]known{}
	for _, credential := range l.held() {
		held[credential.id] = credential
	}
	inState := l.inState()
	for id, status := range l.console.turned {
		// Whoever brings a retired one back answers for it.
		if held[id].status == status && status == oktasim.StatusActive && !inState[id] && l.recorded[id] {
			l.console.foreign[id] = status
		}
	}
	for id, credential := range held {
		if !l.created[id] && !inState[id] && l.console.foreign[id] == "" {
			l.console.foreign[id] = credential.status // the one it was born with, left behind
		}
		_, foreign := l.console.foreign[id]
		kept := l.subject.keeps() && l.recorded[id] && credential.status == oktasim.StatusInactive
		named := strings.Contains(last.plan, id) || l.named[id] && l.orphaned(id)
		// What somebody has turned off before it was recorded is somebody else's.
		turnedOff := l.console.turned[id] == oktasim.StatusInactive && credential.status == oktasim.StatusInactive && !l.recorded[id]
		if !inState[id] && !foreign && !kept && !named && !turnedOff {
			l.broken(unknown, fmt.Sprintf("%s %s, which the provider made: %t", id, credential.status, l.created[id]))
		}
	}
	for _, credential := range l.known() {
		if there, ok := held[credential.id]; !ok || !credential.agrees(there) {
			l.broken(missing, fmt.Sprintf("state has %s %s, Okta has %q %s", credential.id, credential.status, there.id, there.status))
		}
	}
	l.judgeForeign()
}

// judgeForeign is called after everything that may have changed what is somebody
// else's.
func (l *life) judgeForeign() {
	held := map[string]known{}
	for _, credential := range l.held() {
		held[credential.id] = credential
	}
	inState := l.inState()
	for id, status := range maps.Clone(l.console.foreign) {
		there, ok := held[id]
		switch {
		case ok && there.status == status && !inState[id]:
			continue
		case !ok && status == oktasim.StatusInactive && l.subject.reclaims():
		case ok && l.adopts():
		default:
			l.broken(touched, fmt.Sprintf("%s was %s, now it is %q, in state: %t", id, status, there.status, inState[id]))
		}
		delete(l.console.foreign, id)
	}
}

// adopts tells whether the rotation object had reason to take somebody else's
// secret over: it begins with what is there, and its own may have been ended.
func (l *life) adopts() bool {
	_, isRotation := l.subject.(*rotationSubject)
	return isRotation && (l.rotation == 1 || len(l.console.ended) > 0)
}

// agrees compares what state says of a credential with what Okta has.
func (k known) agrees(there known) bool {
	return k.status == there.status && (k.digest == "" || k.digest == there.digest) && (k.value == "" || k.value == there.value)
}

// judgeRun looks at what a run has said and left.
func (l *life) judgeRun(o outcome) {
	said := o.plan + o.apply
	if strings.Contains(said, "Provider produced") || strings.Contains(said, "Provider returned") {
		l.broken(inconsistent, said)
	}
	if strings.Contains(said, "panic:") || strings.Contains(said, "plugin crashed") {
		l.broken(crashed, said)
	}
	if strings.Contains(said, ": ") { // there are diagnostics
		for _, value := range l.org.Values() {
			if strings.Contains(said, value) {
				l.broken(leaked, "a value of the org")
			}
		}
	}
	inState, there := l.inState(), l.ids()
	for _, id := range slices.Sorted(maps.Keys(l.unnamed)) {
		switch {
		case strings.Contains(o.plan, id):
			l.named[id] = true
		case !slices.Contains(there, id) || inState[id]:
		case l.console.turned[id] != "": // somebody else's by now
		case l.orphaned(id) && l.follows[id] == l.born:
			// There was no state that could speak of it, and the app's first secret is
			// gone: nothing tells it from one that is in use.
			l.count(untellable)
			l.named[id] = true
		case o.killed || o.failed || strings.Contains(o.plan, "Okta: can't"):
			continue // it may not have come to look
		default:
			l.broken(unnamed, id+": "+o.plan)
		}
		delete(l.unnamed, id)
	}
	for id := range inState {
		if l.leftovers[id] {
			l.count(takenOver)
		}
		l.recorded[id] = true
		delete(l.leftovers, id)
	}
	for _, id := range there {
		if l.created[id] && !l.recorded[id] && !l.leftovers[id] {
			l.leftovers[id], l.unnamed[id] = true, true
		}
	}
}

// judgeSent is called before a request that creates a credential, with what is
// there. That Okta may refuse a second one is not the provider's merit.
func (l *life) judgeSent(there []string) {
	for _, id := range l.made {
		if slices.Contains(there, id) {
			l.broken(twice, "another is sent although this run has made "+id)
		}
	}
}

// judgeCreate is called after a request that creates a credential, with what was there before.
func (l *life) judgeCreate(there []string) {
	now := l.ids()
	for _, id := range now {
		if slices.Contains(there, id) {
			continue
		}
		l.note("created %s", id)
		l.made = append(l.made, id)
		l.created[id], l.follows[id] = true, l.before()
	}
}

// before is what a credential that is made now follows: what state has, or else
// what the app was born with.
func (l *life) before() string {
	for _, credential := range l.known() {
		return credential.id
	}
	return l.born
}

// orphaned tells whether what was in use when this was made is gone, by whomever:
// a killed run itself may have got that far. Then nothing tells any more that it was
// to come next, so that another may be made beside it; but it has to be named. The
// same holds for what somebody has given up.
func (l *life) orphaned(id string) bool {
	return l.abandoned[id] || !slices.Contains(l.ids(), l.follows[id])
}

// login tries what the consumer holds.
func (l *life) login() {
	with := l.consumer.uses(l.runner.delivered(), l.runner.now(), func() time.Duration {
		// The time to pick it up is counted from when it came into use.
		return l.pace.upTo(l.random, l.subject.pickup()) - l.runner.now().Sub(l.agreed)
	})
	accepted, err := l.consumer.login(with)
	if err != nil {
		panic(err) // nothing gets in between
	}
	l.count(logins)
	switch {
	case accepted:
		if l.console.ended[with.mark()] == turnedOff {
			delete(l.console.ended, with.mark())
		}
	case l.console.ended[with.mark()] != 0:
		l.count(excused)
	default:
		l.broken(refused, with.id)
	}
}

// broken counts a broken promise.
func (l *life) broken(what row, detail string) {
	l.note("BROKEN: %s: %s", what, detail)
	l.report.broken(l.column, what, l.String(), l.replay(), detail)
	if !l.broke && l.report.verbose {
		l.report.printf("%s\n", strings.Join(l.trace, "\n"))
	}
	l.broke = true
}
