package okta

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// APIError is an answer of Okta that says no.
type APIError struct {
	Method string
	Path   string // without query
	Status int    // HTTP status code

	Code    string   // errorCode, such as "E0000001"
	Summary string   // errorSummary
	Causes  []string // errorCauses[].errorSummary
	ID      string   // errorId: what Okta's support asks for

	// Challenge is the error code in WWW-Authenticate (RFC 6750 §3.1), such as
	// "insufficient_scope".
	Challenge string
}

func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status))
	if said := e.Said(); said != "" {
		b.WriteString(": " + said)
	}
	return b.String()
}

// Said is what Okta answered, in its own words: code, summary, causes, errorId.
func (e *APIError) Said() string {
	parts := make([]string, 0, 3+len(e.Causes))
	for _, part := range append([]string{strings.TrimSpace(e.Code + " " + e.Summary)}, e.Causes...) {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if e.Challenge != "" {
		parts = append(parts, e.Challenge)
	}
	said := strings.Join(parts, ": ")
	if e.ID != "" {
		said += " (errorId " + e.ID + ")"
	}
	return said
}

// mentions tells whether Okta's text contains the fragment. Whole sentences
// are no basis: the same error is worded differently in Okta's spec and in
// recorded orgs ("You've reached" and "You have reached", "can't" and "cannot").
func (e *APIError) mentions(fragment string) bool {
	return slices.ContainsFunc(append(e.Causes, e.Summary), func(text string) bool {
		return strings.Contains(strings.ToLower(text), fragment)
	})
}

// newAPIError reads Okta's error body. A body in another form (a proxy's HTML)
// leaves only the status: repeating unknown text could repeat a secret.
func newAPIError(req *http.Request, resp *http.Response, body []byte) *APIError {
	e := &APIError{Method: req.Method, Path: req.URL.Path, Status: resp.StatusCode}
	var answer struct {
		Code    string `json:"errorCode"`
		Summary string `json:"errorSummary"`
		ID      string `json:"errorId"`
		Causes  []struct {
			Summary string `json:"errorSummary"`
		} `json:"errorCauses"`
		// OAuth 2.0 endpoints answer in RFC 6749 §5.2's form instead.
		OAuthError       string `json:"error"`
		OAuthDescription string `json:"error_description"`
	}
	if json.Unmarshal(body, &answer) == nil {
		e.Code, e.Summary, e.ID = answer.Code, answer.Summary, answer.ID
		if answer.OAuthError != "" {
			e.Code, e.Summary = answer.OAuthError, answer.OAuthDescription
		}
		for _, cause := range answer.Causes {
			e.Causes = append(e.Causes, cause.Summary)
		}
	}
	e.Challenge = challengeError(resp.Header.Get("WWW-Authenticate"))
	return e
}

// challengeError finds error="…" in a WWW-Authenticate header (RFC 6750 §3).
func challengeError(header string) string {
	_, rest, found := strings.Cut(header, `error="`)
	if !found {
		return ""
	}
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

// TransportError is a request that got no answer.
type TransportError struct {
	Method string
	Path   string // without query
	Err    error
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("%s %s: no answer: %v", e.Method, e.Path, e.Err)
}

// Unwrap gives the network's own error.
func (e *TransportError) Unwrap() error { return e.Err }

// newTransportError drops what net/http adds to an error: the whole URL.
func newTransportError(req *http.Request, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &TransportError{Method: req.Method, Path: req.URL.Path, Err: err}
}

// Holding is a credential as an error message names it: never with its value.
type Holding struct {
	ID      string
	Status  Status
	Created time.Time
}

func (h Holding) String() string {
	text := h.ID + " (" + string(h.Status)
	if !h.Created.IsZero() {
		text += ", created " + h.Created.UTC().Format(time.RFC3339)
	}
	return text + ")"
}

// LimitError says that an app's places for a kind of credential are taken, and
// by what. It is found before anything is sent, or wraps Okta's own refusal.
type LimitError struct {
	Noun    string // "client secret"
	Limit   int    // how many credentials of the kind an app may hold
	Present []Holding
	Err     error // Okta's refusal, if it was asked
}

func (e *LimitError) Error() string {
	names := make([]string, len(e.Present))
	for i, holding := range e.Present {
		names[i] = holding.String()
	}
	return fmt.Sprintf("the app already has %d of %d %ss: %s", len(e.Present), e.Limit, e.Noun, strings.Join(names, ", "))
}

// Unwrap gives Okta's refusal, nil if Okta wasn't asked.
func (e *LimitError) Unwrap() error { return e.Err }

// UnsettledError says that the answer to a create was lost and that the org
// could not be asked afterwards either: the credential may exist.
type UnsettledError struct {
	Noun string
	Err  error
}

func (e *UnsettledError) Error() string {
	return fmt.Sprintf("the answer to the creation of the %s was lost, and the org can't be asked whether it happened: %v", e.Noun, e.Err)
}

// Unwrap gives the error that kept the question open.
func (e *UnsettledError) Unwrap() error { return e.Err }

// is reports whether err is an answer of Okta for which the test holds.
func is(err error, test func(*APIError) bool) bool {
	var answer *APIError
	return errors.As(err, &answer) && test(answer)
}

// IsNotFound: the object, or the app it belongs to, does not exist. The code
// counts as well as the status: lifecycle calls on an unknown id have been seen
// to answer 400 [C].
func IsNotFound(err error) bool {
	return is(err, func(e *APIError) bool { return e.Status == http.StatusNotFound || e.Code == "E0000007" })
}

// IsAppNotFound: it is the app that does not exist; Okta names the kind of what
// it did not find, "(AppInstance)" or "(OAuth2AppInstance)" [R].
func IsAppNotFound(err error) bool {
	return IsNotFound(err) && is(err, func(e *APIError) bool { return e.mentions("appinstance") })
}

// IsOnlyActive: Okta keeps the last active credential of an app [S].
func IsOnlyActive(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "E0000001" && e.mentions("the only active") })
}

