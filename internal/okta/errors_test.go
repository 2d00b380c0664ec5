// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// predicates are all of them: an error is checked against each.
var predicates = map[string]func(error) bool{
	"IsNotFound": IsNotFound, "IsAppNotFound": IsAppNotFound, "IsOnlyActive": IsOnlyActive, "IsLimit": IsLimit,
	"IsDuplicateKid": IsDuplicateKid, "IsKidMissing": IsKidMissing, "IsInvalidToken": IsInvalidToken,
	"IsFeatureDisabled": IsFeatureDisabled, "IsInsufficientScope": IsInsufficientScope, "IsForbidden": IsForbidden,
	"IsInvalidClient": IsInvalidClient, "IsActiveEncryptionKey": IsActiveEncryptionKey, "IsRateLimited": IsRateLimited, "IsAmbiguous": IsAmbiguous,
}

func mustBe(t *testing.T, err error, want ...string) {
	t.Helper()
	for name, predicate := range predicates {
		expected := false
		for _, w := range want {
			expected = expected || w == name
		}
		if predicate(err) != expected {
			t.Errorf("%s is %t for %v", name, !expected, err)
		}
	}
}

// Okta words the same error differently in its specification and in recorded
// orgs: both must be recognised.
func TestPredicates_OfOktasAnswers(t *testing.T) {
	const (
		secrets = "Api validation failed: OAuth2ClientSecretMediated"
		keys    = "Api validation failed: JsonWebKey"
		value   = "Api validation failed: client_secret"
	)
	validation := func(summary, cause string) http.HandlerFunc { return refuse(400, "E0000001", summary, cause) }
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		is     []string
	}{
		{"two secrets [S]", validation(secrets, "You've reached the maximum number of client secrets per client."), []string{"IsLimit"}},
		{"two secrets [R]", validation(secrets, "You have reached the maximum number of client secrets per client."), []string{"IsLimit"}},
		{"50 keys [S]", validation(keys, "You can't create a new key. You have reached the maximum number of keys allowed (50). To add another key, you must first delete an existing one."), []string{"IsLimit"}},
		{"50 keys [R]", validation(keys, "You cannot create a new key. You've reached the maximum number of keys allowed (50)."), []string{"IsLimit"}},
		{"the only active secret [S]", validation(secrets, "You can't deactivate the only active client secret."), []string{"IsOnlyActive"}},
		{"the only active secret [R]", validation(secrets, "You cannot deactivate the only active client secret."), []string{"IsOnlyActive"}},
		{"the only active key [S]", validation(keys, "Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`."), []string{"IsOnlyActive"}},
		{"the only active key [R]", validation(keys, "Cannot deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`."), []string{"IsOnlyActive"}},
		{"the last key for an algorithm", validation(keys, "The `jwks` must contain at least one key with an algorithm matching the `request_object_signature_algorithm`."), nil},
		{"the active encryption key [S]", validation(keys, "You can't deactivate the active encryption key."), []string{"IsActiveEncryptionKey"}},
		{"the active encryption key, in the words of recorded orgs", validation(keys, "You cannot deactivate the active encryption key."), []string{"IsActiveEncryptionKey"}},
		{"the active encryption key under another code", refuse(400, "E0000003", keys, "You can't deactivate the active encryption key."), nil},
		{"a second active encryption key", validation(keys, "The client can have only one active encryption key in the 'jwks'."), nil},
		{"a kid twice", validation(keys, "All keys in the 'jwks' must have a unique `kid`."), []string{"IsDuplicateKid"}},
		{"a key without kid is there", validation(keys, "Each key should have a unique kid when adding multiple keys. Use the Apps API to update the JWKS to add a kid for the existing key, or delete the existing key and re-add the key with a kid using the JWKS APIs."), []string{"IsKidMissing"}},
		{"a short key", validation(keys, "RSA key length in the 'jwks' is less than '2,048' bits for the given key."), nil},
		{"delete an active secret", validation(secrets, "You can't delete an active client secret. Deactivate the secret before deleting it."), nil},
		{"delete an active key", validation(keys, "You can't delete an active JSON Web Key. Deactivate the key before deleting it."), nil},
		{"a long secret", validation(value, "client_secret: 'client_secret' can't be more than '100' characters long."), nil},
		{"a secret under private_key_jwt", validation(value, "'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'."), nil},
		{"the text of a limit under another code", refuse(400, "E0000003", "maximum number"), nil},

		{"an unknown secret", refuse(404, "E0000007", "Not found: Resource not found: ocs1 (OAuth2ClientSecretMediated)"), []string{"IsNotFound"}},
		{"an unknown key", refuse(404, "E0000007", "Not found: Resource not found: pks1 (JsonWebKey)"), []string{"IsNotFound"}},
		{"an unknown secret, as a 400 [C]", refuse(400, "E0000007", "Not found: Resource not found: ocs1 (OAuth2ClientSecretMediated)"), []string{"IsNotFound"}},
		{"an unknown app", refuse(404, "E0000007", "Not found: Resource not found: 0oa1 (AppInstance)"), []string{"IsNotFound", "IsAppNotFound"}},
		{"an unknown OIDC app", refuse(404, "E0000007", "Not found: Resource not found: 0oa1 (OAuth2AppInstance)"), []string{"IsNotFound", "IsAppNotFound"}},
		{"a 404 that is not Okta's", answer(404, "<html>404 Not Found</html>"), nil},
		{"a path Okta doesn't know", refuse(404, "E0000022", "The endpoint does not support the provided HTTP method"), nil},

		{"a wrong token", refuse(401, "E0000011", "Invalid token provided"), []string{"IsInvalidToken"}},
		{"failed authentication", refuse(401, "E0000004", "Authentication failed"), []string{"IsInvalidToken"}},
		{"an expired access token", answer(401, nil, "WWW-Authenticate", `Bearer error="invalid_token", error_description="expired"`), []string{"IsInvalidToken"}},
		{"no feature", refuse(401, "E0000015", "You do not have permission to access the feature you are requesting"), []string{"IsFeatureDisabled"}},
		{"no permission", refuse(403, "E0000006", "You do not have permission to perform the requested action"), []string{"IsForbidden"}},
		{"no scope", answer(403, nil, "WWW-Authenticate", `Bearer realm="x", error="insufficient_scope", scope="okta.apps.manage"`), []string{"IsInsufficientScope"}},
		{"no scope, the second challenge", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("WWW-Authenticate", "Basic")
			w.Header().Add("WWW-Authenticate", `DPoP error="insufficient_scope"`)
			w.WriteHeader(403)
		}, []string{"IsInsufficientScope"}},
		{"a client's bad secret", answer(401, `{"error":"invalid_client","error_description":"The client secret supplied for a confidential client is invalid."}`), []string{"IsInvalidClient"}},
		{"a rate limit", refuse(429, "E0000047", "API call exceeded rate limit due to too many requests."), []string{"IsRateLimited"}},
		{"a broken org", refuse(500, "E0000009", "Internal Server Error"), []string{"IsAmbiguous"}},
		{"read-only mode", refuse(503, "E0000010", "Service is in read only mode"), []string{"IsAmbiguous"}},
		{"not implemented", refuse(501, "E0000060", "Unsupported operation."), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := newTestClient(t, test.answer, func(c *Config) { c.MaxRetries = 0 })
			_, err := client.Secrets.post(t.Context(), "0oa1", NewClientSecret{})
			mustBe(t, err, test.is...)
			mustBe(t, fmt.Errorf("wrapped: %w", err), test.is...)
			// The token endpoint's 404 is not that of an app.
			asToken := &TokenError{Err: err}
			for _, name := range []string{"IsNotFound", "IsAppNotFound", "IsForbidden", "IsInvalidToken", "IsAmbiguous"} {
				if predicates[name](asToken) {
					t.Errorf("%s holds for the token endpoint's %v", name, err)
				}
			}
		})
	}
}

