// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

const testApp = "0oaApp"

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// generated is a value that this provider makes for the purpose.
func generated(t *testing.T, purpose ...string) string {
	t.Helper()
	client, err := okta.New(okta.Config{OrgName: "test", APIToken: "token"})
	if err != nil {
		t.Fatal(err)
	}
	value, err := client.GenerateSecret(purpose...)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// secretOf is a secret of that age at noon.
func secretOf(id, value string, status okta.Status, age time.Duration) okta.ClientSecret {
	return okta.ClientSecret{
		Metadata: okta.Metadata{ID: id, Status: status, Created: noon.Add(-age), LastUpdated: noon.Add(-age)},
		Value:    value, Hash: okta.SecretHash(value),
	}
}

func TestNewInventory(t *testing.T) {
	first := secretOf("first", "made in the console", okta.StatusActive, time.Hour)
	second := secretOf("second", generated(t, successorPurpose(testApp, "first")...), okta.StatusActive, time.Minute)
	held := func(secret okta.ClientSecret, origin rotation.Origin, follows string) rotation.HeldSecret {
		return rotation.HeldSecret{ID: secret.ID, Hash: secret.Hash, Active: secret.Status == okta.StatusActive, Created: secret.Created, Origin: origin, Follows: follows}
	}
	elsewhere := secretOf("second", generated(t, successorPurpose("another app", "first")...), okta.StatusActive, time.Minute)
	placeholder := secretOf("second", generated(t, placeholderPurpose), okta.StatusInactive, time.Minute)
	ofTheRotation := secretOf("second", generated(t, rotationPurpose(testApp, "first")...), okta.StatusActive, time.Minute)

	for name, test := range map[string]struct {
		self    string
		secrets []okta.ClientSecret
		managed []string
		want    rotation.Inventory
	}{
		"a successor":                      {"first", []okta.ClientSecret{second, first}, nil, rotation.Inventory{App: testApp, Self: held(first, "", ""), Others: []rotation.HeldSecret{held(second, rotation.Successor, "first")}}},
		"it is the object's own":           {"second", []okta.ClientSecret{first, second}, nil, rotation.Inventory{App: testApp, Self: held(second, "", "first"), Others: []rotation.HeldSecret{held(first, rotation.Foreign, "")}}},
		"whose own isn't told":             {"", []okta.ClientSecret{second, first}, nil, rotation.Inventory{App: testApp, Others: []rotation.HeldSecret{held(first, rotation.Foreign, ""), held(second, rotation.Successor, "first")}}},
		"whose predecessor is missing":     {"", []okta.ClientSecret{second}, nil, rotation.Inventory{App: testApp, Others: []rotation.HeldSecret{held(second, rotation.Foreign, "")}}},
		"another object of the state's":    {"first", []okta.ClientSecret{first, second}, []string{"second"}, rotation.Inventory{App: testApp, Self: held(first, "", ""), Others: []rotation.HeldSecret{held(second, rotation.Managed, "first")}}},
		"another app's":                    {"first", []okta.ClientSecret{first, elsewhere}, nil, rotation.Inventory{App: testApp, Self: held(first, "", ""), Others: []rotation.HeldSecret{held(elsewhere, rotation.Foreign, "")}}},
		"a rotation object's is no proof":  {"first", []okta.ClientSecret{first, ofTheRotation}, nil, rotation.Inventory{App: testApp, Self: held(first, "", ""), Others: []rotation.HeldSecret{held(ofTheRotation, rotation.Foreign, "")}}},
		"a placeholder":                    {"first", []okta.ClientSecret{first, placeholder}, nil, rotation.Inventory{App: testApp, Self: held(first, "", ""), Others: []rotation.HeldSecret{held(placeholder, rotation.Placeholder, "")}}},
		"an object whose secret is absent": {"absent", []okta.ClientSecret{first}, nil, rotation.Inventory{App: testApp, Others: []rotation.HeldSecret{held(first, rotation.Foreign, "")}}},
	} {
		got := newInventory(testApp, test.self, test.secrets, func(id string) bool { return slices.Contains(test.managed, id) })
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// The first refresh writes INACTIVE into state, so that state alone would tell the second one that the
// configuration had asked for it.
func TestRefreshedFacts_ADeactivationBySomeoneElse_IsRememberedUntilTheSecretIsActive(t *testing.T) {
	c := &configured{&data{now: func() time.Time { return noon }}}
	active, inactive := types.StringValue("ACTIVE"), types.StringValue("INACTIVE")
	facts := secretFacts{}
	for i, read := range []struct {
		found okta.Status
		state types.String
		want  bool
	}{
		{okta.StatusInactive, inactive, false}, // its own configuration asked for it
		{okta.StatusInactive, active, true},
		{okta.StatusInactive, inactive, true},
		{okta.StatusInactive, inactive, true},
		{okta.StatusActive, inactive, false},
		{okta.StatusInactive, inactive, false},
	} {
		secret := secretOf("ocs1", "value", read.found, time.Hour)
		facts = c.refreshedFacts(testApp, secret, []okta.ClientSecret{secret}, read.state, schedule{}, facts)
		if facts.Deactivated != read.want {
			t.Errorf("read %d: found %s, state %s: Deactivated is %t", i+1, read.found, read.state, facts.Deactivated)
		}
	}
}

// The mark of a new secret names the secret that stays beside it, not the one that makes room.
func TestPurpose_NamesTheSecretThatStays(t *testing.T) {
	stays, reclaimed := rotation.HeldSecret{ID: "stays", Active: true}, rotation.HeldSecret{ID: "reclaimed"}
	for name, test := range map[string]struct {
		others  []rotation.HeldSecret
		verdict rotation.Judgment
		want    string
	}{
		"none":          {nil, rotation.Judgment{}, ""},
		"one":           {[]rotation.HeldSecret{stays}, rotation.Judgment{}, "stays"},
		"one of them":   {[]rotation.HeldSecret{reclaimed, stays}, rotation.Judgment{Reason: rotation.Reclaims, Subject: reclaimed}, "stays"},
		"the other one": {[]rotation.HeldSecret{stays, reclaimed}, rotation.Judgment{Reason: rotation.Reclaims, Subject: reclaimed}, "stays"},
	} {
		got := purpose(rotation.Inventory{App: testApp, Others: test.others}, test.verdict)
		if want := successorPurpose(testApp, test.want); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
