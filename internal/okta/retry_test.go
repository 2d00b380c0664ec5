// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"crypto/tls"
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// dialer is a network that refuses the first connections.
type dialer struct {
	refusals int
	err      error
	next     http.RoundTripper
}

func (d *dialer) RoundTrip(req *http.Request) (*http.Response, error) {
	if d.refusals--; d.refusals >= 0 {
		return nil, d.err
	}
	return d.next.RoundTrip(req)
}

var errDialRefused = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connect: connection refused")}

// calls are all kinds of requests there are, by what repeating them does.
var calls = map[string]func(context.Context, *Client) error{
	"GET": func(ctx context.Context, c *Client) error { _, err := c.App(ctx, "0oa1"); return err },
	"lifecycle": func(ctx context.Context, c *Client) error {
		_, err := c.Secrets.SetStatus(ctx, "0oa1", "ocs1", StatusInactive)
		return err
	},
	"DELETE": func(ctx context.Context, c *Client) error { return c.Secrets.Delete(ctx, "0oa1", "ocs1") },
	"create": func(ctx context.Context, c *Client) error {
		_, err := c.Secrets.post(ctx, "0oa1", NewClientSecret{})
		return err
	},
}

func TestRetry_OnlyWhereItIsSafe(t *testing.T) {
	limited := []string{"X-Rate-Limit-Limit", "10", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "1", "Date", "Thu, 01 Jan 1970 00:00:01 GMT"}
	faults := map[string]struct {
		fault      http.HandlerFunc
		dial       bool
		safeToPost bool
	}{
		"dial refused":          {dial: true, safeToPost: true},
		"429 of the minute":     {fault: answer(429, nil, limited...), safeToPost: true},
		"429 of concurrency":    {fault: answer(429, nil, "X-Rate-Limit-Limit", "0", "X-Rate-Limit-Remaining", "0"), safeToPost: true},
		"429 without a word":    {fault: answer(429, nil), safeToPost: true},
		"500":                   {fault: refuse(500, "E0000009", "Internal Server Error")},
		"502 of a proxy":        {fault: answer(502, "<html>")},
		"503 of read-only mode": {fault: refuse(503, "E0000010", "Service is in read only mode")},
		"connection dropped":    {fault: hangUp},
		"no answer in time":     {fault: hang},
	}
	for faultName, f := range faults {
		for callName, call := range calls {
			t.Run(callName+"/"+faultName, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := newScript(t, succeed)
					if !f.dial {
						server = newScript(t, f.fault, succeed)
					}
					network := &dialer{err: errDialRefused, next: memory{server}}
					if f.dial {
						network.refusals = 1
					}
					client := newTestClient(t, nil, func(c *Config) { c.Transport = network })
					err := call(t.Context(), client)
					repeated := server.count() == len(server.answers)
					want := callName != "create" || f.safeToPost
					mustEqual(t, "that it is repeated", repeated, want)
					mustEqual(t, "that it succeeds", err == nil, want)
					if !want && !IsAmbiguous(err) {
						t.Errorf("%v is not ambiguous", err)
					}
					<-time.After(2 * time.Hour) // of simulated time: let hanging handlers end
				})
			})
		}
	}
}

func TestRetry_NotWhereItIsInVain(t *testing.T) {
	untrusted := &tls.CertificateVerificationError{Err: errors.New("x509: certificate signed by unknown authority")}
	noSuchHost := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "dev-1.okta.com", IsNotFound: true}}
	for name, err := range map[string]error{"a certificate": untrusted, "a host that doesn't exist": noSuchHost} {
		network := &dialer{refusals: 10, err: err}
		client := newTestClient(t, nil, func(c *Config) { c.Transport = network })
		_, failed := client.Secrets.post(t.Context(), "0oa1", NewClientSecret{})
		if !errors.Is(failed, err) || IsAmbiguous(failed) {
			t.Errorf("%s: the error is %v, want %v, and not ambiguous", name, failed, err)
		}
		mustEqual(t, "the number of attempts after "+name, 10-network.refusals, 1)
	}
	for _, status := range []int{400, 401, 403, 404, 409, 501} {
		server := newScript(t, answer(status, nil))
		if _, err := newTestClient(t, server).App(t.Context(), "0oa1"); err == nil {
			t.Errorf("%d is no error", status)
		}
	}
}

