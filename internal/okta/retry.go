// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// retryPolicy says when and after what pause an attempt is repeated.
type retryPolicy struct {
	minWait, maxWait time.Duration
	maxRetries       int
	log              logger
	masks            *masks
}

// check repeats what certainly had no effect, and what may have had one only
// where doing it twice is the same as doing it once.
func (p retryPolicy) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	state := callOf(ctx)
	unsettled, repeat := outcome(resp, err)
	state.unsettled = state.unsettled || unsettled
	// A run that was canceled ends with what this attempt has brought.
	repeat = repeat && ctx.Err() == nil && !(unsettled && state.once)
	if repeat {
		state.trouble = p.masks.with(state.sent).mask(trouble(resp, err))
	}
	return repeat, nil
}

// outcome judges an attempt: whether it may have taken effect although no
// answer says so, and whether another one could go better.
func outcome(resp *http.Response, err error) (unsettled, repeat bool) {
	switch {
	case err != nil && isFinal(err):
		return false, false
	case err != nil:
		return !neverSent(err), true
	case resp.StatusCode == http.StatusTooManyRequests:
		return false, true
	case resp.StatusCode == http.StatusNotImplemented:
		return false, false
	default:
		failed := resp.StatusCode >= http.StatusInternalServerError
		return failed, failed
	}
}

func trouble(resp *http.Response, err error) string {
	if err != nil {
		return withoutURL(err).Error()
	}
	return http.StatusText(resp.StatusCode)
}

// backoff is the pause before the next attempt.
func (p retryPolicy) backoff(minWait, maxWait time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		if _, told := readRateLimit(resp); told {
			return 0 // the governor waits for the bucket's reset, and says so
		}
	}
	return jittered(doubled(minWait, maxWait, attempt))
}

// doubled is minWait times two to the attempt, at most maxWait.
func doubled(minWait, maxWait time.Duration, attempt int) time.Duration {
	wait := minWait
	for range attempt {
		if wait > maxWait/2 {
			wait = maxWait
			break
		}
		wait *= 2
	}
	return max(0, min(wait, maxWait))
}

// jittered is between half of the pause and all of it: parallel requests that
// were refused together must not be repeated together.
// What the client draws all comes from rand.Reader, so that a test can make it repeatable.
func jittered(wait time.Duration) time.Duration {
	share, err := rand.Int(rand.Reader, big.NewInt(int64(wait/2)+1))
	if err != nil {
		return wait // the system has no randomness
	}
	return wait/2 + time.Duration(share.Int64())
}

// pause waits as long as [retryPolicy.backoff] says, or until the context ends.
func (p retryPolicy) pause(ctx context.Context, attempt int) error {
	return wait(ctx, p.backoff(p.minWait, p.maxWait, attempt, nil))
}

func (p retryPolicy) logAttempt(_ retryablehttp.Logger, req *http.Request, attempt int) {
	if attempt > 0 {
		p.log(req.Context(), "Repeating a request to Okta", map[string]any{
			"method": req.Method, "path": req.URL.EscapedPath(), "attempt": attempt + 1, "because": callOf(req.Context()).trouble,
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

// errNotSent marks an attempt that ended before the request left.
var errNotSent = errors.New("not sent")

// neverSent tells whether the attempt failed before the request left.
func neverSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return errors.Is(err, errNotSent) || ok && (op.Op == "dial" || op.Op == "proxyconnect")
}

// isFinal tells whether an attempt ended without effect in a way that no
// repetition changes: a response that isn't Okta's, a certificate that isn't, a
// host that doesn't exist, a rate limit that remains exhausted, no access token (whose own requests were repeated
// already).
func isFinal(err error) bool {
	_, token := errors.AsType[*TokenError](err)
	_, limit := errors.AsType[*RateLimitError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	dns, ok := errors.AsType[*net.DNSError](err)
	return token || limit || certificate || ok && dns.IsNotFound || errors.Is(err, errRedirect)
}