// IsLimit: two secrets, or 50 keys, are there already [S].
func IsLimit(err error) bool {
	var limit *LimitError
	return errors.As(err, &limit) || is(err, func(e *APIError) bool { return e.Code == "E0000001" && e.mentions("maximum number") })
}

// IsDuplicateKid: another key of the app has this kid [S].
func IsDuplicateKid(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "E0000001" && e.mentions("unique") && e.mentions("kid") })
}

// IsInvalidToken: the org does not know the credentials the client presents.
func IsInvalidToken(err error) bool {
	return is(err, func(e *APIError) bool {
		return e.Status == http.StatusUnauthorized && (e.Code == "E0000011" || e.Code == "E0000004" || e.Challenge == "invalid_token")
	})
}

// IsFeatureDisabled: the org lacks "OAuth secrets and key management".
func IsFeatureDisabled(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "E0000015" })
}

// IsInsufficientScope: the access token lacks the scope (RFC 6750 §3.1).
func IsInsufficientScope(err error) bool {
	return is(err, func(e *APIError) bool { return e.Challenge == "insufficient_scope" || e.Code == "invalid_scope" })
}

// IsForbidden: the admin role behind the credentials does not allow the call.
func IsForbidden(err error) bool {
	return is(err, func(e *APIError) bool { return e.Status == http.StatusForbidden })
}

// IsInvalidClient: a client's authentication was refused (RFC 6749 §5.2).
func IsInvalidClient(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "invalid_client" })
}

// IsRateLimited: still 429 after all retries.
func IsRateLimited(err error) bool {
	return is(err, func(e *APIError) bool { return e.Status == http.StatusTooManyRequests })
}

// IsAmbiguous: the request may or may not have taken effect. A client error
// certainly did not, nor did a connection that was never made.
func IsAmbiguous(err error) bool {
	var transport *TransportError
	if errors.As(err, &transport) {
		return !neverSent(err)
	}
	return is(err, func(e *APIError) bool { return e.Status >= http.StatusInternalServerError })
}

// errNotSent marks an attempt that ended before the request left.
var errNotSent = errors.New("not sent")

func neverSent(err error) bool {
	var op *net.OpError
	return errors.Is(err, errNotSent) || (errors.As(err, &op) && op.Op == "dial")
}
