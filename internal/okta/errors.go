// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// APIError is a response of Okta that says no.
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
	contains := func(text string) bool { return strings.Contains(strings.ToLower(text), fragment) }
	return contains(e.Summary) || slices.ContainsFunc(e.Causes, contains)
}

// apiError reads Okta's error body. A body in another form (a proxy's HTML) leaves
// only the status: repeating unknown text could repeat a secret.
func (m *masks) apiError(req *http.Request, resp *http.Response, body []byte) *APIError {
	e := &APIError{Method: req.Method, Path: req.URL.EscapedPath(), Status: resp.StatusCode}
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
		e.Code, e.Summary, e.ID = m.mask(answer.Code), m.mask(answer.Summary), m.mask(answer.ID)
		if answer.OAuthError != "" {
			e.Code, e.Summary = m.mask(answer.OAuthError), m.mask(answer.OAuthDescription)
		}
		for _, cause := range answer.Causes {
			e.Causes = append(e.Causes, m.mask(cause.Summary))
		}
	}
	e.Challenge = m.mask(challengeError(resp))
	return e
}

// challengeError finds error="…" in WWW-Authenticate (RFC 6750 §3, RFC 9449 §7.1).
func challengeError(resp *http.Response) string {
	_, rest, found := strings.Cut(strings.Join(resp.Header.Values("WWW-Authenticate"), ", "), `error="`)
	if !found {
		return ""
	}
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

// TransportError is a request that got no answer, or none of Okta's.
type TransportError struct {
	Method string
	Path   string // without query
	Err    error

	unsettled bool // the request may have taken effect
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("%s %s: %v", e.Method, e.Path, e.Err)
}

// Unwrap gives the network's own error.
func (e *TransportError) Unwrap() error { return e.Err }

// transportError adds what was being asked.
func (m *masks) transportError(req *http.Request, err error, state *call) error {
	if token, ok := errors.AsType[*TokenError](err); ok {
		return token // it names its own request; this one was never sent
	}
	err = m.maskError(withoutURL(err))
	if state.trouble != "" && req.Context().Err() != nil {
		err = fmt.Errorf("%w (before that: %s)", err, state.trouble)
	}
	return &TransportError{Method: req.Method, Path: req.URL.EscapedPath(), Err: err, unsettled: state.unsettled && req.Method != http.MethodGet}
}

// withoutURL drops what net/http adds to an error: the whole URL.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// TokenError says that there is no access token, so that the request it was for
// has not been sent. It wraps what the token endpoint answered, in Okta's words.
type TokenError struct{ Err error }

func (e *TokenError) Error() string { return "no access token: " + e.Err.Error() }

// Unwrap gives the error of the token request.
func (e *TokenError) Unwrap() error { return e.Err }

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

// Holdings are credentials in a message.
type Holdings []Holding

// HoldingsOf returns the holdings of the credentials.
func HoldingsOf[C Credential](credentials []C) (all Holdings) {
	for _, credential := range credentials {
		all = append(all, credential.Meta().Holding())
	}
	return all
}

func (h Holdings) String() string {
	if len(h) == 0 {
		return "none"
	}
	texts := make([]string, len(h))
	for i, holding := range h {
		texts[i] = holding.String()
	}
	return strings.Join(texts, ", ")
}

// ExistsError says that an owner already had the credential that was to be created.
// It is found before anything is sent.
type ExistsError struct {
	Noun     string // "client secret"
	Existing Holding
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("the app already has this %s: %s", e.Noun, e.Existing)
}

// LimitError says that an app has no free slot for a kind of credential, and
// what it has. It is found before anything is sent, or wraps Okta's own refusal.
type LimitError struct {
	Noun        string // "client secret"
	Limit       int    // how many credentials of the kind an app may hold
	Present     Holdings
	Err         error // Okta's refusal, if it was asked
	Placeholder bool  // the slot was for the placeholder of a last active credential
}

func (e *LimitError) Error() string {
	text := fmt.Sprintf("%d of %d %ss already exist: %s", len(e.Present), e.Limit, e.Noun, e.Present)
	if e.Placeholder {
		text += "; no slot is free for a placeholder"
	}
	return text
}

// Unwrap gives Okta's refusal, nil if Okta wasn't asked.
func (e *LimitError) Unwrap() error { return e.Err }

// OnlyActiveError says that the client didn't deactivate the last ACTIVE credential
// of its owner. Nothing was sent.
type OnlyActiveError struct{ Noun, ID string }

func (e *OnlyActiveError) Error() string {
	return fmt.Sprintf("%s %s is the only active one", e.Noun, e.ID)
}

// IgnoredError says that Okta accepted a change of an app and didn't make it, as it
// does with apps from the OIN catalog [R].
type IgnoredError struct {
	App    string
	Member string // of the app's document: "credentials.oauthClient.token_endpoint_auth_method"
}

func (e *IgnoredError) Error() string {
	return fmt.Sprintf("Okta accepted the change of %s of app %s, but didn't make it", e.Member, e.App)
}

// UnsettledError says that the response to a create was lost and that the org
// could not be asked afterwards either: the credential may exist.
type UnsettledError struct {
	Noun   string
	Create error // why the response was lost
	Err    error // why the org could not be asked

	// ValueLost says that the value was in the lost response alone: if the
	// credential exists, no later run can adopt it. Then Before is what was
	// there before, and Appeared what was not, as far as the org could be asked.
	ValueLost        bool
	Before, Appeared Holdings
}

func (e *UnsettledError) Error() string {
	if len(e.Appeared) > 0 {
		return fmt.Sprintf("the response to the creation of a %s was lost (%v); %s has appeared since then (%v)",
			e.Noun, e.Create, e.Appeared, e.Err)
	}
	text := fmt.Sprintf("whether the %s was created is not known: the response was lost (%v), and listing failed (%v)", e.Noun, e.Create, e.Err)
	if e.ValueLost {
		text += "; before, there was " + e.Before.String()
	}
	return text
}

// Unwrap gives both errors.
func (e *UnsettledError) Unwrap() []error { return []error{e.Create, e.Err} }
