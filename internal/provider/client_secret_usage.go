// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// usageQuestion asks whether a client secret that was replaced is still in use.
//
// Anyone who wants to retire a secret asks when the retirement is due, and not
// before: an answer costs up to maxUsageRequests of a rate limit that the org
// shares with its SIEM.
type usageQuestion struct {
	appID string
	// clientID may be empty: then it is read from the app, which costs no request
	// if this run has read the app.
	clientID string

	previous, current string   // secret_hash of the secret in question, and of its successor
	listed            []string // secret_hash of every secret that the app has, these two included

	// switchedAt is since when no one should use the previous secret: when its
	// successor was created. It counts only until the previous one was deactivated.
	switchedAt time.Time
	// window is how long the slowest consumer may go without a login, up to
	// maxUsageWindow.
	window time.Duration
	// deactivatedAt is when the previous secret was deactivated; zero while it is
	// ACTIVE. With it, the failed logins since then are read too.
	deactivatedAt time.Time
	// clients asks for the logins themselves, with addresses and user agents.
	clients bool
}

// usageAnswer is what Okta's System Log proves.
type usageAnswer struct {
	// Verdict is Inconclusive, with its doubts, where the log proves nothing. That
	// never counts as quiet.
	rotation.Verdict
	// attempts are the logins that failed since the previous secret was
	// deactivated, if that was asked for and could be read.
	attempts rotation.Attempts

	log usageLog // for more questions about what was read
}

const (
	// maxUsageRequests is how many requests an answer costs at most, retries after a
	// rate limit aside.
	maxUsageRequests = 4
	// maxUsageWindow leaves a day between the window and Okta's oldest events.
	maxUsageWindow = rotation.LogRetention - 24*time.Hour
	// usageTimeout bounds all reads of one answer. Okta gives up on a query after 30
	// seconds [D]; the reads of a whole fleet share a rate limit of some reads a
	// minute.
	usageTimeout = 10 * time.Minute
)

// clientSecretUsage reads Okta's System Log and judges whether the previous secret
// is still in use. It never fails: a log that can't be read is inconclusive, and
// the diagnostics then hold a warning. A missing permission is told, and asked
// for, once in a run.
func (c *configured) clientSecretUsage(ctx context.Context, q usageQuestion) (usageAnswer, diag.Diagnostics) {
	ctx, cancel := context.WithTimeout(ctx, usageTimeout)
	defer cancel()

	if q.clientID == "" {
		q.clientID = q.appID // the same unless the app's creator chose another one [R]
		if app, err := c.client.App(ctx, q.appID); err == nil && app.ClientID != "" {
			q.clientID = app.ClientID
		}
	}
	q.switchedAt = latestOf(q.switchedAt, q.deactivatedAt)
	now := c.now()
	reader := &usageReader{configured: c, until: now, since: latestOf(now.Add(-q.window-rotation.UsageMargin-clockRounding), now.Add(-rotation.LogRetention)), q: q}
	log := reader.readAll(ctx)
	log.now = c.now() // the org's clock may be known only now

	answer := usageAnswer{Verdict: log.evidence(q).Judge(), log: log}
	if !q.deactivatedAt.IsZero() {
		answer.attempts = rotation.CountAttempts(log.failures.Logins, q.previous, q.deactivatedAt)
	}
	return answer, reader.diags
}

// usageLog is what was read from the System Log about one client.
type usageLog struct {
	since, until, now time.Time

	bySecret map[string]rotation.Reading // by secret_hash; empty if Okta doesn't filter by it
	all      rotation.Reading
	failures rotation.Reading

	logins []okta.Login // all that were read, if clients were asked for
}

// of is the reading of one secret's logins.
func (l usageLog) of(hash string) rotation.Reading {
	if reading, ok := l.bySecret[hash]; ok {
		return reading
	}
	return l.all.With(hash)
}

func (l usageLog) evidence(q usageQuestion) rotation.Evidence {
	return rotation.Evidence{
		Previous: q.previous, Current: q.current, Listed: q.listed,
		SwitchedAt: q.switchedAt, Window: q.window, Now: l.now,
		Since: l.since, Until: l.until,
		OfPrevious: l.of(q.previous), OfCurrent: l.of(q.current), All: l.all,
	}
}

// clockRounding is how far past now a query reaches, and how much longer than the window it is. The org's
// clock is known in whole seconds, so that a login of this very second counts, and by the end of the reads
// it can seem to have jumped back: that second must not be missing from the window.
const clockRounding = time.Minute

// usageReader sends the queries of one answer, one after the other, until one fails.
type usageReader struct {
	*configured

	q            usageQuestion
	since, until time.Time

	requests int
	stopped  bool // a query failed; none is sent after it
	logins   []okta.Login
	diags    diag.Diagnostics
}

