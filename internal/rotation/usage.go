// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"slices"
	"time"
)

// Usage is what Okta's System Log proves about the use of a client secret.
type Usage string

// The three answers. Inconclusive never counts as Quiet.
const (
	// InUse means that someone logged in, or tried to, with the secret.
	InUse Usage = "in_use"
	// Quiet means that no one did during the whole window, and that the log would
	// have shown it.
	Quiet Usage = "quiet"
	// Inconclusive means that the log proves neither.
	Inconclusive Usage = "inconclusive"
)

// Doubt is a reason why the log proves nothing.
type Doubt string

// The doubts, in the order in which [Evidence.Judge] names them.
const (
	Forbidden        Doubt = "forbidden"         // the log may not be read
	QueryFailed      Doubt = "query_failed"      // a query had no answer, or another one than Okta documents
	TooManyEvents    Doubt = "too_many_events"   // a query has more pages than are read
	NoControl        Doubt = "no_control"        // no one logged in with the current secret, or the log doesn't tell
	UnexplainedLogin Doubt = "unexplained_login" // a login with a secret that is none of the app's, or with one that the log doesn't tell
	WindowTooShort   Doubt = "window_too_short"  // less than the window has passed since the switch
	BeyondRetention  Doubt = "beyond_retention"  // the window begins before Okta's oldest events
	Outdated         Doubt = "outdated"          // the window ended more than an hour ago by the org's clock
)

// UsageMargin is how long before now the proven window ends, because events can
// be late. Okta documents up to 10 seconds and promises no bound [D].
const UsageMargin = 5 * time.Minute

// maxUsageAge is how long ago the window may have ended. Reads that wait for a rate
// limit take minutes; more means that a clock is wrong.
const maxUsageAge = time.Hour

// LogRetention is how long Okta keeps an event [D].
const LogRetention = 90 * 24 * time.Hour

// Login is one event about an authentication of the app.
type Login struct {
	At            time.Time
	Success       bool
	Hash          string // secret_hash of the secret that was sent; empty if the log doesn't tell
	WithoutSecret bool   // no secret was sent, or Okta only asked for another proof of possession
	Rejected      bool   // the authentication itself failed, as far as the log tells
	Transaction   string // events of one request share it; empty if the log doesn't tell
}

// Reading is the response to one query of the log. The zero Reading stands for a
// query that was not sent, because those before it failed.
type Reading struct {
	Logins   []Login
	Complete bool  // the last page was reached
	Failure  Doubt // Forbidden or QueryFailed if there is no answer
}

// With returns the reading that a query for one secret's logins would have had.
// It is for a log that doesn't filter by secret.
func (r Reading) With(hash string) Reading {
	r.Logins = slices.DeleteFunc(slices.Clone(r.Logins), func(login Login) bool { return login.Hash != hash })
	return r
}

// Evidence is what was read from the log, and what it is judged by.
type Evidence struct {
	Previous, Current string   // secret_hash of the secret in question, and of the one that replaced it
	Listed            []string // secret_hash of every secret of the app

	SwitchedAt time.Time     // since when no one should use the previous secret
	Window     time.Duration // how long the slowest consumer may go without a login
	Now        time.Time     // the org's time

	// Since and Until are the bounds of all readings.
	Since, Until time.Time

	// OfPrevious and OfCurrent are the logins with the two secrets, the latest of
	// each at least. All is every login of the app.
	OfPrevious, OfCurrent, All Reading
}

// Verdict is what the evidence proves.
type Verdict struct {
	Usage  Usage
	Doubts []Doubt // why it is Inconclusive; empty otherwise

	PreviousLastUsed, CurrentLastUsed time.Time // zero if not seen between Since and Until
}

