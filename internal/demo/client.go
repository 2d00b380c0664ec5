// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// client is what consumes the secret: a program that asks for a token by the
// client credentials grant (RFC 6749 §4.4), over and over. It knows the secret
// only from its file, and doesn't retry a login.
type client struct {
	tokenURL, id, file string

	every    time.Duration // between the beginnings of two logins
	timeout  time.Duration // of one login, from reading the file to the response
	cacheFor time.Duration // how long it uses a secret before it reads the file again

	tally  tally
	cached string // guarded by the tally's lock, as readAt
	readAt time.Time
}

// run logs in until the context ends, and then waits for the logins under way:
// none is abandoned, and so none goes uncounted.
func (c *client) run(ctx context.Context) {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	defer transport.CloseIdleConnections()
	wire := &http.Client{Transport: transport, Timeout: c.timeout}

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
		// A ticker drops ticks on a busy machine. The logins missed meanwhile begin
		// now: a client that slows down with its surroundings would miss just the
		// moments that matter.
		for due := int(time.Since(since) / c.every); begun < due; begun++ {
			underway.Go(func() { c.login(context.WithoutCancel(ctx), wire) })
		}
	}
}

// login is one login, from the file to the tally.
func (c *client) login(ctx context.Context, wire *http.Client) {
	var secret string
	now := time.Now()
	number := c.tally.begin(now, func() string {
		secret = c.read(now)
		return secret
	})
	failure, unanswered := c.ask(ctx, wire, secret)
	c.tally.end(number, time.Now(), failure, unanswered)
}

// read returns the secret, from the cache unless that is too old. A file that
// can't be read is a secret that is refused.
func (c *client) read(now time.Time) string {
	if c.readAt.IsZero() || now.Sub(c.readAt) >= c.cacheFor {
		content, _ := os.ReadFile(c.file)
		c.cached, c.readAt = string(content), now
	}
	return c.cached
}

// ask asks for a token, and returns why there is none.
func (c *client) ask(ctx context.Context, wire *http.Client, secret string) (failure string, unanswered bool) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"demo"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return err.Error(), true
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(c.id), url.QueryEscape(secret)) // RFC 6749 §2.3.1
	resp, err := wire.Do(req)
	if err != nil {
		return err.Error(), true
	}
	defer func() { _ = resp.Body.Close() }()
	var response struct {
		Token string `json:"access_token"`
		Error string `json:"error"`
	}
	_ = json.NewDecoder(resp.Body).Decode(&response) // what isn't JSON has no token, which is what counts
	if resp.StatusCode == http.StatusOK && response.Token != "" {
		return "", false
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, response.Error)), false
}

// deliver delivers a secret by hand, as the configuration does: in one step, and
// readable by its owner alone.
func (c *client) deliver(secret string) error {
	temporary := filepath.Join(filepath.Dir(c.file), "by-hand")
	if err := os.WriteFile(temporary, []byte(secret), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, c.file)
}
