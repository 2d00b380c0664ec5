// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"
	"sync"
	"time"
)

// tally counts logins. Every login that began is in it, however it ended.
type tally struct {
	mu     sync.Mutex
	phases []*phase
	uses   []*use
}

// phase is a stretch of the story.
type phase struct {
	name         string
	began, ended time.Time
	logins       int // all that began
	refused      int // answered, but not with a token
	unanswered   int // no answer within the time that a login has
	slowest      time.Duration
	hashes       []string // of the secrets that were used, in order
	refusals     []refusal
}

// refusal is a failed login and those like it in the same phase.
type refusal struct {
	at    time.Time // the first
	last  time.Time
	hash  string
	said  string
	times int
}

// use is a stretch of logins with one and the same secret.
type use struct {
	hash  string
	first time.Time // when the first login with it began
	last  time.Time // when the last one so far ended
}

// attempt is a login under way.
type attempt struct {
	counts *tally
	phase  *phase
	use    *use
	began  time.Time
}

// begin opens the next phase.
func (t *tally) begin(name string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.close(now)
	t.phases = append(t.phases, &phase{name: name, began: now})
}

// end closes the last phase.
func (t *tally) end(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.close(now)
}

func (t *tally) close(now time.Time) {
	if n := len(t.phases); n > 0 && t.phases[n-1].ended.IsZero() {
		t.phases[n-1].ended = now
	}
}

// start counts a login that begins in the current phase. The secret is read
// under the tally's lock, so that the order in which secrets were used is
// certain.
func (t *tally) start(now time.Time, read func() (hash string)) *attempt {
	t.mu.Lock()
	defer t.mu.Unlock()
	hash := read()
	current := t.phases[len(t.phases)-1]
	current.logins++
	if !slices.Contains(current.hashes, hash) {
		current.hashes = append(current.hashes, hash)
	}
	if n := len(t.uses); n == 0 || t.uses[n-1].hash != hash {
		t.uses = append(t.uses, &use{hash: hash, first: now})
	}
	return &attempt{counts: t, phase: current, use: t.uses[len(t.uses)-1], began: now}
}

// outcome is how a login ended.
type outcome struct {
	answered bool
	token    bool
	said     string // what the response was, where there is no token
}

// end counts the outcome of a login in the phase in which it began.
func (a *attempt) end(now time.Time, o outcome) {
	a.counts.mu.Lock()
	defer a.counts.mu.Unlock()
	a.phase.slowest = max(a.phase.slowest, now.Sub(a.began))
	if now.After(a.use.last) {
		a.use.last = now
	}
	switch {
	case o.token:
		return
	case o.answered:
		a.phase.refused++
	default:
		a.phase.unanswered++
	}
	same := func(r refusal) bool { return r.hash == a.use.hash && r.said == o.said }
	if i := slices.IndexFunc(a.phase.refusals, same); i >= 0 {
		a.phase.refusals[i].times++
		a.phase.refusals[i].last = now
		return
	}
	a.phase.refusals = append(a.phase.refusals, refusal{at: now, last: now, hash: a.use.hash, said: o.said, times: 1})
}

// snapshot is a copy of what has been counted.
func (t *tally) snapshot() (phases []phase, uses []use) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.phases {
		copied := *p
		copied.hashes, copied.refusals = slices.Clone(p.hashes), slices.Clone(p.refusals)
		phases = append(phases, copied)
	}
	for _, u := range t.uses {
		uses = append(uses, *u)
	}
	return phases, uses
}

// failed is how many logins got no token.
func (p phase) failed() int { return p.refused + p.unanswered }

// perSecond is the rate at which logins began.
func (p phase) perSecond() float64 {
	seconds := p.ended.Sub(p.began).Seconds()
	if seconds <= 0 {
		return 0
	}
	return float64(p.logins) / seconds
}

// sum adds phases up.
func sum(phases []phase) phase {
	var all phase
	for i, p := range phases {
		if i == 0 {
			all.began = p.began
		}
		all.ended = p.ended
		all.logins += p.logins
		all.refused += p.refused
		all.unanswered += p.unanswered
		all.slowest = max(all.slowest, p.slowest)
	}
	return all
}
