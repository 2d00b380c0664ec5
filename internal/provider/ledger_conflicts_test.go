// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// Two objects of one app: every pair of types, in both orders.
func TestLedger_EveryPairOfTypes(t *testing.T) {
	t.Parallel()
	entries := []entry{
		{object: secretObject, id: "one"},
		{object: rotationObject, id: "one"},
		{object: secretsExclusiveObject, only: []string{"two"}},
		{object: keyObject, id: "one"},
		{object: keysExclusiveObject, only: []string{"two"}},
		{object: jwksURIObject, value: "https://keys.example"},
		{object: clientAuthObject, value: okta.AuthMethodPrivateKeyJWT},
	}
	want := map[string][]string{
		secretObject:           {rotationObject, secretsExclusiveObject, clientAuthObject},
		rotationObject:         {secretObject, rotationObject, clientAuthObject},
		secretsExclusiveObject: {secretObject, secretsExclusiveObject},
		keyObject:              {keysExclusiveObject, jwksURIObject},
		keysExclusiveObject:    {keyObject, keysExclusiveObject},
		jwksURIObject:          {keyObject, jwksURIObject},
		clientAuthObject:       {secretObject, rotationObject, clientAuthObject},
	}
	for _, one := range entries {
		for _, other := range entries {
			if one.object == secretObject && one.object == other.object || one.object == keyObject && one.object == other.object {
				other.id = "two" // an app can have several
			}
			got, conflicts := conflictsOf(one, other), slices.Contains(want[one.object], other.object)
			if got != 0 && got != 1 || got == 1 != conflicts {
				t.Errorf("%s and %s: %d conflicts, want one: %t", one, other, got, conflicts)
			}
		}
	}
}

// What decides whether two objects of types that can conflict do so.
func TestLedger_WhatMakesAConflict(t *testing.T) {
	t.Parallel()
	rotation, auth := entry{object: rotationObject}, entry{object: clientAuthObject, value: okta.AuthMethodPrivateKeyJWT}
	uri := entry{object: jwksURIObject}
	only := func(ids ...string) entry { return entry{object: keysExclusiveObject, only: ids} }
	secret := func(r role) entry { return entry{object: secretObject, role: r, id: "id"} }
	key := func(r role) entry { return entry{object: keyObject, role: r, id: "id"} }
	retires := entry{object: keysExclusiveObject, only: []string{"another"}, retires: []string{"id"}}
	retiresSecret := entry{object: secretsExclusiveObject, retires: []string{"id"}}
	rotated := func(id string) entry { return entry{object: rotationObject, role: rotates, id: id} }
	secrets := entry{object: clientAuthObject, value: okta.AuthMethodSecretBasic}
	again := rotation
	again.again = true
	for name, test := range map[string]struct {
		one, other entry
		want       int
	}{
		"a list that retires a key in state":             {retires, key(holds), 1},
		"a list that retires a key that is replaced":     {retires, key(replaces), 1},
		"a list that retires a key that is destroyed":    {retires, key(destroys), 1},
		"a list that retires a key that is asked for":    {retires, key(wants), 1},
		"a list that retires what a create deletes":      {retires, key(deletes), 0},
		"a list that retires a secret of a rotation":     {retiresSecret, rotated("id"), 1},
		"a list and another secret of a rotation":        {retiresSecret, rotated("another"), 0},
		"a list and a rotation that holds a secret, now": {retiresSecret, entry{object: rotationObject, id: "id"}, 0},
		"a secret that is only refreshed":                {rotation, secret(holds), 0},
		"a secret that is kept":                          {rotation, secret(keeps), 1},
		"a secret that is destroyed":                     {rotation, secret(destroys), 0},
		"a secret that is replaced":                      {rotation, secret(replaces), 0},
		"a secret that is adopted":                       {rotation, secret(wants), 1},
		"a method that deletes a secret":                 {auth, secret(keeps), 1},
		"a method that deletes one that is adopted":      {auth, secret(wants), 1},
		"a method that deletes one that is removed":      {auth, secret(destroys), 0},
		"a method that deletes one that is replaced":     {auth, secret(replaces), 0},
		"a method that keeps secrets":                    {secrets, secret(keeps), 0},
		"a URI and a key that is kept":                   {uri, key(keeps), 1},
		"a URI and a key that is adopted":                {uri, key(wants), 1},
		"a URI and a key that is removed":                {uri, key(destroys), 0},
		"a list that has the key":                        {only("other", "id"), key(keeps), 0},
		"a list that leaves it out":                      {only("other"), key(keeps), 1},
		"an empty list":                                  {only([]string{}...), key(keeps), 1},
		"a list that is not known yet":                   {entry{object: keysExclusiveObject}, key(keeps), 0},
		"a list and a key that is refreshed":             {only("other"), key(holds), 0},
		"a list and a key that is removed":               {only("other"), key(destroys), 0},
		"a list and a key that is adopted":               {only("other"), key(wants), 0},
		"a list and a key that is created":               {only("other"), entry{object: keyObject}, 0},
		"an object that Terraform plans twice":           {rotation, again, 0},
	} {
		if got := conflictsOf(test.one, test.other); got != test.want {
			t.Errorf("%s: %d conflicts, want %d", name, got, test.want)
		}
	}
}

