// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// A refresh of many objects of an app costs one request for each of its two
// snapshots.
func TestSnapshot_OneReadForAll(t *testing.T) {
	w := newSecretWorld(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultLatency, Delay: time.Millisecond})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := w.client.App(t.Context(), w.app); err != nil {
				t.Error(err)
			}
			if _, err := w.client.Keys.Snapshot(t.Context(), w.app); err != nil {
				t.Error(err)
			}
			if secrets, err := w.client.Secrets.Snapshot(t.Context(), w.app); err != nil || len(secrets) != 1 {
				t.Error(secrets, err)
			}
		})
	}
	all.Wait()
	w.mustLog(t, "GET /api/v1/apps/"+w.app+" 200", "GET /secrets 200")
}

// What this process writes changes what it has read, and is read again only where
// the outcome can't be told.
func TestSnapshot_FollowsEachWrite(t *testing.T) {
	w := newWorld(t, oktasim.Options{}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
	secrets, keys := w.client.Secrets, w.client.Keys
	second := w.addSecret(t, "", "")
	key := w.addKey(t, "one")
	w.addKey(t, "two")
	for _, step := range []struct {
		name    string
		secrets bool // they are read again
		keys    bool // the app is read again
		change  func(context.Context) error
	}{
		{"deactivate a secret", false, false, func(ctx context.Context) error {
			_, err := secrets.SetStatus(ctx, w.app, second.ID, okta.StatusInactive)
			return err
		}},
		{"activate a secret", false, false, func(ctx context.Context) error {
			_, err := secrets.SetStatus(ctx, w.app, second.ID, okta.StatusActive)
			return err
		}},
		{"retire a secret", false, false, func(ctx context.Context) error {
			return secrets.Retire(ctx, w.app, second.ID, okta.Retirement{})
		}},
		{"fail to create a secret", true, false, func(ctx context.Context) error {
			wanted := wantedValue("ü")
			if _, err := secrets.Create(ctx, w.app, wanted); err == nil {
				return errors.New("it is created")
			}
			return nil
		}},
		{"create a secret", false, false, func(ctx context.Context) error {
			_, err := secrets.Create(ctx, w.app, wantedValue("another-of-my-own"))
			return err
		}},
		{"deactivate a key", false, false, func(ctx context.Context) error {
			_, err := keys.SetStatus(ctx, w.app, key, okta.StatusInactive)
			return err
		}},
		{"delete a key", false, false, func(ctx context.Context) error { return keys.Delete(ctx, w.app, key) }},
		{"create a key", false, false, func(ctx context.Context) error { _, err := keys.Create(ctx, w.app, wantedKey("three")); return err }},
		{"update the app", true, false, func(ctx context.Context) error {
			_, err := w.client.UpdateApp(ctx, w.app, func(_ okta.App, document *okta.Document) error { return document.Set("renamed", "label") })
			return err
		}},
		{"lose the response to a deactivation of a key", false, true, func(ctx context.Context) error {
			w.fault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST"})
			_, err := keys.SetStatus(ctx, w.app, w.org.Keys(w.app)[0].ID, okta.StatusInactive)
			w.org.ClearFaults()
			return want(err != nil, nil)
		}},
		{"nothing", false, false, func(context.Context) error { return nil }},
	} {
		if _, err := w.client.App(t.Context(), w.app); err != nil {
			t.Fatal(err)
		}
		if _, err := secrets.Snapshot(t.Context(), w.app); err != nil {
			t.Fatal(err)
		}
		if err := step.change(t.Context()); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		w.log()
		app, err := w.client.App(t.Context(), w.app)
		if err != nil {
			t.Fatal(err)
		}
		held, err := secrets.Snapshot(t.Context(), w.app)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if step.keys {
			want = append(want, "GET /api/v1/apps/"+w.app+" 200")
		}
		if step.secrets {
			want = append(want, "GET /secrets 200")
		}
		t.Run(step.name, func(t *testing.T) {
			w.mustLog(t, want...)
			mustEqual(t, "the secrets", listed(held), listed(mustList(t, w)))
			fresh, err := w.newClient(t).App(t.Context(), w.app)
			if err != nil {
				t.Fatal(err)
			}
			mustEqual(t, "the keys", listed(app.Keys), listed(fresh.Keys))
			app.Keys, fresh.Keys = nil, nil
			mustEqual(t, "the app", fmt.Sprint(app), fmt.Sprint(fresh))
		})
	}
}

// listed are credentials in an order that doesn't depend on when they were written.
func listed[C okta.Credential](credentials []C) string {
	var lines []string
	for _, credential := range credentials {
		lines = append(lines, credential.Meta().ID+" "+string(credential.Meta().Status))
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

func mustList(t *testing.T, w *world) []okta.ClientSecret {
	t.Helper()
	secrets, err := w.client.Secrets.List(t.Context(), w.app)
	if err != nil {
		t.Fatal(err)
	}
	return secrets
}

// Who writes while somebody reads: the reader's answer may be of before, and
// must not be kept.
func TestSnapshot_ReadThatAWriteOvertakes_IsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSecretWorld(t)
		second := w.addSecret(t, "", "")
		slow := w.newClient(t, func(c *okta.Config) {
			c.Transport = lateAnswers{okta.NewMemory(w)}
		})
		if _, err := slow.Secrets.List(t.Context(), w.app); err != nil { // the limit is known now
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() { _, _ = slow.Secrets.Snapshot(t.Context(), w.app) })
		synctest.Wait() // the org has answered ACTIVE, the answer is on its way
		all.Go(func() {
			if _, err := slow.Secrets.SetStatus(t.Context(), w.app, second.ID, okta.StatusInactive); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		secrets, err := slow.Secrets.Snapshot(t.Context(), w.app)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if secret.ID == second.ID {
				mustEqual(t, "the status", secret.Status, okta.StatusInactive)
			}
		}
	})
}

// lateAnswers delays the answers to GETs.
type lateAnswers struct{ next http.RoundTripper }

func (l lateAnswers) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if req.Method == http.MethodGet {
		<-time.After(time.Second)
	}
	return resp, err
}

