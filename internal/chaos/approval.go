// SPDX-License-Identifier: MPL-2.0

package main

import "github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"

// approve is what happens between a plan and its apply. It tells whether the plan is applied.
func (l *life) approve(t trouble) bool {
	if !l.considers() {
		return false
	}
	if t.wait > 0 {
		l.count(latePlans)
		l.pass(t.wait)
	}
	l.mu.Lock()
	for range t.meanwhile {
		l.count(moves)
		l.console.move()
	}
	l.mu.Unlock()
	if t.wait > 0 && len(l.workspaces) > 1 {
		other := l.workspaces[1-l.current.workspace.number]
		l.trouble = trouble{}
		l.run(other)
		l.trouble = t
	}
	return true
}

// unordered is the reason of the warning that a plan creates one credential and destroys another.
const unordered rotation.Reason = "unordered"

// considers tells whether someone who reads the plan applies it. Who is warned that a renamed resource
// may lose its credential adds a moved block and plans again, or ignores the warning, and then answers
// for that credential. Where nothing was renamed, there is nothing to do.
func (l *life) considers() bool {
	for _, why := range l.current.workspace.runner.reasons() {
		switch {
		case why.code != unordered || len(l.missingMoves()) == 0:
		case l.random.IntN(2) == 0:
			l.count(ignored)
			l.note("ignores %v", why)
			l.ignored[why.id] = true
		default:
			l.count(heeded)
			l.givesAddresses()
			return false
		}
	}
	return true
}
