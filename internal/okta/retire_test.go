// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// rotated is an org whose app has an old secret and a new one.
func rotated(t *testing.T) (w *world, old, current oktasim.Secret) {
	t.Helper()
	w = newSecretWorld(t)
	current = w.addSecret(t, "", "")
	return w, w.org.Secrets(w.app)[0], current
}

func TestRetire_DeactivatesThenDeletes(t *testing.T) {
	w, old, current := rotated(t)
	if err := w.client.Secrets.Retire(t.Context(), w.app, old.ID, okta.Retirement{}); err != nil {
		t.Fatal(err)
	}
	w.mustHold(t, current.Value+" ACTIVE")
	w.mustLog(t, "POST /secrets/"+old.ID+"/lifecycle/deactivate 200", "DELETE /secrets/"+old.ID+" 204")
}

func TestRetire_KeepInactive(t *testing.T) {
	w, old, current := rotated(t)
	if err := w.client.Secrets.Retire(t.Context(), w.app, old.ID, okta.Retirement{KeepInactive: true}); err != nil {
		t.Fatal(err)
	}
	w.mustHold(t, old.Value+" INACTIVE", current.Value+" ACTIVE")
}

func TestRetire_SomebodyWasFaster(t *testing.T) {
	for name, faster := range map[string]func(w *world, id string) error{
		"and deactivated it": func(w *world, id string) error { return w.org.SetSecretStatus(w.app, id, "INACTIVE") },
		"and deleted it":     func(w *world, id string) error { return w.org.RemoveSecret(w.app, id) },
		"and deleted it after the deactivation": func(w *world, id string) error {
			w.once("DELETE", id, func() { _ = w.org.RemoveSecret(w.app, id) })
			return nil
		},
		"and deleted the app": func(w *world, _ string) error { return w.org.RemoveApp(w.app) },
	} {
		t.Run(name, func(t *testing.T) {
			w, old, _ := rotated(t)
			if err := faster(w, old.ID); err != nil {
				t.Fatal(err)
			}
			if err := w.client.Secrets.Retire(t.Context(), w.app, old.ID, okta.Retirement{}); err != nil {
				t.Fatal(err)
			}
			for _, secret := range w.org.Secrets(w.app) {
				if secret.ID == old.ID {
					t.Errorf("the secret is still there, %s", secret.Status)
				}
			}
		})
	}
}

func TestRetire_OnlyActive_IsRefused(t *testing.T) {
	for _, wording := range []oktasim.Wording{oktasim.WordingSpec, oktasim.WordingRecorded} {
		w := newSecretWorld(t)
		w.org.SetWording(wording)
		only := w.org.Secrets(w.app)[0]
		w.addSecret(t, "", "INACTIVE") // does not count
		err := w.client.Secrets.Retire(t.Context(), w.app, only.ID, okta.Retirement{})
		if !okta.IsOnlyActive(err) {
			t.Errorf("the error is %v, want Okta's refusal", err)
		}
		w.mustLog(t, "POST /secrets/{id}/lifecycle/deactivate 400")
	}
}