// A reader who leaves takes nobody with him.
func TestSnapshot_FirstReaderCancelled_TheNextReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSecretWorld(t)
		w.fault(oktasim.Fault{Kind: oktasim.FaultLatency, Delay: time.Second})
		first, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := w.client.App(first, w.app); !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v, want a cancellation", err)
			}
		})
		synctest.Wait()
		for range 3 {
			all.Go(func() {
				if _, err := w.client.App(t.Context(), w.app); err != nil {
					t.Error(err)
				}
			})
		}
		leave()
		all.Wait()
		<-time.After(time.Minute)
		w.mustLog(t, "GET /api/v1/apps/"+w.app, "GET /api/v1/apps/"+w.app)
	})
}

func TestSnapshot_FailureIsNotKept(t *testing.T) {
	w := newSecretWorld(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 403, Times: 1})
	if _, err := w.client.Secrets.Snapshot(t.Context(), w.app); !okta.IsForbidden(err) {
		t.Errorf("the error is %v, want that it is forbidden", err)
	}
	if _, err := w.client.Secrets.Snapshot(t.Context(), w.app); err != nil {
		t.Error(err)
	}
}

func TestSnapshot_CallersMayChangeTheirs(t *testing.T) {
	w := newSecretWorld(t)
	for range 2 {
		secrets, err := w.client.Secrets.Snapshot(t.Context(), w.app)
		if err != nil {
			t.Fatal(err)
		}
		mustEqual(t, "the value", secrets[0].Value, w.org.Secrets(w.app)[0].Value)
		secrets[0].Value = "changed"
	}
}

// Changes of one app come one after the other; other apps don't wait.
func TestLock_OneChangeOfAnAppAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSecretWorld(t)
		second := w.addSecret(t, "", "")
		other := w.org.AddApp(oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
		w.fault(oktasim.Fault{Kind: oktasim.FaultLatency, Delay: time.Second})
		var mu sync.Mutex
		underway, most := map[string]int{}, 0
		count := func(r *http.Request, by int) {
			mu.Lock()
			defer mu.Unlock()
			app := strings.Split(r.URL.Path, "/")[4]
			underway[app] += by
			most = max(most, underway[app])
		}
		client := w.newClient(t, func(c *okta.Config) {
			c.Transport = okta.NewMemory(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
				count(r, 1)
				defer count(r, -1)
				w.ServeHTTP(out, r)
			}))
		})
		start := time.Now()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = client.Secrets.SetStatus(t.Context(), w.app, second.ID, okta.StatusActive) })
			all.Go(func() {
				_, _ = client.Secrets.SetStatus(t.Context(), other.ID, w.org.Secrets(other.ID)[0].ID, okta.StatusActive)
			})
			all.Go(func() {
				_, _ = client.UpdateApp(t.Context(), w.app, func(okta.App, *okta.Document) error { return io.EOF })
			})
		}
		all.Wait()
		mustEqual(t, "the most changes of an app at once", most, 1)
		// Six of w.app, one after the other; the governor sends the first alone.
		if took := time.Since(start); took > 7*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
