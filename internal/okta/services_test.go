// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const serviceSecretsPath = "/integrations/api/v1/api-services/*/credentials/secrets"

// newServiceWorld has an API service integration, born with one secret.
func newServiceWorld(t *testing.T) *world {
	w := newSecretWorld(t)
	w.app = w.org.AddAPIService().ID
	return w
}

// The value is shown once. A creation that certainly didn't happen is repeated; what may have happened is named, and
// nothing is retired: it may be another run's.
func TestCreateServiceSecret_LostResponse(t *testing.T) {
	for name, fault := range faultsOfACreate {
		if fault.kind == oktasim.FaultLatency {
			continue
		}
		t.Run(name, func(t *testing.T) {
			w := newServiceWorld(t)
			first := w.org.Secrets(w.app)[0].Value
			w.fault(oktasim.Fault{Kind: fault.kind, Method: "POST", Path: serviceSecretsPath, Times: 1})
			created, err := w.client.CreateServiceSecret(t.Context(), w.app, false)
			if !fault.happened {
				mustEqual(t, "the error", err, nil)
				w.mustHold(t, first+" ACTIVE", created.Value+" ACTIVE")
				return
			}
			held := w.org.Secrets(w.app)
			if unsettled, ok := errors.AsType[*okta.UnsettledError](err); !ok || len(unsettled.Appeared) != 1 || unsettled.Appeared[0].ID != held[1].ID {
				t.Errorf("the error is %v, want an UnsettledError that names %s", err, held[1].ID)
			}
			w.mustHold(t, first+" ACTIVE", held[1].Value+" ACTIVE")
		})
	}
}

// A run that was canceled, or killed and goes on alone, leaves what the next run has created since.
func TestCreateServiceSecret_CanceledRun_LeavesWhatTheNextOneCreates(t *testing.T) {
	w := newServiceWorld(t)
	first := w.org.Secrets(w.app)[0].Value
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: "POST", Path: serviceSecretsPath, Times: 1})
	var next oktasim.Secret
	w.once("POST", "/credentials/secrets", func() {
		cancel()
		next = w.addSecret(t, "", "")
	})
	_, err := w.client.CreateServiceSecret(ctx, w.app, false)
	if unsettled, ok := errors.AsType[*okta.UnsettledError](err); !ok || len(unsettled.Appeared) != 1 || unsettled.Appeared[0].ID != next.ID {
		t.Errorf("the error is %v, want an UnsettledError that names %s", err, next.ID)
	}
	w.mustHold(t, first+" ACTIVE", next.Value+" ACTIVE")
}

func TestCreateServiceSecret_Limit(t *testing.T) {
	w := newServiceWorld(t)
	first := w.org.Secrets(w.app)[0].Value
	second := w.addSecret(t, "", "")
	_, err := w.client.CreateServiceSecret(t.Context(), w.app, true)
	var limit *okta.LimitError
	if !errors.As(err, &limit) || len(limit.Present) != 2 {
		t.Errorf("the error is %v, want a LimitError that names both", err)
	}
	if _, err := w.client.ServiceSecrets.SetStatus(t.Context(), w.app, second.ID, okta.StatusInactive); err != nil {
		t.Fatal(err)
	}
	created, err := w.client.CreateServiceSecret(t.Context(), w.app, true)
	if err != nil {
		t.Fatal(err)
	}
	w.mustHold(t, first+" ACTIVE", created.Value+" ACTIVE")
}

// What may be there and has a value that nobody knows is named, as far as the
// org can be asked: no later run takes it over.
func TestCreateServiceSecret_Unsettled(t *testing.T) {
	lost := oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: serviceSecretsPath}
	for name, test := range map[string]struct {
		fault    oktasim.Fault
		appeared int
	}{
		"when the list fails too":           {fault: oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "GET", Path: serviceSecretsPath, Skip: 1}},
		"when the one can't be told at all": {appeared: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newServiceWorld(t)
			first := w.org.Secrets(w.app)[0]
			w.fault(lost)
			if test.fault.Kind != "" {
				w.fault(test.fault)
			} else {
				w.once("POST", "/credentials/secrets", func() { // somebody else rotates at this moment
					w.addSecret(t, "", "")
					if err := w.org.SetSecretStatus(w.app, first.ID, "INACTIVE"); err != nil {
						t.Error(err)
					}
					if err := w.org.RemoveSecret(w.app, first.ID); err != nil {
						t.Error(err)
					}
				})
			}
			_, err := w.client.CreateServiceSecret(t.Context(), w.app, false)
			unsettled, ok := errors.AsType[*okta.UnsettledError](err)
			if !ok || !unsettled.ValueLost {
				t.Fatalf("the error is %v, want an UnsettledError that says the value is lost", err)
			}
			if len(unsettled.Appeared) != test.appeared {
				t.Errorf("appeared are %v, want %d", unsettled.Appeared, test.appeared)
			}
			for _, secret := range w.org.Secrets(w.app) {
				known := (test.appeared > 0) == (secret.ID != first.ID)
				if named := strings.Contains(err.Error(), secret.ID+" ("+secret.Status); named != known {
					t.Errorf("that %s is named is %t, want %t: %v", secret.ID, named, known, err)
				}
			}
		})
	}
}

