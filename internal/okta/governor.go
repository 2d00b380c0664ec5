// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// governor keeps the client inside the org's rate limits: it learns each limit
// from the responses' headers and waits before a request that would be refused.
// A refused request costs a round trip, counts against the org, and shows up in
// its System Log as a rate limit violation.
type governor struct {
	next     http.RoundTripper
	capacity int // percent of each limit
	log      logger
	notify   func(Notice)

	mu      sync.Mutex
	buckets map[string]*bucket
}

func newGovernor(next http.RoundTripper, capacity int, log logger, notify func(Notice)) *governor {
	if capacity <= 0 || capacity > 100 {
		capacity = 100
	}
	return &governor{next: next, capacity: capacity, log: log, notify: notify, buckets: map[string]*bucket{}}
}

// RoundTrip waits until the request's bucket has room, sends it, and learns
// from the response.
func (g *governor) RoundTrip(req *http.Request) (*http.Response, error) {
	name := bucketOf(req.URL.EscapedPath())
	b := g.bucket(name)
	began, exhausted := time.Now(), false
	place, err := b.enter(req.Context(), func(d time.Duration) {
		exhausted = true
		g.log(req.Context(), "Waiting for the org's rate limit", map[string]any{
			"bucket": name, "seconds": int(math.Ceil(d.Seconds())),
		})
	})
	if exhausted {
		b.tellWait(time.Since(began), g.notify)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	resp, err := g.next.RoundTrip(req)
	b.leave(place, resp, err)
	return resp, err
}

// free tells whether a request to the path would be sent without a wait.
func (g *governor) free(path string) bool {
	b := g.bucket(bucketOf(path))
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.turn) == 0 && b.verdict(time.Now()).free
}

func (g *governor) bucket(name string) *bucket {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.buckets[name]
	if !ok {
		b = &bucket{name: name, capacity: g.capacity, turn: make(chan struct{}, 1), changed: make(chan struct{})}
		g.buckets[name] = b
	}
	return b
}

// bucketOf names the rate limit that an escaped path counts against [R]:
// /api/v1/apps and everything below it share one, except exactly
// /api/v1/apps/{id}, which has one of its own, about five times larger.
func bucketOf(path string) string {
	rest, ok := strings.CutPrefix(path+"/", "/api/v1/apps/")
	switch {
	case ok && strings.Count(rest, "/") == 1:
		return "/api/v1/apps/{id}"
	case ok:
		return "/api/v1/apps"
	case strings.HasPrefix(path, "/oauth2/"), path == "/api/v1/logs": // the log's is small, and shared with the org's SIEM [D]
		return path
	case strings.HasPrefix(path, "/integrations/"):
		return "/integrations/api/v1/api-services"
	default:
		return "other"
	}
}

// bucket is what is known of one rate limit. Okta counts requests in windows of
// a minute; the headers say how many are left and when the window ends.
//
// The count that Okta told last, plus what is under way, is never less than what
// Okta has counted when all of it has arrived: that is what remains within the
// limit, no matter in which order the responses arrive.
type bucket struct {
	name     string
	capacity int           // percent
	turn     chan struct{} // held by the request that is next; Go serves the rest in order of arrival

	mu       sync.Mutex
	window   windowState
	reset    int64     // Okta's epoch second at which the window ends
	ends     time.Time // the same on our clock, or a little later
	limit    int       // requests a window
	used     int       // of them used in this window, by anyone, as far as Okta has told
	ours     int       // of them used by this client
	lost     int       // sent by this client since Okta has told, with no answer
	inFlight int
	stuck    int           // windows in a row in which Okta refused even the first request
	told     bool          // a long wait was told
	asking   bool          // the one request is under way that asks about a window unknown
	changed  chan struct{} // closed and renewed by every response
}

type windowState int

const (
	// unknown: a window has begun of which we know nothing. One request goes
	// alone and asks: others may have used it already.
	unknown windowState = iota
	// counted: limit, used and ends are those of the current window.
	counted
	// unlimited: the response named no limit.
	unlimited
)

// place is what a request holds between enter and leave.
type place struct{ asks bool }

