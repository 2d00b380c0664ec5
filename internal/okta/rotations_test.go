// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// A run that rotates the secrets of 20 apps side by side, each with a refresh, a
// list, a POST, a deactivation and a DELETE, keeps within the org's limits: no
// request is refused, and the run takes hardly longer than so many requests must.
func TestGovernor_TwentyRotations(t *testing.T) {
	const apps, latency = 20, 40 * time.Millisecond
	for _, test := range []struct {
		limit, percent int
		dpop           bool
	}{{10, 100, false}, {50, 100, false}, {10, 50, false}, {50, 50, false}, {10, 100, true}, {50, 100, true}} {
		share := test.limit * test.percent / 100
		t.Run(fmt.Sprintf("limit %d, capacity %d%%, DPoP %t", test.limit, test.percent, test.dpop), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				<-time.After(12345 * time.Millisecond) // somewhere within a minute
				w := newWorld(t, oktasim.Options{Limits: oktasim.Limits{Apps: test.limit, App: 5 * test.limit, Other: 1000}}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
				configure := []func(*okta.Config){func(c *okta.Config) {
					c.MaxAPICapacity = test.percent
					c.MinWait, c.MaxWait = time.Second, time.Minute
				}}
				if test.dpop {
					configure = append(configure, w.addService(t, "P-256", true).configure)
				}
				client := w.newClient(t, configure...)
				w.fault(oktasim.Fault{Kind: oktasim.FaultLatency, Delay: latency})
				ids := []string{w.app}
				for len(ids) < apps {
					ids = append(ids, w.org.AddApp(oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic}).ID)
				}

				start := time.Now()
				inParallel(ids, func(app string) {
					if _, err := client.Secrets.List(t.Context(), app); err != nil {
						t.Error(err)
					}
				})
				inParallel(ids, func(app string) { rotate(t, w, client, app) })
				took := time.Since(start)

				requests, refused := 0, 0
				for _, request := range w.org.Requests() {
					if request.Bucket == oktasim.BucketApps {
						requests++
					}
					if request.Status == http.StatusTooManyRequests {
						refused++
					}
				}
				floor := time.Duration((requests-1)/share) * time.Minute
				over := 100 * float64(took-floor) / float64(floor)
				t.Logf("%d requests at %d a minute: %v at least, %v taken (%.1f%% more), %d refused", requests, share, floor, took, over, refused)
				mustEqual(t, "the number of requests", requests, 5*apps)
				mustEqual(t, "the number of requests refused", refused, 0)
				if over > 5 {
					t.Errorf("it took %.1f%% longer than it must", over)
				}
			})
		})
	}
}

func inParallel(ids []string, do func(id string)) {
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() { do(id) })
	}
	all.Wait()
}

// rotate creates a secret and retires the one before it.
func rotate(t *testing.T, w *world, client *okta.Client, app string) {
	old := w.org.Secrets(app)[0].ID
	value, err := client.GenerateSecret(app)
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := client.Secrets.Create(t.Context(), app, wantedValue(value)); err != nil {
		t.Error(err)
		return
	}
	if err := client.Secrets.Retire(t.Context(), app, old, okta.Retirement{}); err != nil {
		t.Error(err)
	}
	if held := w.org.Secrets(app); len(held) != 1 || held[0].Value != value || held[0].Status != "ACTIVE" {
		t.Errorf("app %s holds %v", app, held)
	}
}

// Terraform plans and applies with a process each. One that begins in a window
// the other has used up can't know: its one question is refused, and no more.
func TestGovernor_AnotherProcessUsedUpTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, oktasim.Options{Limits: oktasim.Limits{Apps: 10}}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
		for range 2 {
			client := w.newClient(t)
			inParallel(make([]string, 10), func(string) {
				if _, err := client.Secrets.List(t.Context(), w.app); err != nil {
					t.Error(err)
				}
			})
		}
		refused := 0
		for _, request := range w.org.Requests() {
			if request.Status == http.StatusTooManyRequests {
				refused++
			}
		}
		mustEqual(t, "the number of requests refused", refused, 1)
	})
}

// Too many at once: each comes back after a pause of its own.
func TestGovernor_ConcurrencyLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, oktasim.Options{Limits: oktasim.Limits{Concurrency: 5}}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
		w.fault(oktasim.Fault{Kind: oktasim.FaultLatency, Delay: 300 * time.Millisecond})
		client := w.newClient(t, func(c *okta.Config) { c.MinWait, c.MaxWait, c.MaxRetries = time.Second, time.Minute, 8 })
		start := time.Now()
		inParallel(make([]string, 40), func(string) {
			if _, err := client.Secrets.List(t.Context(), w.app); err != nil {
				t.Error(err)
			}
		})
		if took := time.Since(start); took > time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}
