// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// MaxLogEvents is the most events that Okta puts on a page of the System Log [S].
const MaxLogEvents = 1000

// LoginQuery asks the System Log for the logins of one OAuth client.
type LoginQuery struct {
	ClientID string
	// SecretHash asks only for logins with the secret that has this secret_hash.
	// Okta may refuse to filter by it [?]: see [IsFilterRefused].
	SecretHash string
	// Failed asks only for failures, and also for those that name the client as
	// their target: where a failed authentication has the client id is unknown [?].
	Failed bool

	// Since and Until bound the read. Both are needed: only a bounded read has a
	// last page. Okta keeps events for 90 days; it cuts an older Since silently, and
	// refuses one of more than 180 days ago [D].
	Since, Until time.Time
	Limit        int  // events a page, up to [MaxLogEvents]
	Pages        int  // pages to read at most
	Clients      bool // keep addresses and user agents
}

// Logins is what a [LoginQuery] found, newest first.
type Logins struct {
	Events []Login
	// Complete tells that the last page was reached.
	Complete bool
	// Requests is how many requests were sent, without retries.
	Requests int
}

// Login is what concerns us of an event about a client's authentication. Of the
// event's details it holds only what is listed here, and of that only values in
// the form that Okta documents: debugData can hold parts of secrets [D].
type Login struct {
	Published   time.Time
	EventType   string
	Success     bool   // outcome.result is SUCCESS
	Reason      string // outcome.reason, if it has the form of an OAuth error code
	Transaction string // events of one request share it [R]

	AuthMethod string // a client authentication method, "invalid", or empty if the event doesn't tell
	SecretHash string // of the secret that was sent; empty if the event doesn't tell

	ClientAddress, UserAgent string // only if asked for
}

// Logins reads the logins of an OAuth client from Okta's System Log. It needs the
// scope okta.logs.read. The read costs one request a page, of a rate limit that
// the org shares with its SIEM, so a page that fails is not asked for again,
// unless Okta refused it because of the rate limit.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/systemlog/listlogevents
//
// Errors: [IsFilterRefused]; [IsLogForbidden] without permission, although a role
// that is limited to other apps may get fewer events instead [?]; an [*APIError]
// 500 if the query takes longer than 30 seconds [D]; those every call can end
// with, see [Credentials].
func (c *Client) Logins(ctx context.Context, q LoginQuery) (found Logins, err error) {
	query, err := q.values()
	if err != nil {
		return Logins{}, err
	}
	for query != nil && found.Requests < q.Pages {
		page, header, err := c.loginsPage(ctx, query)
		found.Requests++
		if err != nil {
			return found, err
		}
		for _, event := range page {
			if !event.isLogin() {
				continue
			}
			if !q.Clients {
				event.ClientAddress, event.UserAgent = "", ""
			}
			found.Events = append(found.Events, event)
		}
		next, err := nextPage(header)
		if err == nil && next.Encode() == query.Encode() {
			err = errSameLogPage
		}
		if err != nil {
			return found, fmt.Errorf("GET /api/v1/logs: %w", err)
		}
		query = next
	}
	found.Complete = query == nil
	return found, nil
}

var errSameLogPage = errors.New("a page of the System Log names itself as its next page")

func (c *Client) loginsPage(ctx context.Context, query url.Values) (page loginsPage, header http.Header, err error) {
	header, err = c.exchange(ctx, request{method: http.MethodGet, path: segments("api/v1/logs"), query: query, once: true}, &page)
	return page, header, err
}

// IsFilterRefused tells that Okta doesn't filter the System Log by one of the
// query's fields: it doesn't know the field, or refuses to search in it [D].
func IsFilterRefused(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "E0000053" || e.Code == "E0000031" })
}

// IsLogForbidden tells that the client may not read the System Log: the scope
// okta.logs.read is missing, or a role that allows it.
func IsLogForbidden(err error) bool { return IsForbidden(err) || IsInsufficientScope(err) }

// values is the query as Okta takes it.
func (q LoginQuery) values() (url.Values, error) {
	if q.Since.IsZero() || q.Until.IsZero() {
		return nil, errors.New("a read of the System Log needs both bounds")
	}
	client, err := equals("actor.id", q.ClientID)
	if err != nil {
		return nil, err
	}
	filter := client
	if q.Failed {
		target, err := equals("target.id", q.ClientID)
		if err != nil {
			return nil, err
		}
		filter = "(" + client + " or " + target + `) and outcome.result eq "FAILURE"`
	}
	if q.SecretHash == "" {
		filter += ` and eventType sw "app.oauth2."`
	} else {
		secret, err := equals("debugContext.debugData.clientSecret", q.SecretHash)
		if err != nil {
			return nil, err
		}
		filter += " and " + secret
	}
	return url.Values{
		"since":     {logTime(q.Since)},
		"until":     {logTime(q.Until)},
		"filter":    {filter},
		"limit":     {strconv.Itoa(q.Limit)},
		"sortOrder": {"DESCENDING"},
	}, nil
}