func TestCreateServiceSecret_TheIntegrationIsGone(t *testing.T) {
	w := newServiceWorld(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropBefore, Method: "POST", Path: serviceSecretsPath})
	w.once("POST", "/credentials/secrets", func() { w.org.RemoveAPIService(w.app) })
	if _, err := w.client.CreateServiceSecret(t.Context(), w.app, false); !okta.IsNotFound(err) || okta.IsAmbiguous(err) {
		t.Errorf("the error is %v, want that there is no such integration", err)
	}
}

func TestServiceSecrets_Lifecycle(t *testing.T) {
	w := newServiceWorld(t)
	only := w.org.Secrets(w.app)[0]
	w.org.KeepLastServiceSecret(true)
	if err := w.client.ServiceSecrets.Retire(t.Context(), w.app, only.ID, okta.Retirement{}); !okta.IsOnlyActive(err) {
		t.Errorf("the error is %v, want Okta's refusal", err)
	}
	created, err := w.client.CreateServiceSecret(t.Context(), w.app, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.client.ServiceSecrets.Retire(t.Context(), w.app, only.ID, okta.Retirement{}); err != nil {
		t.Fatal(err)
	}
	listed, err := w.client.ServiceSecrets.Snapshot(t.Context(), w.app)
	if err != nil {
		t.Fatal(err)
	}
	if len(listed) != 1 || listed[0].ID != created.ID || listed[0].Value == created.Value {
		t.Errorf("the list is %v, want the new secret with its value masked", listed)
	}
	if _, err := w.client.CreateServiceSecret(t.Context(), "0oaUnknown", false); !okta.IsNotFound(err) {
		t.Errorf("the error is %v, want that there is no such integration", err)
	}
}

// Okta documents for apps alone that it keeps the last active one [S].
func TestServiceSecrets_TheLastActiveOneIsKept(t *testing.T) {
	w := newServiceWorld(t)
	only := w.org.Secrets(w.app)[0]
	if err := w.client.ServiceSecrets.Retire(t.Context(), w.app, only.ID, okta.Retirement{}); !okta.IsOnlyActive(err) {
		t.Errorf("the error of Retire is %v", err)
	}
	if _, err := w.client.ServiceSecrets.SetStatus(t.Context(), w.app, only.ID, okta.StatusInactive); !okta.IsOnlyActive(err) {
		t.Errorf("the error of Deactivate is %v", err)
	}
	for _, request := range w.org.Requests() {
		if request.Method != "GET" {
			t.Errorf("%s was sent", request)
		}
	}
	created, err := w.client.CreateServiceSecret(t.Context(), w.app, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.client.ServiceSecrets.Retire(t.Context(), w.app, only.ID, okta.Retirement{}); err != nil {
		t.Errorf("one of two is not retired: %v", err)
	}
	w.mustHold(t, created.Value+" ACTIVE")
}

// Okta lets all secrets of an integration be INACTIVE: the one that was longest without change is deleted.
func TestCreateServiceSecret_OfTwoInactiveOnes_DeletesTheOneLongestWithoutChange(t *testing.T) {
	w := newServiceWorld(t)
	first, second := w.org.Secrets(w.app)[0], w.addSecret(t, "", "INACTIVE")
	w.org.Advance(time.Hour)
	if err := w.org.SetSecretStatus(w.app, first.ID, "INACTIVE"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.CreateServiceSecret(t.Context(), w.app, true); err != nil {
		t.Fatal(err)
	}
	for _, secret := range w.org.Secrets(w.app) {
		if secret.ID == second.ID {
			t.Error("the one that was changed last was deleted")
		}
	}
}
