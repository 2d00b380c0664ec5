package okta

import (
	"net/http"
	"strconv"
	"time"
)

// maxWindow is more than any of Okta's windows lasts: they are a minute long [R].
const maxWindow = 2 * time.Minute

// rateLimit is what an answer tells of its bucket's window.
type rateLimit struct {
	limit int
	used  int       // when the request was counted
	reset int64     // epoch second, by Okta's clock, at which the window ends
	ends  time.Time // the same on our clock, or a little later
}

// readRateLimit reads the X-Rate-Limit headers, which every answer of Okta's API
// has [R]. ok is false where they don't describe a window.
func readRateLimit(resp *http.Response) (told rateLimit, ok bool) {
	limit, ok1 := headerInt(resp.Header, "X-Rate-Limit-Limit")
	remaining, ok2 := headerInt(resp.Header, "X-Rate-Limit-Remaining")
	reset, ok3 := headerInt(resp.Header, "X-Rate-Limit-Reset")
	if !ok1 || !ok2 || !ok3 || limit <= 0 {
		return rateLimit{}, false
	}
	told = rateLimit{limit: int(limit), used: int(limit - remaining), reset: reset, ends: time.Now().Add(untilReset(resp, reset))}
	if resp.StatusCode == http.StatusTooManyRequests {
		told.used = told.limit
	}
	return told, true
}

// untilReset is how long to wait for a new window: by Okta's clock, whatever
// ours says, and a second longer, because both headers are cut to seconds.
func untilReset(resp *http.Response, reset int64) time.Duration {
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		return max(0, time.Unix(reset, 0).Sub(date)) + time.Second
	}
	// No clock but ours, which may be wrong by years: a window is a minute.
	return min(max(0, time.Until(time.Unix(reset, 0))), time.Minute) + time.Second
}

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
