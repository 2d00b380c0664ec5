// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"fmt"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"
)

// clock is the org's clock: Options.Now, moved by an offset. It is safe for use without the org's lock.
type clock struct {
	base   func() time.Time
	offset atomic.Int64 // nanoseconds
}

func (c *clock) now() time.Time { return c.base().Add(time.Duration(c.offset.Load())).UTC() }

// Now returns the org's time. Every time that the org writes comes from it: created, lastUpdated, the Date header,
// the reset of a rate limit, the expiry of tokens, and the events of the System Log.
func (o *Org) Now() time.Time { return o.clock.now() }

// Advance moves the org's clock forward, or back when by is negative. The clock then runs on as Options.Now does.
func (o *Org) Advance(by time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock.offset.Add(int64(by))
	if by < 0 {
		clear(o.windows) // else they would last until the clock is back where they began
	}
}

// SetNow sets the org's clock.
func (o *Org) SetNow(now time.Time) { o.Advance(now.Sub(o.Now())) }

func (o *Org) now() time.Time { return o.clock.now() }

var (
	weeksAndDays = regexp.MustCompile(`^(-?)(?:(\d+)w)?(?:(\d+)d)?(.*)$`)
	maxDays      = 100000 // time.Duration ends at 106,751 days
)

// parseDuration is time.ParseDuration with weeks and days before the hours: "90d", "1w2d12h".
func parseDuration(text string) (time.Duration, error) {
	failed := fmt.Errorf("%q is not a duration such as 90d, 2w or 36h", text)
	parts := weeksAndDays.FindStringSubmatch(text)
	if text == "" || parts == nil {
		return 0, failed
	}
	days := 0
	for i, length := range []int{7, 1} {
		if digits := parts[2+i]; digits != "" {
			number, err := strconv.Atoi(digits)
			if err != nil || number > maxDays/length {
				return 0, failed
			}
			days += number * length
		}
	}
	duration := time.Duration(days) * 24 * time.Hour
	if rest := parts[4]; rest != "" {
		hours, err := time.ParseDuration(rest)
		if err != nil || hours < 0 || days > maxDays || duration+hours < 0 {
			return 0, failed
		}
		duration += hours
	} else if parts[2] == "" && parts[3] == "" {
		return 0, failed
	}
	if parts[1] != "" {
		duration = -duration
	}
	return duration, nil
}

// adminShowClock answers the org's time.
func (o *Org) adminShowClock() (response, error) {
	return ok(map[string]string{"now": o.Now().Format(time.RFC3339Nano)})
}

// adminMoveClock takes {"now": an RFC 3339 time} or {"advance": a duration}, and answers the new time.
func (o *Org) adminMoveClock(body []byte) (response, error) {
	var wanted struct {
		Now     *time.Time `json:"now"`
		Advance *string    `json:"advance"`
	}
	if err := unmarshal(body, &wanted); err != nil {
		return response{}, err
	}
	switch {
	case wanted.Now != nil && wanted.Advance == nil:
		o.SetNow(*wanted.Now)
	case wanted.Now == nil && wanted.Advance != nil:
		by, err := parseDuration(*wanted.Advance)
		if err != nil {
			return response{}, err
		}
		o.Advance(by)
	default:
		return response{}, fmt.Errorf(`the clock needs either "now" or "advance"`)
	}
	return o.adminShowClock()
}