func TestPredicates_OfOtherErrors(t *testing.T) {
	lost := &TransportError{Err: io.ErrUnexpectedEOF, unsettled: true}
	mustBe(t, nil)
	mustBe(t, context.Canceled)
	mustBe(t, &LimitError{}, "IsLimit")
	mustBe(t, lost, "IsAmbiguous")
	mustBe(t, &TransportError{Err: io.ErrUnexpectedEOF})
	mustBe(t, &TokenError{Err: lost})
	mustBe(t, &UnsettledError{Create: lost, Err: lost}, "IsAmbiguous")
	mustBe(t, &UnsettledError{Create: lost, Err: &TokenError{Err: lost}}, "IsAmbiguous")
	mustBe(t, &TokenError{Err: &APIError{Status: 401, Code: "invalid_client"}}, "IsInvalidClient")
	mustBe(t, &TokenError{Err: &APIError{Status: 400, Code: "invalid_scope"}}, "IsInsufficientScope")
	mustBe(t, &TokenError{Err: &APIError{Status: 400, Code: "consent_required"}}, "IsInsufficientScope")
}

func TestAPIError_SaysWhatOktaSaid(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"causes", refuse(400, "E0000001", "Api validation failed: JsonWebKey", "One.", "Two."),
			"GET /api/v1/apps/0oa1: 400 Bad Request: E0000001 Api validation failed: JsonWebKey: One.: Two. (errorId oaeTest)"},
		{"OAuth", answer(401, `{"error":"invalid_client","error_description":"Bad."}`),
			"GET /api/v1/apps/0oa1: 401 Unauthorized: invalid_client Bad."},
		{"a challenge alone", answer(403, nil, "WWW-Authenticate", `Bearer error="insufficient_scope"`),
			"GET /api/v1/apps/0oa1: 403 Forbidden: insufficient_scope"},
		{"a proxy's page", answer(403, "<html>Blocked. Your token was SSWS abc</html>"), "GET /api/v1/apps/0oa1: 403 Forbidden"},
		{"other JSON", answer(400, `{"message":"SSWS abc"}`), "GET /api/v1/apps/0oa1: 400 Bad Request"},
		{"JSON of other types", answer(400, `{"errorCode":7,"errorSummary":"SSWS abc"}`), "GET /api/v1/apps/0oa1: 400 Bad Request"},
		{"nothing", answer(418, nil), "GET /api/v1/apps/0oa1: 418 I'm a teapot"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := newTestClient(t, test.answer).App(t.Context(), "0oa1")
			if _, ok := errors.AsType[*APIError](err); !ok {
				t.Fatalf("%v is no APIError", err)
			}
			mustEqual(t, "the error", err.Error(), test.want)
		})
	}
}

