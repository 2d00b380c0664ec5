package okta_test

import (
	"errors"
	"testing"

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

// The value is shown once: after a lost answer it is another secret's that
// counts, and the lost one does not keep a place.
func TestCreateServiceSecret_OneThatIsKnown(t *testing.T) {
	faults := map[string]oktasim.FaultKind{"without a fault": ""}
	for name, fault := range faultsOfACreate {
		if fault.kind != oktasim.FaultLatency {
			faults[name] = fault.kind
		}
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			w := newServiceWorld(t)
			first := w.org.Secrets(w.app)[0].Value
			if fault != "" {
				w.fault(oktasim.Fault{Kind: fault, Method: "POST", Path: serviceSecretsPath, Times: 1})
			}
			created, err := w.client.CreateServiceSecret(t.Context(), w.app, false)
			if err != nil {
				t.Fatal(err)
			}
			w.mustHold(t, first+" ACTIVE", created.Value+" ACTIVE")
		})
	}
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
	if _, err := w.client.ServiceSecrets.Deactivate(t.Context(), w.app, second.ID); err != nil {
		t.Fatal(err)
	}
	created, err := w.client.CreateServiceSecret(t.Context(), w.app, true)
	if err != nil {
		t.Fatal(err)
	}
	w.mustHold(t, first+" ACTIVE", created.Value+" ACTIVE")
}

func TestCreateServiceSecret_UnsettledWhenTheListFailsToo(t *testing.T) {
	w := newServiceWorld(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: serviceSecretsPath})
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "GET", Path: serviceSecretsPath, Skip: 1})
	_, err := w.client.CreateServiceSecret(t.Context(), w.app, false)
	if _, ok := errors.AsType[*okta.UnsettledError](err); !ok {
		t.Errorf("the error is %v, want an UnsettledError", err)
	}
}

func TestServiceSecrets_Lifecycle(t *testing.T) {
	w := newServiceWorld(t)
	only := w.org.Secrets(w.app)[0]
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
