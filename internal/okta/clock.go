// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// orgClock tells the org's time: the local clock, corrected by the Date headers of
// Okta's responses.
//
// Ages decide when a credential is deactivated and deleted, so a wrong Date must not
// move the time. A Date counts only if the response is Okta's own (see
// [trustedDate]), and the correction is the median of all that counted in this run,
// of two the earlier one: a single wrong header among several changes nothing, and
// in doubt it is earlier, which retires nothing too soon.
type orgClock struct {
	local func() time.Time
	// skewed is called once when the two clocks differ by more than toleratedSkew.
	skewed func(ClockSkew)

	mu      sync.Mutex
	offsets []time.Duration // whole seconds, org minus local, sorted
	told    bool
}

// toleratedSkew is how far a machine's clock may be wrong without a notice. Nothing
// depends on less: an overlap of minutes is for tests.
const toleratedSkew = 5 * time.Minute

// maxClockSamples bounds what a long run remembers.
const maxClockSamples = 101

// ClockSkew says that the machine's clock is wrong, by the org's.
type ClockSkew struct {
	// Skew is the org's time minus the local time, in whole seconds.
	Skew time.Duration
}

func (ClockSkew) notice() {}

// now returns the org's time, and the local time before the first response.
func (c *orgClock) now() time.Time {
	now := c.local()
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.Add(c.offset())
}

// correction is what now adds to the local time.
func (c *orgClock) correction() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset()
}

// offset is the lower median; c.mu must be held.
func (c *orgClock) offset() time.Duration {
	if len(c.offsets) == 0 {
		return 0
	}
	return c.offsets[(len(c.offsets)-1)/2]
}

// learn takes the time from a response that has just arrived.
func (c *orgClock) learn(resp *http.Response) {
	date, ok := trustedDate(resp.Header)
	if !ok {
		return
	}
	// Okta cuts Date to a second: half of one is missing on average. A difference of a
	// second or two can't be told from that, and from the time that the response took.
	offset := date.Sub(c.local()).Round(time.Second)
	if offset.Abs() <= 2*time.Second {
		offset = 0
	}
	c.mu.Lock()
	if len(c.offsets) < maxClockSamples {
		i, _ := slices.BinarySearch(c.offsets, offset)
		c.offsets = slices.Insert(c.offsets, i, offset)
	}
	skew := c.offset()
	tell := !c.told && skew.Abs() > toleratedSkew
	c.told = c.told || tell
	c.mu.Unlock()
	if tell {
		c.skewed(ClockSkew{Skew: skew})
	}
}

// trustedDate returns the Date of a response that Okta gave just now. A cache adds
// Age (RFC 9111 §5.1). X-Rate-Limit-Reset is Okta's clock a second time: the end of
// a window of a minute, in epoch seconds [R]. Where the two don't belong together, a
// proxy has rewritten one of them.
func trustedDate(header http.Header) (date time.Time, ok bool) {
	date, err := http.ParseTime(header.Get("Date"))
	reset, told := headerInt(header, "X-Rate-Limit-Reset")
	if err != nil || !told || header.Get("Age") != "" {
		return time.Time{}, false
	}
	ahead := time.Unix(reset, 0).Sub(date)
	return date, -maxWindow <= ahead && ahead <= maxWindow
}

// watch shows each response to the clock.
type watch struct {
	next  http.RoundTripper
	clock *orgClock
}

func (w watch) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(req)
	if err == nil {
		w.clock.learn(resp)
	}
	return resp, err
}
