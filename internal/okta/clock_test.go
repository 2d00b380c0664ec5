// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"maps"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// dated is a response that Okta gives at the time.
func dated(at time.Time) *http.Response {
	return &http.Response{Header: http.Header{
		"Date":               {at.UTC().Format(http.TimeFormat)},
		"X-Rate-Limit-Reset": {strconv.FormatInt(at.Add(time.Minute).Unix(), 10)},
	}}
}

func TestTrustedDate(t *testing.T) {
	at := time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)
	reset := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	for _, test := range []struct {
		name    string
		change  map[string]string
		trusted bool
	}{
		{"Okta's own", nil, true},
		{"a window that has just ended", map[string]string{"X-Rate-Limit-Reset": reset(at.Add(-time.Second))}, true},
		{"no Date", map[string]string{"Date": ""}, false},
		{"a Date that isn't one", map[string]string{"Date": "yesterday"}, false},
		{"no rate limit", map[string]string{"X-Rate-Limit-Reset": ""}, false},
		{"a cache's", map[string]string{"Age": "0"}, false},
		{"a stale Date", map[string]string{"Date": at.Add(-time.Hour).Format(http.TimeFormat)}, false},
		{"a Date years ahead", map[string]string{"Date": at.AddDate(10, 0, 0).Format(http.TimeFormat)}, false},
		{"a reset years ahead", map[string]string{"X-Rate-Limit-Reset": reset(at.AddDate(10, 0, 0))}, false},
	} {
		resp := dated(at)
		for name, value := range test.change {
			resp.Header.Set(name, value)
		}
		date, trusted := trustedDate(resp.Header)
		mustEqual(t, test.name+": whether it is trusted", trusted, test.trusted)
		if trusted {
			mustEqual(t, test.name+": the date", date.Equal(at), true)
		}
	}
}

func TestOrgClock_IsTheMedianOfWhatOktaSays(t *testing.T) {
	local := time.Date(2026, 11, 25, 13, 0, 0, 499e6, time.UTC)
	for _, test := range []struct {
		name    string
		offsets []time.Duration // of the responses, in their order
		want    time.Duration
		skewed  int
	}{
		{"before the first response", nil, 0, 0},
		{"clocks that agree", []time.Duration{0, 0}, 0, 0},
		{"clocks that nearly agree", []time.Duration{5 * time.Minute}, 5 * time.Minute, 0},
		{"a machine three days ahead", []time.Duration{-72 * time.Hour, -72 * time.Hour}, -72 * time.Hour, 1},
		{"a machine three days behind", []time.Duration{72 * time.Hour}, 72 * time.Hour, 1},
		{"of two, the earlier", []time.Duration{240 * time.Hour, 0}, 0, 1},
		{"of two, the earlier in any order", []time.Duration{0, 240 * time.Hour}, 0, 0},
		{"one that is ahead, among several", []time.Duration{3 * time.Second, 240 * time.Hour, 0}, 3 * time.Second, 0},
		{"one that is stale, among several", []time.Duration{3 * time.Second, 0, -240 * time.Hour}, 0, 0},
	} {
		told := 0
		clock := &orgClock{local: func() time.Time { return local }, skewed: func(ClockSkew) { told++ }}
		for _, offset := range test.offsets {
			clock.learn(dated(local.Add(offset)))
		}
		mustEqual(t, test.name+": the offset", clock.now().Sub(local), test.want)
		mustEqual(t, test.name+": how often the skew was told", told, test.skewed)
	}
}

func TestOrgClock_RemembersSoMuchAndNoMore(t *testing.T) {
	clock := &orgClock{local: time.Now}
	for range 10 * maxClockSamples {
		clock.learn(dated(time.Now()))
	}
	mustEqual(t, "the number of samples", len(clock.offsets), maxClockSamples)
}

func TestNow_IsTheOrgsTime(t *testing.T) {
	local := time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)
	var notices []Notice
	client := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), dated(local.Add(-72*time.Hour)).Header)
		refuse(404, "E0000007", "Not found")(w, r)
	}), func(c *Config) {
		c.Now, c.Notify = func() time.Time { return local }, func(n Notice) { notices = append(notices, n) }
	})
	mustEqual(t, "the time before the first response", client.Now(), local)
	for range 3 { // a refusal tells the time as well
		_, _ = client.App(t.Context(), "0oa1")
	}
	mustEqual(t, "the time", client.Now(), local.Add(-72*time.Hour))
	if len(notices) != 1 || notices[0] != (ClockSkew{Skew: -72 * time.Hour}) {
		t.Errorf("the notices are %v, want the skew once", notices)
	}
}
