// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// maxWindow is more than any of Okta's windows lasts: they are a minute long [R].
const maxWindow = 2 * time.Minute

// rateLimit is what a response tells of its bucket's window.
type rateLimit struct {
	limit int
	used  int       // when the request was counted
	reset int64     // epoch second, by Okta's clock, at which the window ends
	ends  time.Time // the same on our clock, or a little later

	refused bool // 429
}

// readRateLimit reads the X-Rate-Limit headers, which every response of Okta's API
// has [R]. ok is false where they don't describe a window.
func readRateLimit(resp *http.Response) (told rateLimit, ok bool) {
	limit, ok1 := headerInt(resp.Header, "X-Rate-Limit-Limit")
	remaining, ok2 := headerInt(resp.Header, "X-Rate-Limit-Remaining")
	reset, ok3 := headerInt(resp.Header, "X-Rate-Limit-Reset")
	if !ok1 || !ok2 || !ok3 || limit <= 0 {
		return rateLimit{}, false
	}
	told = rateLimit{
		limit: int(limit), used: int(limit - remaining), reset: reset, ends: time.Now().Add(untilReset(resp, reset)),
		refused: resp.StatusCode == http.StatusTooManyRequests,
	}
	if told.refused {
		told.used = told.limit
	}
	return told, true
}

// untilReset is how long to wait for a new window: by Okta's clock, no matter what
// ours says, and a second longer, because both headers are cut to seconds.
func untilReset(resp *http.Response, reset int64) time.Duration {
	end := time.Unix(reset, 0)
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || end.Sub(date).Abs() > maxWindow { // none, or a stale one
		date = time.Now()
	}
	// A window is a minute: where the headers make more of it, or it ended long ago,
	// they or our clock are wrong.
	if until := end.Sub(date); until.Abs() <= maxWindow {
		return max(0, until) + time.Second
	}
	return time.Minute + time.Second
}

// maxStuckWindows is how many windows in a row may pass in which Okta refuses
// everything. Someone else then uses the limit up, or it is none that a wait helps
// against.
const maxStuckWindows = 5

// RateLimitError says that the wait for a rate limit was given up, after several
// windows in which Okta refused everything. The request has not been sent.
type RateLimitError struct {
	Bucket  string // the paths that the limit is for
	Windows int    // in a row without a request that Okta accepted
}

func (e *RateLimitError) Error() string {
	return fmt.Sprintf("Okta refused all requests to %s in %d rate limit windows in a row", e.Bucket, e.Windows)
}

// RateLimitWait says that a request waited for a rate limit, longer than a user
// should wonder why. It is told once for each bucket.
type RateLimitWait struct {
	Bucket string // the paths that the limit is for
	Limit  int    // requests a minute
	Waited time.Duration
}

func (RateLimitWait) notice() {}

// toldWait is how long a wait for a rate limit may last without a notice.
const toldWait = 10 * time.Second

// isConcurrencyLimit tells a 429 for too many requests at once from one for too
// many in a minute: its limit and remaining are both 0 [D].
func isConcurrencyLimit(resp *http.Response) bool {
	return resp.StatusCode == http.StatusTooManyRequests &&
		resp.Header.Get("X-Rate-Limit-Limit") == "0" && resp.Header.Get("X-Rate-Limit-Remaining") == "0"
}

func headerInt(header http.Header, name string) (int64, bool) {
	value, err := strconv.ParseInt(header.Get(name), 10, 64)
	return value, err == nil
}
