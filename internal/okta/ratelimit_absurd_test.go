// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// absurd is a rate limit that no org has.
type absurd struct {
	name      string
	status    int
	remaining int
	reset     func(now time.Time) time.Time
	date      func(now time.Time) time.Time // nil for none
}

func years(n int) func(time.Time) time.Time {
	return func(now time.Time) time.Time { return now.AddDate(n, 0, 0) }
}

func at(now time.Time) time.Time { return now }

var absurdities = []absurd{
	{"reset in ten years", 429, 0, years(10), at},
	{"reset ten years ago", 429, 0, years(-10), at},
	{"reset and Date in ten years", 429, 0, years(10), years(10)},
	{"a stale Date", 429, 0, at, years(-1)},
	{"no Date, reset in ten years", 429, 0, years(10), nil},
	{"accepted, with nothing left for ten years", 200, 0, years(10), at},
	{"accepted, with nothing left since ten years ago", 200, 0, years(-10), at},
	{"accepted, with less than nothing left", 200, -7, at, at},
}

func (a absurd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	w.Header().Set("X-Rate-Limit-Limit", "10")
	w.Header().Set("X-Rate-Limit-Remaining", strconv.Itoa(a.remaining))
	w.Header().Set("X-Rate-Limit-Reset", strconv.FormatInt(a.reset(now).Unix(), 10))
	if a.date != nil {
		w.Header().Set("Date", a.date(now).UTC().Format(http.TimeFormat))
	}
	if a.status == http.StatusOK {
		answer(a.status, []any{})(w, r)
	} else {
		w.WriteHeader(a.status)
	}
}

func TestGovernor_AbsurdHeaders(t *testing.T) {
	for _, a := range absurdities {
		t.Run(a.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var asked []time.Time
				org := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					asked = append(asked, time.Now())
					mu.Unlock()
					a.ServeHTTP(w, r)
				})
				client := newTestClient(t, org, func(c *Config) { c.MaxRetries = 100 })
				begin := time.Now()
				const objects = 20
				var all sync.WaitGroup
				for i := range objects {
					all.Go(func() {
						_, err := client.Secrets.List(t.Context(), fmt.Sprint(i))
						var limit *RateLimitError
						if refused := a.status == 429; refused != (errors.As(err, &limit) && IsRateLimited(err)) || !refused && err != nil {
							t.Errorf("the error is %v", err)
						}
					})
				}
				all.Wait()
				if took := time.Since(begin); took > objects*2*time.Minute {
					t.Errorf("it took %s", took)
				}
				for i := range asked[1:] {
					if pause := asked[i+1].Sub(asked[i]); pause > 2*time.Minute || pause < time.Second {
						t.Errorf("request %d comes %s after the one before", i+1, pause)
					}
				}
				if most := map[bool]int{true: maxStuckWindows, false: objects}[a.status == 429]; len(asked) > most {
					t.Errorf("%d requests were sent, want %d at most", len(asked), most)
				}
			})
		})
	}
}

// One request after the other, as a plan makes them: once Okta has refused
// everything for several windows, the rest of the plan doesn't wait as well.
func TestGovernor_StuckRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, absurdities[0], func(c *Config) { c.MaxRetries = 5 })
		begin := time.Now()
		for i := range 200 {
			if _, err := client.App(t.Context(), fmt.Sprint(i)); !IsRateLimited(err) {
				t.Fatalf("the error is %v", err)
			}
		}
		if took := time.Since(begin); took > 15*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

func TestGovernor_RecoversFromBeingStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := &limitedOrg{limit: 10}
		stuck := true
		client := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if stuck {
				absurdities[0].ServeHTTP(w, r)
				return
			}
			org.ServeHTTP(w, r)
		}), func(c *Config) { c.MaxRetries = 100 })
		if _, err := client.Secrets.List(t.Context(), "1"); !IsRateLimited(err) {
			t.Fatalf("the error is %v", err)
		}
		stuck = false
		<-time.After(2 * time.Minute)
		burst(t, client, 30)
	})
}

func TestGovernor_TellsALongWaitOncePerBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []Notice
		client := newTestClient(t, &limitedOrg{limit: 10}, func(c *Config) {
			c.Notify = func(n Notice) { mu.Lock(); defer mu.Unlock(); told = append(told, n) }
		})
		burst(t, client, 35)
		if len(told) != 1 || told[0] != (RateLimitWait{Bucket: "/api/v1/apps", Limit: 10, Waited: 61 * time.Second}) {
			t.Errorf("told %v, want one wait of a minute", told)
		}
	})
}