// Judge says whether the previous secret is still in use.
//
// A login with the previous secret after the switch proves use, whether it
// succeeded or not. Quiet needs everything else: each query was answered to its
// last page; the current secret was seen to log in, which proves that the log has
// the hash, that it is the API's secret_hash, and that the provider's role sees
// the app; each login with a secret was made with one that the app has; and the
// window is as long as the slowest consumer needs, lies after the switch, and
// ended some minutes ago.
func (e Evidence) Judge() Verdict {
	verdict := Verdict{
		Usage:            Inconclusive,
		PreviousLastUsed: e.lastLogin(e.Previous),
		CurrentLastUsed:  e.lastLogin(e.Current),
	}
	if last := verdict.PreviousLastUsed; !last.IsZero() && !last.Before(e.SwitchedAt) {
		verdict.Usage = InUse
		return verdict
	}
	for _, check := range []struct {
		doubt Doubt
		holds bool
	}{
		{Forbidden, e.failed(Forbidden)},
		{QueryFailed, e.failed(QueryFailed)},
		{TooManyEvents, e.incomplete()},
		{NoControl, !e.control()},
		{UnexplainedLogin, slices.ContainsFunc(e.All.Logins, e.isUnexplained)},
		{WindowTooShort, e.Window <= 0 || e.proven() < e.Window},
		{BeyondRetention, e.Since.Before(e.Now.Add(-LogRetention))},
		{Outdated, e.Until.Before(e.Now.Add(-maxUsageAge))},
	} {
		if check.holds {
			verdict.Doubts = append(verdict.Doubts, check.doubt)
		}
	}
	if len(verdict.Doubts) == 0 {
		verdict.Usage = Quiet
	}
	return verdict
}

func (e Evidence) readings() []Reading { return []Reading{e.OfPrevious, e.OfCurrent, e.All} }

// logins are those of all readings; one can occur several times.
func (e Evidence) logins() []Login {
	return slices.Concat(e.OfPrevious.Logins, e.OfCurrent.Logins, e.All.Logins)
}

func (e Evidence) lastLogin(hash string) (last time.Time) {
	for _, login := range e.logins() {
		if hash != "" && login.Hash == hash && login.At.After(last) {
			last = login.At
		}
	}
	return last
}

func (e Evidence) failed(how Doubt) bool {
	return slices.ContainsFunc(e.readings(), func(r Reading) bool { return r.Failure == how })
}

// incomplete tells that some query was answered, but not to its end. Of the
// logins with the current secret, one is enough. A query that wasn't sent is
// excused by the failure of another one only.
func (e Evidence) incomplete() bool {
	excused := e.failed(Forbidden) || e.failed(QueryFailed)
	cut := func(r Reading) bool { return !r.Complete && r.Failure == "" && !excused }
	return cut(e.OfPrevious) || cut(e.All)
}

// control tells that the current secret was seen to work. The same hash on both
// secrets would prove nothing.
func (e Evidence) control() bool {
	return e.Current != "" && e.Previous != "" && e.Current != e.Previous &&
		slices.ContainsFunc(e.logins(), func(login Login) bool { return login.Hash == e.Current && login.Success })
}

func (e Evidence) isUnexplained(login Login) bool {
	known := login.Hash != "" && slices.Contains(e.Listed, login.Hash)
	return !login.WithoutSecret && !known
}

// proven is the length of the window in which the log would have shown a login:
// after the switch, and late events included.
func (e Evidence) proven() time.Duration {
	begin, end := latest(e.Since, e.SwitchedAt), e.Until
	if settled := e.Now.Add(-UsageMargin); settled.Before(end) {
		end = settled
	}
	return end.Sub(begin)
}

// Attempts is how often someone tried to log in with a secret that is INACTIVE.
type Attempts struct {
	Count int       // requests
	Last  time.Time // zero if there is none
}

// CountAttempts finds the failed logins with a secret since it was deactivated.
// One whose secret the log doesn't tell counts too: it may be this one.
func CountAttempts(failures []Login, hash string, since time.Time) (found Attempts) {
	counted := map[string]bool{"": false}
	for _, login := range failures {
		ours := login.Hash == hash || login.Hash == "" && login.Rejected
		if login.Success || login.WithoutSecret || !ours || login.At.Before(since) {
			continue
		}
		if login.At.After(found.Last) {
			found.Last = login.At
		}
		if !counted[login.Transaction] {
			found.Count++
		}
		counted[login.Transaction] = login.Transaction != ""
	}
	return found
}
