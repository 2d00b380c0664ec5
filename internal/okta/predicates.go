// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"errors"
	"net/http"
)

// The predicates recognize Okta's errors by their codes and, where one code
// stands for many errors, by fragments of their text.

// is reports whether err is a response of Okta's API for which the test holds. A
// response of the token endpoint is none: its 404 is not that of an app.
func is(err error, test func(*APIError) bool) bool {
	_, token := errors.AsType[*TokenError](err)
	return !token && answered(err, test)
}

// answered is [is] for the token endpoint as well.
func answered(err error, test func(*APIError) bool) bool {
	answer, ok := errors.AsType[*APIError](err)
	return ok && test(answer)
}

// IsNotFound tells that the object, or the app it belongs to, does not exist.
// Okta's code says so, in a 404 [S] or, from lifecycle calls, in a 400 [C]. A 404
// without it is someone else's, a proxy's or a wrong host's, and says nothing
// of the object.
func IsNotFound(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "E0000007" })
}

// IsAppNotFound tells that it is the app that does not exist: Okta names the
// kind of what it did not find, "(AppInstance)" or "(OAuth2AppInstance)" [R].
func IsAppNotFound(err error) bool {
	return IsNotFound(err) && is(err, func(e *APIError) bool { return e.mentions("appinstance") })
}

// IsOnlyActive tells that an app keeps its last active credential: Okta refused to
// take it [S], or the client did, where Okta may not.
func IsOnlyActive(err error) bool {
	return errors.As(err, new(*OnlyActiveError)) || is(err, func(e *APIError) bool { return e.Code == "E0000001" && e.mentions("the only active") })
}

// IsActiveEncryptionKey tells that Okta refused to deactivate the active encryption
// key, which it does only in exchange for another [S].
func IsActiveEncryptionKey(err error) bool {
	return is(err, func(e *APIError) bool {
		return e.Code == "E0000001" && e.mentions("deactivate the active encryption key")
	})
}

// IsLimit tells that two secrets, or 50 keys, are there already [S].
func IsLimit(err error) bool {
	_, limit := errors.AsType[*LimitError](err)
	return limit || is(err, func(e *APIError) bool { return e.Code == "E0000001" && e.mentions("maximum number") })
}

// IsDuplicateKid tells that another key of the app has this kid [S].
func IsDuplicateKid(err error) bool {
	return is(err, func(e *APIError) bool {
		return e.Code == "E0000001" && e.mentions("unique") && e.mentions("kid") && !e.mentions(keyWithoutKid)
	})
}

// keyWithoutKid is a fragment of "Each key should have a unique kid when adding
// multiple keys." [S].
const keyWithoutKid = "when adding multiple keys"

// IsKidMissing tells that the app has a key without a kid, next to which Okta
// accepts no other [S].
func IsKidMissing(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "E0000001" && e.mentions(keyWithoutKid) })
}

// IsInvalidToken tells that the org does not know the credentials the client
// presents.
func IsInvalidToken(err error) bool {
	return is(err, func(e *APIError) bool {
		return e.Status == http.StatusUnauthorized && (e.Code == "E0000011" || e.Code == "E0000004" || e.Challenge == "invalid_token")
	})
}

// IsFeatureDisabled tells that the org lacks "OAuth secrets and key management".
func IsFeatureDisabled(err error) bool {
	return is(err, func(e *APIError) bool { return e.Code == "E0000015" })
}

// IsInsufficientScope tells that the access token lacks the scope (RFC 6750
// §3.1), or that the token endpoint does not grant it.
func IsInsufficientScope(err error) bool {
	return answered(err, func(e *APIError) bool {
		return e.Challenge == "insufficient_scope" || e.Code == "invalid_scope" || e.Code == "consent_required"
	})
}

// IsForbidden tells that the admin role behind the credentials does not allow
// the call.
func IsForbidden(err error) bool {
	return is(err, func(e *APIError) bool { return e.Status == http.StatusForbidden }) && !IsInsufficientScope(err)
}

// IsInvalidClient tells that a client's authentication was refused (RFC 6749
// §5.2): that of [Client.Verify], or in a [*TokenError] the configuration's own.
func IsInvalidClient(err error) bool {
	return answered(err, func(e *APIError) bool { return e.Code == errInvalidClient })
}

// IsRateLimited tells that it was 429 still after all retries, or that the wait for
// the rate limit was given up.
func IsRateLimited(err error) bool {
	return errors.As(err, new(*RateLimitError)) || answered(err, func(e *APIError) bool { return e.Status == http.StatusTooManyRequests })
}

// IsAmbiguous tells that the request may or may not have taken effect. A client
// error certainly did not, nor did a connection that was never made, nor a GET.
func IsAmbiguous(err error) bool {
	if _, ok := errors.AsType[*UnsettledError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*TokenError](err); ok {
		return false
	}
	if lost, ok := errors.AsType[*TransportError](err); ok {
		return lost.unsettled
	}
	return is(err, func(e *APIError) bool {
		return e.Method != http.MethodGet && e.Status >= http.StatusInternalServerError && e.Status != http.StatusNotImplemented
	})
}
