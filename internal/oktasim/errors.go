// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"fmt"
	"net/http"
	"strings"
)

// Wording is one of the two ways in which Okta has been seen to word the same errors. A client that recognizes
// errors by whole sentences works with one of them only.
type Wording int

const (
	// WordingSpec is that of Okta's OpenAPI document: "You've reached…", "You can't…" [S].
	WordingSpec Wording = iota
	// WordingRecorded is that of recorded orgs: "You have reached…", "You cannot…" [R].
	WordingRecorded
)

// recordedWords turns the spec's words into recorded ones.
var recordedWords = strings.NewReplacer("You've", "You have", "Can't", "Cannot", "can't", "cannot")

func (w Wording) apply(text string) string {
	if w == WordingRecorded {
		return recordedWords.Replace(text)
	}
	return text
}

// failure is an error that knows how Okta would answer it.
type failure interface {
	error
	response(Wording) response
}

// apiError is an error of Okta's Management API.
type apiError struct {
	status  int
	code    string
	summary string
	causes  []string
	header  http.Header
}

func (e *apiError) Error() string {
	text := fmt.Sprintf("%d %s: %s", e.status, e.code, e.summary)
	if len(e.causes) > 0 {
		text += ": " + strings.Join(e.causes, "; ")
	}
	return text
}

// errorBody is the body of every Management API error [S][R].
type errorBody struct {
	ErrorCode    string       `json:"errorCode"`
	ErrorSummary string       `json:"errorSummary"`
	ErrorLink    string       `json:"errorLink"`
	ErrorID      string       `json:"errorId"`
	ErrorCauses  []errorCause `json:"errorCauses"`
}

type errorCause struct {
	ErrorSummary string `json:"errorSummary"`
}

func (e *apiError) response(wording Wording) response {
	body := errorBody{
		ErrorCode:    e.code,
		ErrorSummary: wording.apply(e.summary),
		ErrorLink:    e.code,
		ErrorID:      "oae" + randomText(22, alphanumerics+"-_"), // [R]
		ErrorCauses:  []errorCause{},
	}
	for _, cause := range e.causes {
		body.ErrorCauses = append(body.ErrorCauses, errorCause{wording.apply(cause)})
	}
	return response{status: e.status, header: e.header, body: body}
}

// validationError is E0000001. The summary names the subject, the causes say what is wrong [S][R].
func validationError(subject string, causes ...string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000001", summary: "Api validation failed: " + subject, causes: causes}
}

// notFound is E0000007; kind is Okta's own name of what was looked for [D][R].
func notFound(id, kind string) *apiError {
	return &apiError{
		status: http.StatusNotFound, code: "E0000007",
		summary: fmt.Sprintf("Not found: Resource not found: %s (%s)", id, kind),
	}
}

func malformedBody() *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000003", summary: "The request body was not well-formed."} // [D]
}

func noAuthorization() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000005", summary: "Invalid session"} // [?]
}

func invalidToken() *apiError {
	return &apiError{status: http.StatusUnauthorized, code: "E0000011", summary: "Invalid token provided"} // [S]
}

func accessDenied() *apiError {
	return &apiError{
		status: http.StatusForbidden, code: "E0000006",
		summary: "You do not have permission to perform the requested action", // [S]
	}
}

// insufficientScope is accessDenied for a token that lacks a scope; the header says so (RFC 6750 §3.1) [C].
func insufficientScope(scheme string) *apiError {
	denied := accessDenied()
	denied.header = http.Header{"Www-Authenticate": {scheme + ` error="insufficient_scope", ` +
		`error_description="The access token provided does not contain the required scopes."`}}
	return denied
}

// featureOff is what credential calls answer in an org without the feature [D].
func featureOff() *apiError {
	return &apiError{
		status: http.StatusUnauthorized, code: "E0000015",
		summary: "You do not have permission to access the feature you are requesting",
	}
}

// deleteForbidden refuses to delete an app that is ACTIVE [R].
func deleteForbidden() *apiError {
	return &apiError{
		status: http.StatusForbidden, code: "E0000056", summary: "Delete application forbidden.",
		causes: []string{"The application must be deactivated before deletion."},
	}
}

// unsupportedMethod is Okta's response to a path (404 [?]) or method (405 [D]) that it does not serve.
func unsupportedMethod(status int) *apiError {
	return &apiError{status: status, code: "E0000022", summary: "The endpoint does not support the provided HTTP method"}
}

// invalidCursor is the response to an after that is none [R].
func invalidCursor() *apiError {
	return &apiError{
		status: http.StatusBadRequest, code: "E0000029", summary: "Invalid paging request.", causes: []string{"Invalid cursor."},
	}
}

func tooManyRequests() *apiError {
	return &apiError{
		status: http.StatusTooManyRequests, code: "E0000047",
		summary: "API call exceeded rate limit due to too many requests.", // [S]
	}
}

// statusErrors are the errors that stand for a status.
var statusErrors = map[int]func() *apiError{
	http.StatusUnauthorized:    invalidToken,
	http.StatusForbidden:       accessDenied,
	http.StatusTooManyRequests: tooManyRequests,
	http.StatusServiceUnavailable: func() *apiError {
		return &apiError{code: "E0000010", summary: "Service is in read only mode"} // [D]
	},
}

// serverError is the body of an injected error status.
func serverError(status int) *apiError {
	failed := &apiError{code: "E0000009", summary: "Internal Server Error"} // [R]
	if known := statusErrors[status]; known != nil {
		failed = known()
	}
	failed.status = status
	return failed
}

// oauthError is an error of the OAuth endpoints (RFC 6749 §5.2).
type oauthError struct {
	status      int
	code        string
	description string
	header      http.Header
}

func (e *oauthError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.description) }

func (e *oauthError) response(Wording) response {
	return response{status: e.status, header: e.header, body: struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{e.code, e.description}}
}

func invalidClient(description string) *oauthError {
	return &oauthError{status: http.StatusUnauthorized, code: "invalid_client", description: description}
}

func badRequest(code, description string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: code, description: description}
}