// The predicates of an error that several goroutines hold must not write to it.
func TestPredicates_DoNotWriteToTheError(t *testing.T) {
	causes := make([]string, 1, 8)
	err := &APIError{Code: "E0000001", Summary: "summary", Causes: causes}
	IsLimit(err)
	if spare := causes[:2]; spare[1] != "" {
		t.Errorf("a predicate wrote %q behind the causes", spare[1])
	}
}

func TestNeverSent(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for _, test := range []struct {
		err  error
		want bool
	}{
		{refused, true},
		{fmt.Errorf("wrapped: %w", refused), true},
		{&net.OpError{Op: "proxyconnect", Err: refused}, true},
		{fmt.Errorf("%w: %w", errNotSent, context.Canceled), true},
		{&net.OpError{Op: "read", Err: errors.New("connection reset")}, false},
		{&net.OpError{Op: "write", Err: errors.New("broken pipe")}, false},
		{io.EOF, false},
		{context.DeadlineExceeded, false},
	} {
		mustEqual(t, fmt.Sprintf("neverSent(%v)", test.err), neverSent(test.err), test.want)
	}
}

func TestErrors_ReadAsSentences(t *testing.T) {
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	limit := &LimitError{Noun: "client secret", Limit: 2, Present: []Holding{{"ocs1", StatusActive, created}, {ID: "ocs2", Status: StatusInactive}}}
	mustEqual(t, "a LimitError", limit.Error(),
		"2 of 2 client secrets already exist: ocs1 (ACTIVE, created 2026-01-02T03:04:05Z), ocs2 (INACTIVE)")
	unsettled := &UnsettledError{Noun: "client secret", Create: errors.New("POST a: no answer"), Err: errors.New("GET b: 503")}
	mustEqual(t, "an UnsettledError", unsettled.Error(),
		"whether the client secret was created is not known: the response was lost (POST a: no answer), and listing failed (GET b: 503)")
	if !errors.Is(unsettled, unsettled.Create) || !errors.Is(unsettled, unsettled.Err) {
		t.Error("an UnsettledError does not unwrap to both of its errors")
	}
	for _, err := range []error{limit, unsettled} {
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q has more than one line", err)
		}
	}
}
