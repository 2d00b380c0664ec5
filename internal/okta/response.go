// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"errors"
	"fmt"
	"net/http"
)

// What a success must look like. That the status is 200 says little: a captive
// portal, a broken gateway and a wrong host answer 200 as well, with a page of
// their own, and a mixed-up cache with someone else's object. Nothing may be taken
// for done because of them.

// errUnexpected is a success that Okta doesn't document.
var errUnexpected = errors.New("the response is not the one that Okta documents for this call")

// IsUnexpectedResponse tells that a response of success was not one that Okta
// documents: something between here and the org may have given it.
func IsUnexpectedResponse(err error) bool { return errors.Is(err, errUnexpected) }

// StatusError says that a credential has a status that Okta doesn't document. What
// Okta does with such a credential is not known, so nothing is decided by it.
type StatusError struct {
	ID     string
	Status Status // as it came; empty if it is missing
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("credential %s has the status %q; only %s and %s are known", e.ID, string(e.Status), StatusActive, StatusInactive)
}

// MismatchError says that a response speaks of something else than its request did.
// After a create, Okta may have created the credential that the response names.
type MismatchError struct {
	ID   string // of the credential or app in the response
	Name string // of what differs: "id", "secret_hash", "status", "kid", "key"

	Sent, Received string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("the response is about another object (id %s): the request has the %s %q, the response %q", e.ID, e.Name, e.Sent, e.Received)
}

// mismatch returns an error if the two differ.
func mismatch(id, name, sent, received string) error {
	if sent == received {
		return nil
	}
	return &MismatchError{ID: id, Name: name, Sent: sent, Received: received}
}

// checked is a body that knows what it can't be without: a 200 with some other JSON
// must not pass for an app without anything.
type checked interface{ check() error }

// decodeChecked is [decode] for such bodies.
func decodeChecked(body []byte, out any) error {
	if err := decode(body, out); err != nil {
		return err
	}
	if object, ok := out.(checked); ok {
		return object.check()
	}
	return nil
}

// nothing is the body of a response to DELETE: 204, or 200 without a body [R].
type nothing struct{}

// readSuccess reads the body of a success into out.
func readSuccess(status int, body []byte, out any) error {
	if _, none := out.(nothing); !none {
		return decodeChecked(body, out)
	}
	if (status != http.StatusOK && status != http.StatusNoContent) || len(body) > 0 {
		return errUnexpected
	}
	return nil
}