func logTime(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// equals is a comparison in Okta's filter language (RFC 7644 §3.4.2.2), whose
// values are JSON strings. A client id can have been chosen by anyone.
func equals(field, value string) (string, error) {
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		return "", fmt.Errorf("%s can't be compared with %q", field, value)
	}
	return field + ` eq "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`, nil
}

type loginsPage []Login

// check refuses what is not a page of events: null, and what has no type or time.
func (p *loginsPage) check() error {
	if *p == nil || slices.ContainsFunc(*p, func(event Login) bool { return event.EventType == "" || event.Published.IsZero() }) {
		return errUnexpected
	}
	return nil
}

// The forms of what is kept of an event. An event can hold more than Okta
// documents, and a value in another form could be a secret.
var (
	hashForm        = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`) // 16 bytes in base64url [R]
	reasonForm      = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	transactionForm = regexp.MustCompile(`^[A-Za-z0-9@_-]{1,64}$`)
	addressForm     = regexp.MustCompile(`^[0-9A-Fa-f:.]{2,45}$`)
	userAgentForm   = regexp.MustCompile(`^[\x20-\x7E]{1,300}$`)
	authMethods     = []string{
		AuthMethodNone, AuthMethodSecretBasic, AuthMethodSecretPost, AuthMethodSecretJWT, AuthMethodPrivateKeyJWT, authMethodInvalid,
	}
)

// authMethodInvalid stands for a failed authentication [D].
const authMethodInvalid = "invalid"

// UnmarshalJSON picks the members out of Okta's event. Okta may change the names
// and values in debugData from release to release [S], so a member of another
// type counts as missing.
func (l *Login) UnmarshalJSON(data []byte) error {
	var event struct {
		Published time.Time `json:"published"`
		EventType string    `json:"eventType"`
		Outcome   struct {
			Result string `json:"result"`
			Reason string `json:"reason"`
		} `json:"outcome"`
		Transaction struct {
			ID string `json:"id"`
		} `json:"transaction"`
		Client struct {
			IPAddress string `json:"ipAddress"`
			UserAgent struct {
				Raw string `json:"rawUserAgent"`
			} `json:"userAgent"`
		} `json:"client"`
		Debug struct {
			Data map[string]json.RawMessage `json:"debugData"`
		} `json:"debugContext"`
	}
	if err := json.Unmarshal(data, &event); err != nil {
		return err
	}
	detail := func(name string) (value string) {
		_ = json.Unmarshal(event.Debug.Data[name], &value) // another type is no value
		return value
	}
	*l = Login{
		Published:     event.Published,
		EventType:     event.EventType,
		Success:       event.Outcome.Result == "SUCCESS",
		Reason:        inForm(reasonForm, event.Outcome.Reason),
		Transaction:   inForm(transactionForm, event.Transaction.ID),
		SecretHash:    inForm(hashForm, detail("clientSecret")),
		ClientAddress: inForm(addressForm, event.Client.IPAddress),
		UserAgent:     inForm(userAgentForm, event.Client.UserAgent.Raw),
	}
	if method := detail("clientAuthType"); slices.Contains(authMethods, method) {
		l.AuthMethod = method
	}
	return nil
}

func inForm(form *regexp.Regexp, value string) string {
	if !form.MatchString(value) {
		return ""
	}
	return value
}

// eventInvalidCredentials is the event of five or more wrong secrets in a row [D].
const eventInvalidCredentials = "app.oauth2.invalid_client_credentials"

// isLogin tells a login from the other events that begin with "app.oauth2.":
// life cycles of clients and credentials, and reads of secrets.
func (l Login) isLogin() bool {
	grant := func(parent string) bool { return l.EventType == parent || strings.HasPrefix(l.EventType, parent+".") }
	return grant("app.oauth2.token.grant") || grant("app.oauth2.as.token.grant") ||
		l.EventType == eventInvalidCredentials || l.AuthMethod != "" || l.SecretHash != ""
}

// WithoutSecret tells that the client didn't authenticate with a secret.
func (l Login) WithoutSecret() bool {
	return l.AuthMethod == AuthMethodPrivateKeyJWT || l.AuthMethod == AuthMethodNone
}

// IsNonceRequest tells that Okta asked for another DPoP proof (RFC 9449 §8),
// which says nothing about the credential [D].
func (l Login) IsNonceRequest() bool { return !l.Success && l.Reason == "use_dpop_nonce" }

// Rejected tells that the authentication itself failed, as far as the event tells.
// Okta documents neither the reasons nor a list of them [?].
func (l Login) Rejected() bool {
	return !l.Success && !l.IsNonceRequest() &&
		(l.EventType == eventInvalidCredentials || l.AuthMethod == authMethodInvalid || strings.HasPrefix(l.Reason, "invalid_client"))
}