// verdict is what take says to those who must wait.
type verdict struct {
	free      bool
	exhausted bool // only the next window helps
	stuck     int  // see bucket
	reset     int64
	delay     time.Duration // until then; 0 if that is unknown
	changed   <-chan struct{}
}

// enter waits for a place in the window and takes it.
func (b *bucket) enter(ctx context.Context, waiting func(time.Duration)) (place, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return place{}, context.Cause(ctx)
	}
	var told int64 // the window whose end is waited for, as logged
	for {
		taken, v := b.take(time.Now())
		if v.free {
			return taken, nil
		}
		if v.exhausted && v.stuck >= maxStuckWindows {
			return place{}, &RateLimitError{Bucket: b.name, Windows: v.stuck}
		}
		if v.exhausted && v.reset != told {
			told = v.reset
			waiting(v.delay)
		}
		if err := v.wait(ctx); err != nil {
			return place{}, err
		}
	}
}

// wait ends with a response, the window or the context.
func (v verdict) wait(ctx context.Context) error {
	var timeUp <-chan time.Time
	if v.delay > 0 {
		timer := time.NewTimer(v.delay)
		defer timer.Stop()
		timeUp = timer.C
	}
	select {
	case <-timeUp:
		return nil
	case <-v.changed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take takes a place if there is one.
func (b *bucket) take(now time.Time) (place, verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := b.verdict(now)
	if !v.free {
		return place{}, v
	}
	b.inFlight++
	taken := place{asks: b.window == unknown}
	b.asking = b.asking || taken.asks
	return taken, v
}

// verdict judges the window; b.mu must be held.
func (b *bucket) verdict(now time.Time) verdict {
	if b.window == counted && !now.Before(b.ends) {
		b.window = unknown
	}
	v := verdict{stuck: b.stuck, reset: b.reset, changed: b.changed}
	switch b.window {
	case unknown:
		v.free = !b.asking
	case unlimited:
		v.free = true
	case counted:
		share := max(1, b.limit*b.capacity/100)
		pending := b.inFlight + b.lost
		v.free = b.used+pending < b.limit && b.ours+pending < share
		v.exhausted = b.used+b.lost >= b.limit || b.ours+b.lost >= share
		v.delay = b.ends.Sub(now)
	}
	return v
}

// leave gives the place back and learns from the response; resp is nil if there
// was none.
func (b *bucket) leave(taken place, resp *http.Response, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight--
	if taken.asks {
		b.asking = false
	}
	close(b.changed)
	b.changed = make(chan struct{})
	if resp == nil {
		if unsettled, _ := outcome(nil, err); unsettled {
			b.lost++ // it may have been counted
		}
		return
	}
	told, ok := readRateLimit(resp)
	switch {
	case ok && told.refused && taken.asks:
		b.stuck++
	case resp.StatusCode != http.StatusTooManyRequests:
		b.stuck = 0
	}
	switch {
	case ok:
		b.learn(told, taken)
	case taken.asks && b.window == unknown && !isConcurrencyLimit(resp):
		b.window = unlimited
	}
}

// tellWait tells the first long wait in this bucket.
func (b *bucket) tellWait(waited time.Duration, notify func(Notice)) {
	if waited <= toldWait {
		return
	}
	b.mu.Lock()
	told, limit := b.told, b.limit
	b.told = true
	b.mu.Unlock()
	if !told {
		notify(RateLimitWait{Bucket: b.name, Limit: limit, Waited: waited.Round(time.Second)})
	}
}

func (b *bucket) learn(told rateLimit, taken place) {
	sameWindow := b.window == counted && told.reset == b.reset
	if !sameWindow && !taken.asks && told.reset <= b.reset {
		return // the late answer of a window that is over
	}
	if !sameWindow {
		b.used, b.ours, b.ends = 0, 0, told.ends
	}
	b.window, b.reset, b.limit, b.lost = counted, told.reset, told.limit, 0
	b.used = max(b.used, told.used)
	b.ours++
	if told.ends.Before(b.ends) {
		b.ends = told.ends // each response errs on the late side only
	}
}
