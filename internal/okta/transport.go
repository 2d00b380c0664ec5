// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// The transport is a chain of small RoundTrippers. Around all of it retryablehttp
// repeats attempts; each attempt then passes, from the outside in:
//
//	reauthorize  repeats what was refused for a stale nonce or token only
//	governor     waits for its turn in the rate limit's bucket
//	authorize    says who we are; after the wait, because tokens and proofs age
//	userAgent
//	watch        learns the org's time
//	remember     notes what must not be repeated
//	attempt      time-out, cancellation, body read to the end
func newTransport(config Config, who signer, log logger, notify func(Notice), clock *orgClock, masks *masks) (http.RoundTripper, *governor) {
	base := config.Transport
	if base == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConnsPerHost = own.MaxIdleConns // there is but one host
		base = own
	}
	var transport http.RoundTripper = attempt{next: base, timeout: cmp.Or(config.RequestTimeout, defaultRequestTimeout), maxBytes: maxAnswerBytes}
	transport = remember{next: transport, masks: masks}
	transport = watch{next: transport, clock: clock}
	transport = userAgent{next: transport, name: config.UserAgent}
	transport = authorize{next: transport, who: who}
	limits := newGovernor(transport, config.MaxAPICapacity, log, notify)
	return reauthorize{next: limits}, limits
}

// logger is [Config.Log], or silence.
type logger func(ctx context.Context, message string, fields map[string]any)

// call is what the transport must know of a request and HTTP doesn't say, and
// what it has found out. The attempts at a request come one after the other, so
// that it needs no lock.
type call struct {
	once bool
	as   speaker

	unsettled bool   // an attempt may have taken effect, and its response is lost
	again     bool   // the last response refused the proof or token alone
	reproved  bool   // a proof that Okta called invalid was followed by another
	trouble   string // why the last attempt failed

	sent []string // what the last attempt carried that is good once; see masks
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
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
	maxAnswerBytes        = 32 << 20 // 50 keys are some 100 KiB
)

// attempt is one try at a request, bounded in time. It reads the response to its
// end, so that a connection lost in the body is an error of the attempt.
//
// A request that changes something is not abandoned once it has left: whether
// it took effect could then only be guessed. It runs to its end or its
// time-out, and the run's cancellation takes hold before the next request.
type attempt struct {
	next     http.RoundTripper
	timeout  time.Duration
	maxBytes int64 // of a response's body
}

func (a attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	if req.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, a.timeout, fmt.Errorf("none within %s", a.timeout))
	defer cancel()

	resp, err := a.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, noAnswer(ctx, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, a.maxBytes+1))
	_ = resp.Body.Close()
	if err == nil && int64(len(body)) > a.maxBytes {
		err = fmt.Errorf("it is longer than %d bytes", a.maxBytes)
	}
	if err != nil {
		return nil, noAnswer(ctx, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// noAnswer says what kept the response away. What the context says comes first:
// "deadline exceeded" names no deadline.
func noAnswer(ctx context.Context, err error) error {
	if neverSent(err) || isFinal(err) {
		return err
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("no answer: %w: %w", cause, err)
	}
	return fmt.Errorf("no answer: %w", err)
}

// peek reads the body of a response and leaves it to be read again.
func peek(resp *http.Response) []byte {
	body, err := io.ReadAll(resp.Body) // from memory: see attempt.RoundTrip
	if err != nil {
		return nil
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body
}