// conflictsOf adds the entries in both orders, to one app and to two. It returns -1 if the order matters.
func conflictsOf(one, other entry) int {
	add := func(apps [2]string, entries ...entry) (errors int) {
		l := ledger{plans: true}
		for i, e := range entries {
			found := l.add(apps[i], e)
			errors += found.ErrorsCount()
		}
		return errors
	}
	same, apart := [2]string{"app", "app"}, [2]string{"app", "another app"}
	first, second := add(same, one, other), add(same, other, one)
	if one.again || other.again {
		second = first
	}
	if first != second || add(apart, one, other) != 0 {
		return -1
	}
	return first
}

// Without proof that this is a plan, an error about a new credential would leave the live one deposed: Create refuses.
func TestLedger_AConflictWithoutProof_IsRefusedByCreate(t *testing.T) {
	t.Parallel()
	secret, key := entry{object: secretObject}, entry{object: keyObject}
	uri, rotation := entry{object: jwksURIObject, value: "https://keys.example"}, entry{object: rotationObject}
	inState := key
	inState.proof = true
	for name, test := range map[string]struct {
		one, other entry
		plans      bool
		refuses    bool
	}{
		"a new key":                         {uri, key, false, true},
		"a new URI":                         {key, uri, false, true},
		"a new secret":                      {rotation, secret, false, true},
		"a new rotation, which has nothing": {secret, rotation, false, false},
		"a key in state":                    {uri, inState, false, false},
		"certainly a plan":                  {uri, key, true, false},
	} {
		l := ledger{plans: test.plans}
		l.add("app", test.one)
		if found := l.add("app", test.other); len(found) != 1 || found.HasError() == test.refuses {
			t.Errorf("%s: %v, want a warning: %t", name, found, test.refuses)
		}
		if refused := l.refusal("app", test.other.object); refused.HasError() != test.refuses {
			t.Errorf("%s: Create refuses: %t, want %t", name, !test.refuses, test.refuses)
		}
		if refused := append(l.refusal("app", test.one.object), l.refusal("another app", test.other.object)...); refused.HasError() {
			t.Errorf("%s: Create refuses more: %v", name, refused)
		}
	}
}

// Which object Terraform plans before it refreshes the first one is left to chance: the proof may come later.
func TestLedger_WhatWantedProof_IsAnErrorOfTheFirstRefresh(t *testing.T) {
	t.Parallel()
	l := ledger{}
	l.add("app", entry{object: jwksURIObject, value: "https://keys.example"})
	found := l.add("app", entry{object: keyObject})
	found.Append(l.planError(diag.NewErrorDiagnostic("another", "")))
	if found.HasError() || found.WarningsCount() != 2 {
		t.Errorf("before the first refresh: %v", found)
	}
	if found := l.refresh(); found.ErrorsCount() != 2 {
		t.Errorf("at the first refresh: %v", found)
	}
	if found := l.refresh(); len(found) > 0 {
		t.Errorf("at the second refresh: %v", found)
	}
	if found := l.planError(diag.NewErrorDiagnostic("another", "")); found.Severity() != diag.SeverityError {
		t.Errorf("after the first refresh: %v", found)
	}
}