func (r *usageReader) readAll(ctx context.Context) usageLog {
	log := usageLog{since: r.since, until: r.until, bySecret: map[string]rotation.Reading{}}
	limit := 1
	if r.q.clients {
		limit = okta.MaxLogEvents
	}
	for _, hash := range []string{r.q.previous, r.q.current} {
		if hash == "" {
			log.bySecret[hash] = rotation.Reading{Complete: true}
			continue
		}
		reading, refused := r.read(ctx, okta.LoginQuery{SecretHash: hash, Since: r.since, Limit: limit, Pages: 1})
		if refused {
			break // what is read next is compared here instead
		}
		log.bySecret[hash] = reading
	}
	failuresPage := 0
	if !r.q.deactivatedAt.IsZero() {
		failuresPage = 1
	}
	// A login with the previous secret settles it; but which clients use it must then
	// still be found where Okta doesn't filter.
	if early := log; len(early.bySecret) < 2 || early.evidence(r.q).Judge().Usage != rotation.InUse {
		log.all, _ = r.read(ctx, okta.LoginQuery{Since: r.since, Limit: okta.MaxLogEvents, Pages: maxUsageRequests - r.requests - failuresPage})
	}
	if failuresPage > 0 {
		since := latestOf(r.q.deactivatedAt, r.until.Add(-rotation.LogRetention))
		log.failures, _ = r.read(ctx, okta.LoginQuery{Failed: true, Since: since, Limit: okta.MaxLogEvents, Pages: failuresPage})
	}
	log.logins = r.logins
	return log
}

// read sends a query; refused tells that Okta doesn't filter by its fields.
func (r *usageReader) read(ctx context.Context, query okta.LoginQuery) (reading rotation.Reading, refused bool) {
	if r.stopped || !query.Since.Before(r.until) {
		return rotation.Reading{}, false
	}
	if r.lacksLogScope() {
		return r.forbidden("The provider's scopes don't include " + logScope + "."), false
	}
	if r.logForbidden.Load() {
		return r.forbidden(""), false
	}
	query.ClientID, query.Until, query.Clients = r.q.clientID, r.until.Add(clockRounding), r.q.clients
	found, err := r.client.Logins(ctx, query)
	r.requests += found.Requests
	switch {
	case okta.IsFilterRefused(err) && query.SecretHash != "":
		return rotation.Reading{}, true
	case okta.IsLogForbidden(err):
		return r.forbidden(answered(err)), false
	case err != nil:
		r.stopped = true
		r.diags.AddWarning("Okta's System Log can't be read for app "+r.q.appID, "Whether its client secrets are still in use is inconclusive. "+answered(err)+
			"\n\nThe next plan reads the log again.")
		return rotation.Reading{Failure: rotation.QueryFailed}, false
	}
	if r.q.clients {
		r.logins = append(r.logins, found.Events...)
	}
	return rotation.Reading{Logins: loginsOf(found.Events), Complete: found.Complete}, false
}

// forbidden ends the reading, with a warning if it is the first in this run.
func (r *usageReader) forbidden(why string) rotation.Reading {
	r.stopped = true
	if r.logForbidden.CompareAndSwap(false, true) {
		r.diags.AddWarning("Okta's System Log can't be read",
			"Whether a client secret is still in use is inconclusive, for app "+r.q.appID+" and all others. "+why+"\n\n"+grantLogs)
	}
	return rotation.Reading{Failure: rotation.Forbidden}
}

// logScope is the scope that reads of the System Log need [S].
const logScope = "okta.logs.read"

// lacksLogScope tells for certain, before anything is sent, that the System Log
// can't be read.
func (d *data) lacksLogScope() bool {
	return d.scopes != nil && !slices.Contains(d.scopes, logScope)
}

// grantLogs is what to do about a System Log that can't be read.
const grantLogs = "Grant the scope okta.logs.read to the API service app that the provider logs in as, add it to scopes, and give the app an admin role that can view " +
	"the System Log. An API token needs such a role as well. Nothing else depends on it."

func loginsOf(events []okta.Login) []rotation.Login {
	logins := make([]rotation.Login, len(events))
	for i, event := range events {
		logins[i] = rotation.Login{
			At: event.Published, Success: event.Success, Hash: event.SecretHash, Transaction: event.Transaction,
			// A request for a nonce with a secret in it is one with a secret.
			WithoutSecret: event.WithoutSecret() || event.IsNonceRequest() && event.SecretHash == "",
			Rejected:      event.Rejected(),
		}
	}
	return logins
}

// answered says what Okta answered, or why it didn't.
func answered(err error) string {
	if answer, ok := errors.AsType[*okta.APIError](err); ok {
		return fmt.Sprintf("Okta responded %d: %s.", answer.Status, strings.TrimSuffix(answer.Said(), "."))
	}
	return sentence(err.Error())
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
