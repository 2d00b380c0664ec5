// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func TestExplain_SaysWhatOktaAnsweredAndWhatToDo(t *testing.T) {
	validation := func(text string) error {
		return &okta.APIError{Status: http.StatusBadRequest, Code: "E0000001", Summary: "Api validation failed", Causes: []string{text}, ID: "oae1"}
	}
	refused := &okta.APIError{Status: http.StatusUnauthorized, Code: "invalid_client", Summary: "The client secret supplied for a confidential client is invalid."}
	for name, test := range map[string]struct {
		err  error
		want []string
	}{
		"the errorId, for Okta's support":     {validation("any"), []string{"400", "E0000001", "any", "oae1"}},
		"the only active one":                 {validation("You can't delete the only active secret"), []string{"create_before_destroy = true"}},
		"both places are taken":               {validation("You've reached the maximum number of client secrets"), []string{"delete_inactive"}},
		"no place for a stand-in":             {&okta.LimitError{Placeholder: true}, []string{"destroy again"}},
		"a create that may have happened":     {&okta.UnsettledError{}, []string{"shows how to adopt it"}},
		"a value that nobody has":             {&okta.UnsettledError{ValueLost: true, Appeared: []okta.Holding{{ID: "ocs1"}}}, []string{"ocs1", "cannot be recovered", "delete_inactive"}},
		"a kid twice":                         {validation("Each key must have a unique kid"), []string{"Choose another kid"}},
		"a key without kid":                   {validation("Each key should have a unique kid when adding multiple keys."), []string{"Give that key one"}},
		"no scope":                            {&okta.APIError{Status: http.StatusForbidden, Challenge: "insufficient_scope"}, []string{"okta.apps.manage"}},
		"no right":                            {&okta.APIError{Status: http.StatusForbidden, Code: "E0000006"}, []string{"admin role"}},
		"no feature":                          {&okta.APIError{Status: http.StatusUnauthorized, Code: "E0000015"}, []string{"OAuth secrets and key management"}},
		"no such token":                       {&okta.APIError{Status: http.StatusUnauthorized, Code: "E0000011"}, []string{"neither expired nor been revoked"}},
		"no such app":                         {&okta.APIError{Status: http.StatusNotFound, Code: "E0000007", Summary: "Not found: Resource not found: 0oa1 (AppInstance)"}, []string{"correct app_id"}},
		"no such secret":                      {&okta.APIError{Status: http.StatusNotFound, Code: "E0000007"}, []string{"Plan again"}},
		"too many requests":                   {&okta.APIError{Status: http.StatusTooManyRequests}, []string{"max_api_capacity"}},
		"the provider's own login":            {&okta.TokenError{Err: refused}, []string{"provider's own credentials", "private_key_id"}},
		"a scope the token endpoint withheld": {&okta.TokenError{Err: &okta.APIError{Status: http.StatusBadRequest, Code: "invalid_scope"}}, []string{"okta.apps.manage"}},
		"no time":                             {&okta.TransportError{Err: context.DeadlineExceeded}, []string{"raise timeouts"}},
		"nobody there":                        {&okta.TransportError{Err: noAnswerToDial(t)}, []string{"Check the network"}},
		"no answer":                           {&okta.TransportError{Err: errors.New("connection refused")}, []string{"Check the network"}},
		"an end by Ctrl-C":                    {&okta.TransportError{Err: context.Canceled}, []string{"canceled"}},
		"wrapped":                             {fmt.Errorf("while verifying: %w", validation("maximum number")), []string{"delete_inactive"}},
	} {
		got := explain(test.err)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing in %q", name, want, got)
			}
		}
	}
}

func TestFailure_IsTitledByItsProblemAndSaysWhatWasBeingDone(t *testing.T) {
	for _, test := range []struct {
		err   error
		title string
	}{
		{&okta.APIError{Status: http.StatusUnauthorized, Code: "E0000011"}, "Okta rejected the provider's credentials"},
		{&okta.TokenError{Err: &okta.APIError{Status: http.StatusUnauthorized, Code: "invalid_client"}}, "Okta rejected the provider's credentials"},
		{&okta.APIError{Status: http.StatusForbidden, Code: "E0000006"}, "The provider's admin role doesn't allow this"},
		{&okta.APIError{Status: http.StatusTooManyRequests}, "The org's rate limit is exhausted"},
		{&okta.TransportError{Err: errors.New("connection refused")}, "Okta did not respond"},
		{&okta.TransportError{Err: context.DeadlineExceeded}, "Okta: can't read the keys of app 0oa1"},
		{&okta.APIError{Status: http.StatusBadRequest, Code: "E0000001"}, "Okta: can't read the keys of app 0oa1"},
	} {
		got := failure("read the keys of app 0oa1", test.err)
		if got.Summary() != test.title || !strings.Contains(got.Summary()+got.Detail(), "can't read the keys of app 0oa1") {
			t.Errorf("%v: %s\n%s\nwant the title %q, and what was being done", test.err, got.Summary(), got.Detail(), test.title)
		}
	}
}

// noAnswerToDial is the error of a connection that took too long.
func noAnswerToDial(t *testing.T) error {
	t.Helper()
	_, err := (&net.Dialer{Deadline: time.Now().Add(-time.Second)}).Dial("tcp", "127.0.0.1:1")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("not what this test is about: %v", err)
	}
	return err
}

func TestExplain_ASecretUnderVerificationIsNotTheProvidersLogin(t *testing.T) {
	if got := explain(&okta.APIError{Status: http.StatusUnauthorized, Code: "invalid_client"}); strings.Contains(got, "private_key") {
		t.Errorf("it speaks of the provider's own login: %q", got)
	}
}
