package okta

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// The transport is a chain of small RoundTrippers. Around all of it retryablehttp
// repeats attempts; each attempt then passes, from the outside in:
//
//	governor   waits for its turn in the rate limit's bucket
//	authorize  says who we are; per attempt, because a DPoP proof is good for one
//	userAgent
//	attempt    time-out, cancellation, body read to the end
func newTransport(config Config, origin *url.URL) (http.RoundTripper, retryPolicy, error) {
	log := config.Log
	if log == nil {
		log = func(context.Context, string, map[string]any) {}
	}
	base := config.Transport
	if base == nil {
		base = http.DefaultTransport.(*http.Transport).Clone()
	}
	var transport http.RoundTripper = attempt{next: base, timeout: config.RequestTimeout}
	transport = userAgent{next: transport, name: config.UserAgent}
	transport, err := newAuthorize(config, origin, transport)
	if err != nil {
		return nil, retryPolicy{}, err
	}
	transport = newGovernor(transport, config.MaxAPICapacity, log)
	retry := retryPolicy{
		minWait:    config.MinWait,
		maxWait:    config.MaxWait,
		maxRetries: config.MaxRetries,
		log:        log,
	}
	return transport, retry, nil
}

// traits are what the transport must know of a request and HTTP doesn't say.
type traits struct {
	once      bool
	anonymous bool
}

type traitsKey struct{}

func withTraits(ctx context.Context, t traits) context.Context {
	return context.WithValue(ctx, traitsKey{}, t)
}

func traitsOf(ctx context.Context) traits {
	t, _ := ctx.Value(traitsKey{}).(traits)
	return t
}

type userAgent struct {
	next http.RoundTripper
	name string
}

func (u userAgent) RoundTrip(req *http.Request) (*http.Response, error) {
	if u.name == "" {
		return u.next.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", u.name)
	return u.next.RoundTrip(req)
}

const (
	defaultRequestTimeout = time.Minute
	maxAnswerBytes        = 32 << 20
)

// attempt is one try at a request, bounded in time. It reads the answer to its
// end, so that a connection lost in the body is an error of the attempt.
//
// A request that changes something is not abandoned once it has left: whether
// it took effect could then only be guessed. It runs to its end or its
// time-out, and the run's cancellation takes hold before the next request.
type attempt struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (a attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	if req.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	timeout := a.timeout
	if timeout <= 0 {
		timeout = defaultRequestTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	defer cancel()

	resp, err := a.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, timedOut(ctx, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	_ = resp.Body.Close()
	if err != nil {
		return nil, timedOut(ctx, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// timedOut prefers the context's own words to "context deadline exceeded".
func timedOut(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// retryPolicy says when and after what pause an attempt is repeated.
type retryPolicy struct {
	minWait, maxWait time.Duration
	maxRetries       int
	log              func(context.Context, string, map[string]any)
}

// check repeats what certainly had no effect, and what may have had one only
// where doing it twice is the same as doing it once.
func (p retryPolicy) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil // with what this attempt has brought
	}
	switch {
	case errors.Is(err, errRedirect):
		return false, nil
	case err != nil:
		return neverSent(err) || !traitsOf(ctx).once, nil
	case resp.StatusCode == http.StatusTooManyRequests:
		return true, nil
	case resp.StatusCode == http.StatusNotImplemented:
		return false, nil
	case resp.StatusCode >= http.StatusInternalServerError:
		return !traitsOf(ctx).once, nil
	default:
		return wantsFreshProof(resp), nil
	}
}

// backoff is the pause before the next attempt.
func (p retryPolicy) backoff(minWait, maxWait time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		switch {
		case wantsFreshProof(resp):
			return 0
		case resp.StatusCode == http.StatusTooManyRequests && !isConcurrencyLimit(resp):
			return 0 // the governor waits for the bucket's reset, and says so
		}
	}
	wait := time.Duration(float64(minWait) * math.Pow(2, float64(attempt)))
	wait = min(wait, maxWait)
	// Jitter: parallel requests that were refused together must not come back
	// together.
	return wait/2 + rand.N(wait/2+1)
}

// pause waits as long as [retryPolicy.backoff] says, or until the context ends.
func (p retryPolicy) pause(ctx context.Context, attempt int) error {
	return wait(ctx, p.backoff(p.minWait, p.maxWait, attempt, nil))
}

func (p retryPolicy) logAttempt(_ retryablehttp.Logger, req *http.Request, attempt int) {
	if attempt > 0 {
		p.log(req.Context(), "Repeating a request to Okta", map[string]any{
			"method": req.Method, "path": req.URL.Path, "attempt": attempt + 1,
		})
	}
}

// wait pauses until the duration has passed or the context ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
