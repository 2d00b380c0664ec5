// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// promptly runs f with a context that is cancelled after a minute, and wants it
// to end within 100 ms of that with the context's error.
func promptly(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	start := time.Now()
	time.AfterFunc(time.Minute, cancel)
	err := f(ctx)
	if took := time.Since(start); took < time.Minute || took > time.Minute+100*time.Millisecond {
		t.Errorf("it ended after %v, want a minute: %v", took, err)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want a cancellation", err)
	}
	if IsAmbiguous(err) {
		t.Errorf("%v is ambiguous", err)
	}
}

func TestCancel_EndsEveryWait(t *testing.T) {
	const long = time.Hour
	exhausted := func(w http.ResponseWriter, r *http.Request) {
		answer(429, nil, "X-Rate-Limit-Limit", "10", "X-Rate-Limit-Remaining", "0",
			"X-Rate-Limit-Reset", "1000003600", "Date", time.Unix(1000000000, 0).UTC().Format(http.TimeFormat))(w, r)
	}
	patient := func(c *Config) { c.MinWait, c.MaxWait, c.MaxRetries, c.RequestTimeout = long, long, 100, 2*long }
	create := func(ctx context.Context, c *Client) error {
		_, err := c.Secrets.Create(ctx, "0oa1", Wanted[ClientSecret]{Body: NewClientSecret{}, Is: func(ClientSecret) bool { return false }})
		return err
	}
	for _, test := range []struct {
		name   string
		server http.HandlerFunc
		run    func(context.Context, *Client) error
	}{
		{"the answer to a GET", hang, calls["GET"]},
		{"the pause between attempts at a GET", refuse(500, "E0000009", "x"), calls["GET"]},
		{"the pause between attempts at a create, after a 429 of concurrency", answer(429, nil), create},
		{"the rate limit's window", exhausted, create},
		{"the rate limit's window, behind somebody else", exhausted, func(ctx context.Context, c *Client) error {
			go func() { _, _ = c.Secrets.List(ctx, "0oa2") }()
			synctest.Wait()
			_, err := c.Secrets.List(ctx, "0oa1")
			return err
		}},
		{"the app's lock", hang, func(ctx context.Context, c *Client) error {
			unlock, err := c.locks.lock(ctx, "0oa1")
			if err != nil {
				return err
			}
			defer unlock()
			return c.Secrets.Retire(ctx, "0oa1", "ocs1", Retirement{})
		}},
		{"a snapshot that somebody else reads", hang, func(ctx context.Context, c *Client) error {
			go func() { _, _ = c.App(context.WithoutCancel(ctx), "0oa1") }()
			synctest.Wait()
			_, err := c.App(ctx, "0oa1")
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := newTestClient(t, test.server, patient)
				promptly(t, func(ctx context.Context) error { return test.run(ctx, client) })
				<-time.After(1000 * long) // of simulated time: whoever is left ends
			})
		})
	}
}

func TestCancel_EndsVerify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := answer(401, `{"error":"invalid_client","error_description":"The client secret supplied for a confidential client is invalid."}`)
		client := newTestClient(t, refused)
		promptly(t, func(ctx context.Context) error {
			err := client.Verify(ctx, App{ClientID: "0oa1", AuthMethod: AuthMethodSecretBasic}, "secret")
			if !IsInvalidClient(err) {
				t.Errorf("%v does not tell of Okta's refusal", err)
			}
			return err
		})
	})
}

// Once a request that changes something has left, whether it took effect could
// only be guessed if it were abandoned.
func TestCancel_DoesNotAbandonWhatWasSent(t *testing.T) {
	for name, call := range calls {
		if name == "GET" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				server := newScript(t, func(w http.ResponseWriter, r *http.Request) {
					cancel()
					<-time.After(10 * time.Second)
					succeed(w, r)
				})
				client := newTestClient(t, server)
				start := time.Now()
				if err := call(ctx, client); err != nil {
					t.Errorf("the error is %v, want the result of what was sent", err)
				}
				mustEqual(t, "the time it took", time.Since(start), 10*time.Second)
			})
		})
	}
}

func TestCancel_SendsNothingMore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		answer(200, secretJSON("ocs1", StatusInactive, "v"))(w, r)
	})
	client := newTestClient(t, server)
	err := client.Secrets.Retire(ctx, "0oa1", "ocs1", Retirement{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want a cancellation", err)
	}
	mustEqual(t, "the number of requests", server.count(), 1) // deactivate, and no DELETE
}

// A repetition is not sent after the run was cancelled, and the error tells what
// kept the first attempt from success.
func TestCancel_TellsWhatWentWrongBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, refuse(503, "E0000010", "Service is in read only mode"), func(c *Config) { c.MinWait, c.MaxWait = time.Hour, time.Hour })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := client.App(ctx, "0oa1")
		mustEqual(t, "the error", err.Error(), "GET /api/v1/apps/0oa1: context deadline exceeded (before that: Service Unavailable)")
	})
}

// What was sent is finished, and what it came to is told, be it a failure.
func TestCancel_TellsWhatTheLastAttemptCameTo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		refuse(503, "E0000010", "Service is in read only mode")(w, r)
	})
	_, err := newTestClient(t, server).Secrets.SetStatus(ctx, "0oa1", "ocs1", StatusInactive)
	if _, ok := errors.AsType[*APIError](err); !ok {
		t.Errorf("the error is %v, want Okta's", err)
	}
}
