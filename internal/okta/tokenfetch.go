// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"net/http"
	"strings"
	"time"
)

const (
	schemeBearer = "Bearer"
	schemeDPoP   = "DPoP"
)

const (
	renewBefore          = time.Minute // before a token ends
	defaultTokenLifetime = time.Hour   // where expires_in is missing [D]
)

// tokenAnswer is RFC 6749 §5.1.
type tokenAnswer struct {
	Type      string `json:"token_type"`
	Value     string `json:"access_token"`
	ExpiresIn int64  `json:"expires_in"` // seconds
}

func (a *tokenAnswer) check() error {
	if a.Value == "" || a.Type == "" {
		return errUnexpected
	}
	return nil
}

// tokenFetch is one request for a token, for all who need it meanwhile.
type tokenFetch struct {
	done    chan struct{} // closed when token or err is there
	cancel  context.CancelFunc
	waiting int // when the last one leaves, the fetch is canceled
	token   *accessToken
	err     error
}

// current returns the token, fetching one where there is none or it ends soon.
func (o *oauthClient) current(ctx context.Context) (*accessToken, error) {
	o.mu.Lock()
	if o.token != nil && time.Now().Before(o.token.renew) {
		defer o.mu.Unlock()
		return o.token, nil
	}
	fetch := o.fetch
	if fetch == nil {
		// It belongs to no one alone: the first to ask may leave, the others remain.
		fetching, cancel := context.WithCancel(context.WithoutCancel(ctx))
		fetch = &tokenFetch{done: make(chan struct{}), cancel: cancel}
		o.fetch = fetch
		go o.run(fetching, fetch)
	}
	fetch.waiting++
	o.mu.Unlock()

	select {
	case <-fetch.done:
		return fetch.token, fetch.err
	case <-ctx.Done():
		o.mu.Lock()
		defer o.mu.Unlock()
		if fetch.waiting--; fetch.waiting == 0 {
			fetch.cancel()
			if o.fetch == fetch {
				o.fetch = nil // who asks now must not get its cancellation
			}
		}
		return nil, context.Cause(ctx)
	}
}

func (o *oauthClient) run(ctx context.Context, fetch *tokenFetch) {
	defer fetch.cancel()
	token, err := o.ask(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fetch == fetch {
		o.fetch = nil
		if err == nil {
			o.token = token
		}
	}
	fetch.token, fetch.err = token, err
	close(fetch.done)
}

// ask sends the token request; see signTokenRequest for what it consists of.
func (o *oauthClient) ask(ctx context.Context) (*accessToken, error) {
	asked := time.Now()
	var answer tokenAnswer
	err := o.do(ctx, request{method: http.MethodPost, path: segments(tokenPath), as: asksForToken}, &answer)
	if err != nil {
		return nil, err
	}
	lifetime := time.Duration(answer.ExpiresIn) * time.Second
	if lifetime <= 0 {
		lifetime = defaultTokenLifetime
	}
	token := &accessToken{
		scheme: schemeBearer,
		value:  answer.Value,
		renew:  asked.Add(lifetime - min(renewBefore, lifetime/2)),
	}
	if strings.EqualFold(answer.Type, schemeDPoP) {
		token.scheme = schemeDPoP
		if err := o.proofs.begin(); err != nil {
			return nil, err
		}
	}
	return token, nil
}
