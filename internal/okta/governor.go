package okta

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// governor keeps the client inside the org's rate limits: it learns each limit
// from the answers' headers and waits before a request that would be refused.
// A refused request costs a round trip, counts against the org, and shows up in
// its System Log as a rate limit violation.
type governor struct {
	next     http.RoundTripper
	capacity int // percent of each limit
	log      func(context.Context, string, map[string]any)

	mu      sync.Mutex
	buckets map[string]*bucket
}

func newGovernor(next http.RoundTripper, capacity int, log func(context.Context, string, map[string]any)) *governor {
	if capacity <= 0 || capacity > 100 {
		capacity = 100
	}
	return &governor{next: next, capacity: capacity, log: log, buckets: map[string]*bucket{}}
}

// RoundTrip waits until the request's bucket has room, sends it, and learns
// from the answer.
func (g *governor) RoundTrip(req *http.Request) (*http.Response, error) {
	name := bucketOf(req.URL.Path)
	b := g.bucket(name)
	err := b.enter(req.Context(), func(d time.Duration) {
		g.log(req.Context(), "Waiting for the org's rate limit", map[string]any{
			"bucket": name, "seconds": d.Seconds(),
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	resp, err := g.next.RoundTrip(req)
	b.leave(resp)
	return resp, err
}

func (g *governor) bucket(name string) *bucket {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.buckets[name]
	if !ok {
		b = &bucket{capacity: g.capacity, turn: make(chan struct{}, 1), changed: make(chan struct{})}
		g.buckets[name] = b
	}
	return b
}

// bucketOf names the rate limit a path counts against [R]: /api/v1/apps and
// everything below it share one, except exactly /api/v1/apps/{id}, which has
// one of its own, about five times larger.
func bucketOf(path string) string {
	rest, ok := strings.CutPrefix(path, "/api/v1/apps")
	switch {
	case ok && strings.Count(rest, "/") == 1 && len(rest) > 1:
		return "/api/v1/apps/{id}"
	case ok:
		return "/api/v1/apps"
	case strings.HasPrefix(path, "/oauth2/"):
		return path
	case strings.HasPrefix(path, "/integrations/"):
		return "/integrations/api/v1/api-services"
	default:
		return "other"
	}
}

// bucket is what is known of one rate limit. Okta counts requests in windows of
// a minute; the headers say how many are left and when the window ends.
type bucket struct {
	capacity int
	turn     chan struct{} // held by whoever is next; Go serves the rest in order of arrival

	mu       sync.Mutex
	limit    int       // requests a window; 0 until an answer told
	reset    int64     // Okta's epoch second at which the window ends
	resetAt  time.Time // the same on our clock
	sent     int       // by this client in the window
	others   int       // by everybody else in the window, as far as known
	inFlight int
	changed  chan struct{} // closed and renewed by every answer
}

// enter waits for a place in the window and takes it. Before the first answer
// the limit is unknown, and one request goes alone to learn it.
func (b *bucket) enter(ctx context.Context, waiting func(time.Duration)) error {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for {
		delay, changed, ok := b.take(time.Now())
		if ok {
			return nil
		}
		if err := b.await(ctx, delay, changed, waiting); err != nil {
			return err
		}
	}
}

// take takes a place if there is one; else it says how long the window still
// lasts and which channel tells of news.
func (b *bucket) take(now time.Time) (time.Duration, <-chan struct{}, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit > 0 && !now.Before(b.resetAt) {
		b.sent, b.others = b.inFlight, 0
	}
	free := b.inFlight == 0
	if b.limit > 0 {
		free = b.sent+b.others < max(1, b.limit*b.capacity/100)
	}
	if free {
		b.sent++
		b.inFlight++
		return 0, nil, true
	}
	return b.resetAt.Sub(now), b.changed, false
}

func (b *bucket) await(ctx context.Context, delay time.Duration, changed <-chan struct{}, waiting func(time.Duration)) error {
	if delay <= 0 { // nothing is known yet: the request under way will tell
		select {
		case <-changed:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	waiting(delay)
	return wait(ctx, delay)
}

// leave learns from an answer; resp is nil if there was none.
func (b *bucket) leave(resp *http.Response) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight--
	close(b.changed)
	b.changed = make(chan struct{})
	if resp == nil || isConcurrencyLimit(resp) {
		return
	}
	limit, ok1 := headerInt(resp, "X-Rate-Limit-Limit")
	remaining, ok2 := headerInt(resp, "X-Rate-Limit-Remaining")
	reset, ok3 := headerInt(resp, "X-Rate-Limit-Reset")
	if !ok1 || !ok2 || !ok3 || limit <= 0 || reset < b.reset {
		return
	}
	if reset > b.reset { // the first answer of a new window
		b.reset = reset
		b.resetAt = time.Now().Add(untilReset(resp, reset))
		b.sent, b.others = b.inFlight+1, 0
	}
	b.limit = int(limit)
	// Okta's count includes requests of ours that are still under way or not,
	// depending on who was faster; what exceeds all we sent is somebody else's.
	b.others = max(b.others, int(limit-remaining)-b.sent)
	if resp.StatusCode == http.StatusTooManyRequests {
		b.others = max(b.others, int(limit)-b.sent)
	}
}

// untilReset is how long to wait for a new window: by Okta's clock, whatever
// ours says, and a second longer, because both headers are cut to seconds.
func untilReset(resp *http.Response, reset int64) time.Duration {
	now := time.Now()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = date
	}
	return max(0, time.Unix(reset, 0).Sub(now)) + time.Second
}

// isConcurrencyLimit tells a 429 for too many requests at once from one for too
// many in a minute: its limit and remaining are both 0 [D].
func isConcurrencyLimit(resp *http.Response) bool {
	return resp.StatusCode == http.StatusTooManyRequests &&
		resp.Header.Get("X-Rate-Limit-Limit") == "0" && resp.Header.Get("X-Rate-Limit-Remaining") == "0"
}

func headerInt(resp *http.Response, name string) (int64, bool) {
	value, err := strconv.ParseInt(resp.Header.Get(name), 10, 64)
	return value, err == nil
}
