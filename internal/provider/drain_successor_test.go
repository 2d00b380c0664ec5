// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func TestSuccessorOf(t *testing.T) {
	secret := func(id string, status okta.Status, age time.Duration) okta.ClientSecret {
		return secretOf(id, "", status, age)
	}
	old := secret("old", okta.StatusActive, time.Hour)
	for name, test := range map[string]struct {
		others []okta.ClientSecret
		want   string // empty: nothing replaces it
	}{
		"alone":                   {nil, ""},
		"a younger one":           {[]okta.ClientSecret{secret("new", okta.StatusActive, time.Minute)}, "new"},
		"one of the same second":  {[]okta.ClientSecret{secret("new", okta.StatusActive, time.Hour)}, "new"},
		"an older one":            {[]okta.ClientSecret{secret("older", okta.StatusActive, 2*time.Hour)}, ""},
		"a younger INACTIVE one":  {[]okta.ClientSecret{secret("new", okta.StatusInactive, time.Minute)}, ""},
		"the younger one of both": {[]okta.ClientSecret{secret("older", okta.StatusActive, 2*time.Hour), secret("new", okta.StatusActive, time.Minute)}, "new"},
	} {
		got, ok := successorOf(append(test.others, old), "old")
		if ok != (test.want != "") || ok && got.ID != test.want {
			t.Errorf("%s: %s, %t, want %q", name, got.ID, ok, test.want)
		}
	}
	if _, ok := successorOf([]okta.ClientSecret{secret("new", okta.StatusActive, time.Minute)}, "old"); ok {
		t.Error("a credential that no longer exists has a successor")
	}
}
