// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Client talks to one Okta org. It is safe for concurrent use.
type Client struct {
	origin *url.URL
	http   *retryablehttp.Client
	retry  retryPolicy
	rand   io.Reader

	// Secrets and Keys are the credentials of an app, by app id.
	Secrets *Credentials[ClientSecret]
	Keys    *Credentials[Key]
	// ServiceSecrets are the client secrets of an API service integration, by
	// its id. Okta has no call that gets one, and shows a value only in the
	// answer to its creation: see [Client.CreateServiceSecret].
	ServiceSecrets *Credentials[ClientSecret]

	locks     keyedLock
	snapshots snapshots
	ahead     appsAhead
	clock     *orgClock
	masks     *masks
	limits    *governor
	own       *ownLogin // nil if it is not known
	org       orgIdentity
}

// New checks the configuration and returns a client. It sends nothing.
func New(config Config) (*Client, error) {
	origin, err := config.origin()
	if err != nil {
		return nil, err
	}
	log := logger(config.Log)
	if log == nil {
		log = func(context.Context, string, map[string]any) {}
	}
	notify := config.Notify
	if notify == nil {
		notify = func(Notice) {}
	}
	clock := &orgClock{local: config.Now, skewed: func(skew ClockSkew) { notify(skew) }}
	if clock.local == nil {
		clock.local = time.Now
	}
	who, err := newSigner(config, origin, clock)
	if err != nil {
		return nil, err
	}
	hidden := &masks{}
	hidden.add(config.APIToken, config.AccessToken)
	if config.PrivateKey != nil {
		hidden.add(texts(config.PrivateKey)...)
	}
	retry := retryPolicy{masks: hidden, minWait: config.MinWait, maxWait: config.MaxWait, maxRetries: config.MaxRetries, log: log}
	transport, limits := newTransport(config, who, log, notify, clock, hidden)
	c := &Client{
		limits: limits,
		own:    newOwnLogin(config),
		origin: origin,
		retry:  retry,
		rand:   config.Rand,
		clock:  clock,
		masks:  hidden,
		http: &retryablehttp.Client{
			HTTPClient: &http.Client{
				Transport:     transport,
				CheckRedirect: refuseRedirect,
			},
			RetryMax:       retry.maxRetries,
			RetryWaitMin:   retry.minWait,
			RetryWaitMax:   retry.maxWait,
			CheckRetry:     retry.check,
			Backoff:        retry.backoff,
			RequestLogHook: retry.logAttempt,
			ErrorHandler:   retryablehttp.PassthroughErrorHandler,
		},
	}
	if c.rand == nil {
		c.rand = rand.Reader
	}
	if oauth, ok := who.(*oauthClient); ok {
		oauth.do = c.do // its own requests take the same way
	}
	c.Secrets = newSecrets(c)
	c.Keys = newKeys(c)
	c.ServiceSecrets = newServiceSecrets(c)
	return c, nil
}

// Now returns the time at the org, to the second: the local clock, corrected by the
// Date headers of Okta's responses. It is the local time before the first response.
// It sends nothing.
func (c *Client) Now() time.Time { return c.clock.now() }

// Format keeps tokens and secrets out of formatted output, with every verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "client of "+c.origin.Host) }

var errRedirect = errors.New("refused to follow a redirect")

// refuseRedirect: no Okta endpoint of ours redirects, so a redirect is someone
// else's answer, and the token must not follow it.
func refuseRedirect(req *http.Request, via []*http.Request) error {
	return fmt.Errorf("%w from %s to %s", errRedirect, via[0].URL.Host, req.URL.Host)
}

// request is one call of the API.
type request struct {
	method string
	path   []string // segments, unescaped
	query  url.Values
	header http.Header
	body   any // marshalled as JSON; url.Values as a form; nil for none

	// once marks a request that must not be repeated when its response was lost.
	once bool
	// confirm says whether the response is about what was asked; nil for any.
	confirm func() error
	// as says with whose authentication the request goes.
	as speaker
}

// do sends a request and decodes the response's JSON into out; see [readSuccess].
//
// It returns an [*APIError] when Okta says no, a [*TransportError] when there
// was no answer or none of Okta's, and a [*TokenError] when there is no access
// token to send the request with.
func (c *Client) do(ctx context.Context, r request, out any) error {
	_, err := c.exchange(ctx, r, out)
	return err
}

// exchange is [Client.do] for those who need the response's header, too.
func (c *Client) exchange(ctx context.Context, r request, out any) (http.Header, error) {
	state := &call{once: r.once, as: r.as}
	httpRequest, err := c.newRequest(withCall(ctx, state), r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(httpRequest)
	if err != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return nil, c.masks.with(state.sent).transportError(httpRequest.Request, err, state)
	}
	defer func() { _ = resp.Body.Close() }()
	body := peek(resp)
	if resp.StatusCode >= http.StatusMultipleChoices {
		return nil, c.masks.with(state.sent).apiError(httpRequest.Request, resp, body)
	}
	if err := readSuccess(resp.StatusCode, body, out); err != nil {
		state.unsettled = true // something was answered, but by whom?
		return nil, c.masks.with(state.sent).transportError(httpRequest.Request, err, state)
	}
	if r.confirm != nil {
		if err := r.confirm(); err != nil {
			state.unsettled = false // a second attempt may make a second one
			return nil, c.masks.with(state.sent).transportError(httpRequest.Request, err, state)
		}
	}
	return resp.Header, nil
}

func (c *Client) newRequest(ctx context.Context, r request) (*retryablehttp.Request, error) {
	target, err := c.url(r.path, r.query)
	if err != nil {
		return nil, err
	}
	var body []byte
	contentType := "application/json"
	switch content := r.body.(type) {
	case nil:
	case url.Values:
		body, contentType = []byte(content.Encode()), "application/x-www-form-urlencoded"
	default:
		if body, err = json.Marshal(content); err != nil {
			return nil, fmt.Errorf("encoding the body of %s %s: %w", r.method, target.EscapedPath(), err)
		}
	}
	httpRequest, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, target.EscapedPath(), err)
	}
	maps.Copy(httpRequest.Header, r.header)
	httpRequest.Header.Set("Accept", "application/json")
	if r.body != nil {
		httpRequest.Header.Set("Content-Type", contentType)
	}
	return retryablehttp.FromRequest(httpRequest)
}

// url joins escaped segments to the org's origin. A segment that would change
// the path's shape is an error: ids come from configuration and import.
func (c *Client) url(segments []string, query url.Values) (*url.URL, error) {
	target := *c.origin
	for _, segment := range segments {
		if segment == "" || segment == "." || segment == ".." {
			return nil, fmt.Errorf("%q is not a valid ID", segment)
		}
		target.RawPath += "/" + url.PathEscape(segment)
		target.Path += "/" + segment
	}
	target.RawQuery = query.Encode()
	return &target, nil
}

// segments splits one of this package's own constant paths.
func segments(path string, ids ...string) []string {
	out := strings.Split(path, "/")
	for i, segment := range out {
		if segment == "*" {
			out[i], ids = ids[0], ids[1:]
		}
	}
	return out
}

// settleTime is how long the questions may take that must be asked after a lost
// answer although the run was canceled.
const settleTime = 2 * time.Minute

// settling returns a context that outlives the run's cancellation by settleTime,
// for work that a request already sent has made necessary.
func settling(ctx context.Context) (context.Context, context.CancelFunc) {
	outliving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if wait(outliving, settleTime) == nil {
			cancel()
		}
	})
	return outliving, func() { stop(); cancel() }
}
