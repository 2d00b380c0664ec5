// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// client is what consumes the secret: a program that gets itself a token by
// the client credentials grant (RFC 6749 §4.4), over and over. It knows the
// secret only from its file, and doesn't retry a login.
type client struct {
	tokenURL   string
	id         string
	secretFile string
	every      time.Duration // between the beginnings of two logins
	timeout    time.Duration // of one login, from reading the file to the response
	cacheFor   time.Duration // how long it uses a secret before it reads the file again; 0 reads for every login
	counts     *tally

	cached string // the secret, if cacheFor is set; guarded by the tally's lock
	readAt time.Time
}

// read returns the secret, from the cache unless that is too old. The tally
// calls it under its lock.
func (c *client) read(now time.Time) (string, error) {
	if c.cacheFor > 0 && now.Sub(c.readAt) < c.cacheFor {
		return c.cached, nil
	}
	secret, err := readSecret(c.secretFile)
	if err == nil {
		c.cached, c.readAt = secret, now
	}
	return secret, err
}

// run logs in until the context ends, and then waits for the logins under way:
// none is abandoned, and so none goes uncounted.
func (c *client) run(ctx context.Context) {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	defer transport.CloseIdleConnections()
	wire := &http.Client{Transport: transport}

	var underway sync.WaitGroup
	defer underway.Wait()
	ticks := time.NewTicker(c.every)
	defer ticks.Stop()
	for begun, since := 0, time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		// A ticker drops ticks on a busy machine. The logins missed meanwhile
		// begin now: a client that slows down with its surroundings would miss
		// just the moments that matter.
		for due := int(time.Since(since) / c.every); begun < due; begun++ {
			underway.Go(func() { c.login(context.WithoutCancel(ctx), wire) })
		}
	}
}

// login is one login, from the file to the tally.
func (c *client) login(ctx context.Context, wire *http.Client) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var secret string
	var err error
	now := time.Now()
	attempt := c.counts.start(now, func() string {
		secret, err = c.read(now)
		return hashOf(secret)
	})
	if err != nil {
		attempt.end(time.Now(), outcome{said: err.Error()})
		return
	}
	attempt.end(time.Now(), c.ask(ctx, wire, secret))
}

// ask asks for a token.
func (c *client) ask(ctx context.Context, wire *http.Client, secret string) outcome {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"demo"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return outcome{said: err.Error()}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(c.id), url.QueryEscape(secret)) // RFC 6749 §2.3.1
	resp, err := wire.Do(req)
	if err != nil {
		return outcome{said: err.Error()}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return outcome{said: err.Error()}
	}
	var answer struct {
		Token string `json:"access_token"`
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &answer) // a response that isn't JSON has no token, which is what counts
	if resp.StatusCode == http.StatusOK && answer.Token != "" {
		return outcome{answered: true, token: true}
	}
	return outcome{answered: true, said: strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, answer.Error))}
}