func TestRetire_Placeholder(t *testing.T) {
	faults := map[string]oktasim.FaultKind{
		"":                                       "",
		", its answer dropped after the effect":  oktasim.FaultDropAfter,
		", its answer dropped before the effect": oktasim.FaultDropBefore,
		", its answer a 5xx after the effect":    oktasim.FaultErrorAfter,
	}
	for name, fault := range faults {
		t.Run("takes the place of the last"+name, func(t *testing.T) {
			w := newSecretWorld(t)
			only := w.org.Secrets(w.app)[0]
			if fault != "" {
				w.fault(oktasim.Fault{Kind: fault, Method: "POST", Path: secretsPath, Times: 1})
			}
			value, err := w.client.GenerateSecret("stand-in")
			if err != nil {
				t.Fatal(err)
			}
			placeholder := func() (any, error) { return okta.NewClientSecret{Value: value, Status: okta.StatusActive}, nil }
			if err := w.client.Secrets.Retire(t.Context(), w.app, only.ID, okta.Retirement{Placeholder: placeholder}); err != nil {
				t.Fatal(err)
			}
			w.mustHold(t, value+" ACTIVE")
		})
	}
	t.Run("is not made when it is not needed", func(t *testing.T) {
		w, old, current := rotated(t)
		placeholder := func() (any, error) { t.Error("it is made"); return nil, nil }
		if err := w.client.Secrets.Retire(t.Context(), w.app, old.ID, okta.Retirement{Placeholder: placeholder}); err != nil {
			t.Fatal(err)
		}
		w.mustHold(t, current.Value+" ACTIVE")
	})
	t.Run("has no place", func(t *testing.T) {
		w := newSecretWorld(t)
		only := w.org.Secrets(w.app)[0]
		inactive := w.addSecret(t, "", "INACTIVE")
		placeholder := func() (any, error) { return okta.NewClientSecret{Value: "stand-in-stand-in"}, nil }
		err := w.client.Secrets.Retire(t.Context(), w.app, only.ID, okta.Retirement{Placeholder: placeholder})
		var limit *okta.LimitError
		if !errors.As(err, &limit) || !limit.Placeholder || !strings.Contains(err.Error(), inactive.ID+" (INACTIVE") {
			t.Errorf("the error is %v, want a LimitError that names what takes the place", err)
		}
		if _, ok := errors.AsType[*okta.APIError](err); !ok {
			t.Errorf("%v does not carry Okta's refusal", err)
		}
	})
	t.Run("can't be made", func(t *testing.T) {
		w := newSecretWorld(t)
		failed := errors.New("no randomness")
		err := w.client.Secrets.Retire(t.Context(), w.app, w.org.Secrets(w.app)[0].ID, okta.Retirement{Placeholder: func() (any, error) { return nil, failed }})
		if !errors.Is(err, failed) {
			t.Errorf("the error is %v, want %v", err, failed)
		}
	})
}

// What Okta says to the deactivation of an INACTIVE credential is documented
// nowhere: a refusal that is needless is success.
func TestDeactivate_RefusedForOneThatIsInactive(t *testing.T) {
	for _, status := range []int{400, 404} {
		w, old, _ := rotated(t)
		if err := w.org.SetSecretStatus(w.app, old.ID, "INACTIVE"); err != nil {
			t.Fatal(err)
		}
		w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "POST", Path: secretPath + "/lifecycle/deactivate", Status: status})
		secret, err := w.client.Secrets.SetStatus(t.Context(), w.app, old.ID, okta.StatusInactive)
		if needless := status == 400; needless != (err == nil) {
			t.Errorf("%d: the error is %v", status, err)
		} else if needless {
			mustEqual(t, "the status", secret.Status, okta.StatusInactive)
		}
	}
}

func TestDeactivate_RefusedForOneThatIsActive(t *testing.T) {
	w, old, _ := rotated(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "POST", Path: secretPath + "/lifecycle/deactivate", Status: 400})
	if _, err := w.client.Secrets.SetStatus(t.Context(), w.app, old.ID, okta.StatusInactive); err == nil {
		t.Error("a refusal is no error")
	}
}

// The answer to a deactivation is lost, and the repetition finds it done.
func TestDeactivate_LostAnswer(t *testing.T) {
	w, old, _ := rotated(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "POST", Path: secretPath + "/lifecycle/deactivate", Times: 1})
	secret, err := w.client.Secrets.SetStatus(t.Context(), w.app, old.ID, okta.StatusInactive)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the status", secret.Status, okta.StatusInactive)
}

func TestDelete(t *testing.T) {
	w, old, _ := rotated(t)
	if err := w.client.Secrets.Delete(t.Context(), w.app, old.ID); err == nil {
		t.Error("an ACTIVE secret is deleted")
	}
	if _, err := w.client.Secrets.SetStatus(t.Context(), w.app, old.ID, okta.StatusInactive); err != nil {
		t.Fatal(err)
	}
	w.fault(oktasim.Fault{Kind: oktasim.FaultDropAfter, Method: "DELETE", Times: 1})
	for range 2 { // the second time it is gone
		if err := w.client.Secrets.Delete(t.Context(), w.app, old.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestActivate_BringsItBack(t *testing.T) {
	w, old, _ := rotated(t)
	if _, err := w.client.Secrets.SetStatus(t.Context(), w.app, old.ID, okta.StatusInactive); err != nil {
		t.Fatal(err)
	}
	secret, err := w.client.Secrets.SetStatus(t.Context(), w.app, old.ID, okta.StatusActive)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the status", secret.Status, okta.StatusActive)
}

func TestRetire_Forbidden(t *testing.T) {
	w, old, _ := rotated(t)
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "POST", Status: 403})
	if err := w.client.Secrets.Retire(t.Context(), w.app, old.ID, okta.Retirement{}); !okta.IsForbidden(err) {
		t.Errorf("the error is %v, want that it is forbidden", err)
	}
}
