// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"
	"sync"
	"time"
)

// tally records logins. Every login that began is in it, however it ended.
type tally struct {
	mu      sync.Mutex
	entries []login
}

// login is one login. It is under way while ended is zero.
type login struct {
	began, ended time.Time
	secret       string // the value, which is never printed
	failure      string // why there is no token
	unanswered   bool   // within the time that a login has
}

// begin records a login that begins, and returns its number. The secret is read
// under the lock, so that the order in which secrets were used is certain.
func (t *tally) begin(now time.Time, read func() string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries = append(t.entries, login{began: now, secret: read()})
	return len(t.entries) - 1
}

// end records how a login ended.
func (t *tally) end(number int, now time.Time, failure string, unanswered bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry := &t.entries[number]
	entry.ended, entry.failure, entry.unanswered = now, failure, unanswered
}

// all returns the logins in the order in which they began.
func (t *tally) all() []login {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.entries)
}

// span is a stretch of time.
type span struct{ from, to time.Time }

func (s span) has(at time.Time) bool { return !at.Before(s.from) && at.Before(s.to) }

// counts are the counters of the logins that began in a stretch of time.
type counts struct {
	span

	logins, refused, unanswered int
	slowest                     time.Duration
}

func count(logins []login, within span) counts {
	c := counts{span: within}
	for _, l := range logins {
		if !within.has(l.began) {
			continue
		}
		c.logins++
		c.slowest = max(c.slowest, l.ended.Sub(l.began))
		switch {
		case l.unanswered:
			c.unanswered++
		case l.failure != "":
			c.refused++
		}
	}
	return c
}

// failed is how many logins got no token.
func (c counts) failed() int { return c.refused + c.unanswered }

// perSecond is the rate at which logins began.
func (c counts) perSecond() float64 {
	if c.to.After(c.from) {
		return float64(c.logins) / c.to.Sub(c.from).Seconds()
	}
	return 0
}

// use is a stretch of logins with the same secret: from when the first began
// until the last ended.
type use struct {
	span

	secret, failure string // failure is that of the first
	times           int
}

func usesOf(logins []login) (uses []use) {
	for _, l := range logins {
		if n := len(uses); n == 0 || uses[n-1].secret != l.secret {
			uses = append(uses, use{span: span{from: l.began}, secret: l.secret, failure: l.failure})
		}
		last := &uses[len(uses)-1]
		last.times++
		if l.ended.After(last.to) {
			last.to = l.ended
		}
	}
	return uses
}

// failures are the logins that got no token.
func failures(logins []login) []login {
	return slices.DeleteFunc(slices.Clone(logins), func(l login) bool { return l.failure == "" })
}

// marginOf is the time from the end of the last login with a secret to at.
func marginOf(logins []login, secret string, at time.Time) (margin time.Duration, used bool) {
	for _, u := range usesOf(logins) {
		if u.secret == secret && !u.from.After(at) {
			margin, used = at.Sub(u.to), true
		}
	}
	return margin, used
}
