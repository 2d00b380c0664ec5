// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// burst sends so many requests at once and waits for all of them.
func burst(t *testing.T, client *Client, n int) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if _, err := client.Secrets.List(t.Context(), fmt.Sprintf("app%d", i)); err != nil {
				t.Errorf("request %d: %v", i, err)
			}
		})
	}
	all.Wait()
}

func constant(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

func TestBucketOf(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/apps":                                 "/api/v1/apps",
		"/api/v1/apps/0oa1":                            "/api/v1/apps/{id}",
		"/api/v1/apps/a%2Fb":                           "/api/v1/apps/{id}",
		"/api/v1/apps/0oa1/credentials/secrets":        "/api/v1/apps",
		"/api/v1/apps/0oa1/credentials/jwks/pks1":      "/api/v1/apps",
		"/api/v1/apps/0oa1/lifecycle/activate":         "/api/v1/apps",
		"/api/v1/appsettings":                          "other",
		"/api/v1/users/me":                             "other",
		"/api/v1/logs":                                 "/api/v1/logs",
		"/oauth2/v1/token":                             "/oauth2/v1/token",
		"/oauth2/v1/introspect":                        "/oauth2/v1/introspect",
		"/integrations/api/v1/api-services/a/b/secret": "/integrations/api/v1/api-services",
	} {
		mustEqual(t, "the bucket of "+path, bucketOf(path), want)
	}
}

func TestReadRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now() // 2000-01-01T00:00:00Z in the bubble
		date := func(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
		epoch := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
		years := now.AddDate(26, 0, 0) // Okta's clock, when ours is wrong
		for _, test := range []struct {
			name                    string
			limit, remaining, reset string
			date                    string
			status                  int
			used                    int
			delay                   time.Duration
		}{
			{"a window", "50", "38", epoch(now.Add(42 * time.Second)), date(now), 200, 12, 43 * time.Second},
			{"a clock that is wrong", "50", "49", epoch(years.Add(42 * time.Second)), date(years), 200, 1, 43 * time.Second},
			{"a window just over", "50", "49", epoch(now), date(now.Add(time.Second)), 200, 1, time.Second},
			{"no Date", "50", "49", epoch(now.Add(42 * time.Second)), "", 200, 1, 43 * time.Second},
			{"no Date, and a clock that is wrong", "50", "49", epoch(years), "", 200, 1, 61 * time.Second},
			{"a refusal", "50", "3", epoch(now.Add(time.Second)), date(now), 429, 50, 2 * time.Second},
			{"the concurrency limit", "0", "0", epoch(now.Add(time.Second)), date(now), 429, -1, 0},
			{"nothing", "", "", "", "", 200, -1, 0},
			{"half", "50", "", "", "", 200, -1, 0},
			{"nonsense", "many", "few", "soon", "", 200, -1, 0},
		} {
			resp := &http.Response{StatusCode: test.status, Header: http.Header{}}
			for name, value := range map[string]string{
				"X-Rate-Limit-Limit": test.limit, "X-Rate-Limit-Remaining": test.remaining, "X-Rate-Limit-Reset": test.reset, "Date": test.date,
			} {
				resp.Header.Set(name, value)
			}
			told, ok := readRateLimit(resp)
			mustEqual(t, test.name+": whether it tells", ok, test.used >= 0)
			if ok {
				mustEqual(t, test.name+": the use", told.used, test.used)
				mustEqual(t, test.name+": the delay", told.ends.Sub(now), test.delay)
			}
		}
	})
}

func TestGovernor_FirstRequestGoesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := &limitedOrg{limit: 1000, latency: constant(time.Second)}
		client := newTestClient(t, org)
		var all sync.WaitGroup
		all.Go(func() { burst(t, client, 30) })
		<-time.After(time.Second)
		org.mu.Lock()
		mustEqual(t, "the number of requests before the first answer", org.underway, 1)
		org.mu.Unlock()
		all.Wait()
		mustEqual(t, "the number of requests side by side after it", org.mostAtOne, 29)
	})
}

func TestGovernor_StaysWithinTheLimit(t *testing.T) {
	for _, aligned := range []bool{false, true} {
		for _, limit := range []int{1, 10, 50} {
			t.Run(fmt.Sprintf("limit %d, aligned %t", limit, aligned), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					<-time.After(17300 * time.Millisecond) // somewhere within a minute
					random := rand.New(rand.NewPCG(1, uint64(limit)))
					var mu sync.Mutex
					// Answers overtake each other.
					latency := func() time.Duration {
						mu.Lock()
						defer mu.Unlock()
						return time.Duration(random.IntN(400)) * time.Millisecond
					}
					org := &limitedOrg{limit: limit, aligned: aligned, latency: latency}
					start := time.Now()
					n := limit*4 + limit/2 // four windows and a half
					burst(t, newTestClient(t, org), n)
					mustEqual(t, "the number of refusals", org.refused, 0)
					mustEqual(t, "the number of requests served", len(org.served), n)
					floor := 4 * time.Minute
					if aligned {
						floor -= 18 * time.Second
					}
					if took := time.Since(start); took > floor+floor/20 {
						t.Errorf("it took %v, more than 5%% above %v", took, floor)
					}
				})
			})
		}
	}
}

