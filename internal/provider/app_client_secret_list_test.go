// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func TestAppClientSecretList_TheResourceIsWhatAnImportMakesOfIt(t *testing.T) {
	s := newShop(t)
	found := newProtocol(t, s.org).listAll(t, query{object: secretObject, include: true, config: map[string]any{"app_id": s.shop}})
	mustFind(t, found, s.hundred)
	secret := s.sim.Secrets(s.shop)[0]
	want := map[string]any{
		"app_id": s.shop, "id": secret.ID, "status": "ACTIVE", "secret_hash": secret.Hash,
		"created": secret.Created.UTC().Format(time.RFC3339), "last_updated": secret.LastUpdated.UTC().Format(time.RFC3339),
		"version": secret.Created.Unix(), "omit_secret": true, "on_destroy": "delete", "when_full": "fail", "allow_last_credential_destroy": false, "verify": false,
		"adopt_interrupted": false, "drain": "0s", "initial_secret": "keep", "on_blocked": "warn",
	}
	if diff := cmp.Diff(want, found[0].resource); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAppClientSecretList_NeverShowsAValue(t *testing.T) {
	s := newShop(t)
	text := fmt.Sprintf("%v", newProtocol(t, s.org).listAll(t, query{object: secretObject, include: true}))
	acctest.Says(t, text, s.old, s.young, s.hundred)
	acctest.Hides(t, text, s.sim.Values()...)
}
