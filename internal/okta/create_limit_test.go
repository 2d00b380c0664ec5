// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// What a create does when both places are taken.

func TestCreate_Limit(t *testing.T) {
	w := newSecretWorld(t)
	second := w.addSecret(t, "", "INACTIVE")
	wanted, _ := w.wantedSecret(t)
	_, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
	var limit *okta.LimitError
	if !errors.As(err, &limit) || len(limit.Present) != 2 || limit.Present[1].ID != second.ID && limit.Present[0].ID != second.ID {
		t.Errorf("the error is %v, want a LimitError that names both", err)
	}
	mustEqual(t, "IsLimit", okta.IsLimit(err), true)
	w.mustLog(t, "GET /secrets 200")
}

// A snapshot of earlier in the run is no reason to hold back: the place may be
// free by now.
func TestCreate_SnapshotOlderThanThePlaceThatBecameFree(t *testing.T) {
	w := newSecretWorld(t)
	second := w.addSecret(t, "", "INACTIVE")
	if _, err := w.client.Secrets.Snapshot(t.Context(), w.app); err != nil {
		t.Fatal(err)
	}
	if err := w.org.RemoveSecret(w.app, second.ID); err != nil {
		t.Fatal(err)
	}
	wanted, _ := w.wantedSecret(t)
	if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); err != nil {
		t.Fatal(err)
	}
	w.mustLog(t, "GET /secrets 200", "GET /secrets 200", "POST /secrets 201")
}

// Somebody takes the place between our list and our POST.
func TestCreate_SomebodyFaster(t *testing.T) {
	for _, wording := range []oktasim.Wording{oktasim.WordingSpec, oktasim.WordingRecorded} {
		w := newSecretWorld(t)
		w.org.SetWording(wording)
		w.once("POST", "/secrets", func() { w.addSecret(t, "", "") })
		wanted, _ := w.wantedSecret(t)
		_, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
		var limit *okta.LimitError
		if !errors.As(err, &limit) || len(limit.Present) != 2 {
			t.Errorf("the error is %v, want a LimitError that names both", err)
		}
		w.mustLog(t, "GET /secrets 200", "POST /secrets 400", "GET /secrets 200")
	}
}

// Okta's refusal counts, also where its list tells otherwise, twice.
func TestCreate_LimitThatTheListDoesNotShow(t *testing.T) {
	w := newSecretWorld(t)
	w.before = func(r *http.Request) {
		if second := w.org.Secrets(w.app); r.Method == "GET" && len(second) == 2 {
			_ = w.org.RemoveSecret(w.app, second[1].ID)
		} else if r.Method == "POST" {
			w.addSecret(t, "", "")
		}
	}
	wanted, _ := w.wantedSecret(t)
	_, err := w.client.Secrets.Create(t.Context(), w.app, wanted)
	var limit *okta.LimitError
	var refusal *okta.APIError
	if !errors.As(err, &limit) || !errors.As(err, &refusal) {
		t.Errorf("the error is %v, want a LimitError with Okta's refusal", err)
	}
	w.mustLog(t, "GET /secrets 200", "POST /secrets 400", "GET /secrets 200", "POST /secrets 400")
}

func TestCreate_SomebodyFasterGivesWayWhenInactive(t *testing.T) {
	w := newSecretWorld(t)
	first := w.org.Secrets(w.app)[0].Value
	w.once("POST", "/secrets", func() { w.addSecret(t, "", "INACTIVE") })
	wanted, value := w.wantedSecret(t)
	wanted.ReclaimInactive = true
	if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); err != nil {
		t.Fatal(err)
	}
	w.mustHold(t, first+" ACTIVE", value+" ACTIVE")
}

func TestCreate_ReclaimInactive(t *testing.T) {
	t.Run("an INACTIVE one gives way", func(t *testing.T) {
		w := newSecretWorld(t)
		first := w.org.Secrets(w.app)[0].Value
		w.addSecret(t, "", "INACTIVE")
		wanted, value := w.wantedSecret(t)
		wanted.ReclaimInactive = true
		if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); err != nil {
			t.Fatal(err)
		}
		w.mustHold(t, first+" ACTIVE", value+" ACTIVE")
		w.mustLog(t, "GET /secrets 200", "DELETE /secrets/ocs", "POST /secrets 201")
	})
	t.Run("an ACTIVE one never does", func(t *testing.T) {
		w := newSecretWorld(t)
		w.addSecret(t, "", "ACTIVE")
		wanted, _ := w.wantedSecret(t)
		wanted.ReclaimInactive = true
		if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); !okta.IsLimit(err) {
			t.Errorf("the error is %v, want a limit", err)
		}
		w.mustLog(t, "GET /secrets 200")
	})
	t.Run("the one gone meanwhile is no matter", func(t *testing.T) {
		w := newSecretWorld(t)
		second := w.addSecret(t, "", "INACTIVE")
		w.before = func(r *http.Request) {
			if r.Method == "DELETE" {
				_ = w.org.RemoveSecret(w.app, second.ID)
			}
		}
		wanted, _ := w.wantedSecret(t)
		wanted.ReclaimInactive = true
		if _, err := w.client.Secrets.Create(t.Context(), w.app, wanted); err != nil {
			t.Fatal(err)
		}
	})
}