// Somebody else uses the limit too: each window is asked about before it is used.
func TestGovernor_RespectsTheUseOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := &limitedOrg{limit: 10, latency: constant(50 * time.Millisecond), others: func() int { return 6 }}
		start := time.Now()
		burst(t, newTestClient(t, org), 12) // four a window
		mustEqual(t, "the number of refusals", org.refused, 0)
		if took := time.Since(start); took < 2*time.Minute || took > 126*time.Second {
			t.Errorf("it took %v, want two minutes and little more", took)
		}
	})
}

// Others who grow while the window lasts cost a refusal, and no more than one
// window.
func TestGovernor_OthersWhoAreFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := &limitedOrg{limit: 10}
		client := newTestClient(t, org)
		burst(t, client, 2)
		org.mu.Lock()
		org.used = 10
		org.mu.Unlock()
		start := time.Now()
		burst(t, client, 1)
		mustEqual(t, "the number of refusals", org.refused, 1)
		mustEqual(t, "the time it took", time.Since(start).Round(time.Second), 61*time.Second)
	})
}

func TestGovernor_LeavesTheRestOfTheCapacity(t *testing.T) {
	for _, test := range []struct{ limit, percent, share int }{{10, 50, 5}, {50, 30, 15}, {10, 1, 1}, {10, 99, 9}, {10, 100, 10}, {10, 0, 10}} {
		t.Run(fmt.Sprintf("%d%% of %d", test.percent, test.limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				org := &limitedOrg{limit: test.limit}
				client := newTestClient(t, org, func(c *Config) { c.MaxAPICapacity = test.percent })
				var all sync.WaitGroup
				all.Go(func() { burst(t, client, 2*test.share+1) })
				<-time.After(time.Second)
				org.mu.Lock()
				mustEqual(t, "the use of the first window", len(org.served), test.share)
				org.mu.Unlock()
				all.Wait()
				mustEqual(t, "the number of windows", org.windows, 3)
				mustEqual(t, "the number of refusals", org.refused, 0)
			})
		})
	}
}

// The share is of what this client may use, not of what it may leave: others who
// use theirs don't keep it waiting.
func TestGovernor_ShareIsNotUsedUpByOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := &limitedOrg{limit: 10, others: func() int { return 5 }}
		client := newTestClient(t, org, func(c *Config) { c.MaxAPICapacity = 50 })
		burst(t, client, 5)
		mustEqual(t, "the number of windows", org.windows, 1)
	})
}

func TestGovernor_ServesInTheOrderOfArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := &limitedOrg{limit: 1}
		client := newTestClient(t, org)
		var all sync.WaitGroup
		var want []string
		for i := range 20 {
			all.Go(func() {
				if _, err := client.Secrets.List(t.Context(), fmt.Sprintf("app%02d", i)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // it stands in line now
			want = append(want, fmt.Sprintf("/api/v1/apps/app%02d/credentials/secrets", i))
		}
		all.Wait()
		if !slices.Equal(org.served, want) {
			t.Errorf("the order is %v", org.served)
		}
	})
}

// One who leaves the line does not hold up those behind.
func TestGovernor_GivesTheTurnOfWhoLeavesToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		org := &limitedOrg{limit: 1}
		client := newTestClient(t, org)
		burst(t, client, 1)
		ctx, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = client.Secrets.List(ctx, "leaves") })
			synctest.Wait()
		}
		all.Go(func() { _, _ = client.Secrets.List(t.Context(), "stays") })
		synctest.Wait()
		leave()
		start := time.Now()
		all.Wait()
		if took := time.Since(start); took > 62*time.Second {
			t.Errorf("it took %v, more than a window", took)
		}
		mustEqual(t, "the number of requests served", len(org.served), 2)
	})
}

func TestGovernor_LogsEachWaitOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var waits []string
		org := &limitedOrg{limit: 10, latency: constant(10 * time.Millisecond)}
		client := newTestClient(t, org, func(c *Config) {
			c.Log = func(_ context.Context, message string, fields map[string]any) {
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, fmt.Sprint(message, " ", fields["bucket"], " ", fields["seconds"]))
			}
		})
		burst(t, client, 35)
		want := "Waiting for the org's rate limit /api/v1/apps 61"
		if !slices.Equal(waits, []string{want, want, want}) {
			t.Errorf("the log is %q, want three times %q", waits, want)
		}
	})
}

func TestGovernor_BucketsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		small, large := &limitedOrg{limit: 1}, &limitedOrg{limit: 100}
		client := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if bucketOf(r.URL.EscapedPath()) == "/api/v1/apps" {
				small.ServeHTTP(w, r)
			} else {
				large.count(w.Header(), r)
				succeed(w, r)
			}
		}))
		burst(t, client, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = client.Secrets.List(ctx, "waits") }()
		synctest.Wait()
		start := time.Now()
		for i := range 100 {
			if _, err := client.App(t.Context(), fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		}
		mustEqual(t, "the time it took", time.Since(start), 0)
		cancel()
	})
}

func TestGovernor_WithoutHeadersThereIsNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-time.After(time.Second)
			answer(200, []any{})(w, r)
		}))
		start := time.Now()
		burst(t, client, 50)
		mustEqual(t, "the time it took", time.Since(start), 2*time.Second)
	})
}