func TestRetry_StopsAtMaxRetries(t *testing.T) {
	broken := refuse(500, "E0000009", "Internal Server Error")
	for _, retries := range []int{0, 1, 4} {
		server := newScript(t, broken, broken, broken, broken, broken)
		_, err := newTestClient(t, server, func(c *Config) { c.MaxRetries = retries }).App(t.Context(), "0oa1")
		mustEqual(t, "the number of requests", server.count(), retries+1)
		var last *APIError
		if !errors.As(err, &last) || last.Status != 500 {
			t.Errorf("the error is %v, want that of the last answer", err)
		}
	}
}

func TestRetry_SaysWhy(t *testing.T) {
	var said []map[string]any
	server := newScript(t, refuse(503, "E0000010", "x"), hangUp, answer(200, map[string]any{"id": "0oa1"}))
	client := newTestClient(t, server, func(c *Config) {
		c.Log = func(_ context.Context, _ string, fields map[string]any) { said = append(said, fields) }
	})
	if _, err := client.App(t.Context(), "0oa1"); err != nil {
		t.Fatal(err)
	}
	if len(said) != 2 || said[0]["because"] != "Service Unavailable" || said[1]["because"] != "no answer: unexpected EOF" || said[1]["attempt"] != 3 {
		t.Errorf("the log is %v", said)
	}
}

func TestBackoff_DoublesWithinItsBoundsAndJitters(t *testing.T) {
	policy := retryPolicy{}
	for _, test := range []struct {
		minWait, maxWait time.Duration
		attempt          int
		want             time.Duration
	}{
		{time.Second, time.Minute, 0, time.Second},
		{time.Second, time.Minute, 3, 8 * time.Second},
		{time.Second, time.Minute, 6, time.Minute},
		{time.Second, time.Minute, 100, time.Minute}, // 2^100 s is more than a Duration holds
		{time.Second, math.MaxInt64, 100, math.MaxInt64},
		{time.Minute, time.Second, 0, time.Second},
		{0, time.Minute, 5, 0},
		{0, 0, 5, 0},
	} {
		for range 100 {
			got := policy.backoff(test.minWait, test.maxWait, test.attempt, nil)
			if got < test.want/2 || got > test.want {
				t.Errorf("the pause after attempt %d of %v..%v is %v, want %v to %v", test.attempt, test.minWait, test.maxWait, got, test.want/2, test.want)
			}
		}
	}
}

// Parallel requests that hit the concurrency limit come back one by one.
func TestBackoff_ConcurrencyLimitJitters(t *testing.T) {
	resp := &http.Response{StatusCode: 429, Header: http.Header{"X-Rate-Limit-Limit": {"0"}, "X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {"1"}}}
	seen := map[time.Duration]bool{}
	for range 50 {
		pause := retryPolicy{}.backoff(time.Second, time.Minute, 0, resp)
		if pause < time.Second/2 || pause > time.Second {
			t.Errorf("the pause is %v, want 0.5s to 1s", pause)
		}
		seen[pause] = true
	}
	if len(seen) < 40 {
		t.Errorf("50 pauses have %d different lengths", len(seen))
	}
}

func TestAttempt_TimesOutAndSaysAfterWhat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, http.HandlerFunc(hang), func(c *Config) { c.MaxRetries, c.RequestTimeout = 0, 7*time.Second })
		start := time.Now()
		_, err := client.App(t.Context(), "0oa1")
		mustEqual(t, "the time it took", time.Since(start), 7*time.Second)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer: none within 7s") {
			t.Errorf("the error is %v", err)
		}
		<-time.After(2 * time.Hour)
	})
}

func TestAttempt_ABodyThatBreaksOffIsALostAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"id":"ocs1"`))
	}))
	defer server.Close()
	client := newTestClient(t, nil, func(c *Config) { c.HTTPProxy, c.Transport, c.MaxRetries = server.URL, nil, 0 })
	if _, err := client.Secrets.post(t.Context(), "0oa1", NewClientSecret{}); !IsAmbiguous(err) {
		t.Errorf("%v is not ambiguous", err)
	}
}

func TestAttempt_AnAnswerWithoutEndIsRefused(t *testing.T) {
	for length, good := range map[int]bool{10: true, 11: false} {
		network := attempt{next: memory{answer(200, strings.Repeat("x", length))}, timeout: time.Minute, maxBytes: 10}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)
		resp, err := network.RoundTrip(req)
		if good != (err == nil) {
			t.Errorf("%d bytes: the error is %v", length, err)
		}
		if err == nil {
			mustEqual(t, "the length", len(peek(resp)), length)
		}
	}
}
