// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Two objects and one credential: every pair of roles, in both orders.
func TestLedger_OneCredentialOfTwoObjects(t *testing.T) {
	t.Parallel()
	const fine, warning, err = diag.SeverityInvalid, diag.SeverityWarning, diag.SeverityError
	roles := []role{holds, keeps, destroys, replaces, wants, deletes, adopts, retains}
	for _, plans := range []bool{false, true} {
		unless := warning // unless it is proved that this is a plan
		if plans {
			unless = err
		}
		want := map[role][]diag.Severity{ // in the order of roles
			holds:    {unless, fine, fine, fine, unless, err, unless, fine},
			keeps:    {fine, fine, err, err, unless, err, fine, fine},
			destroys: {fine, err, fine, err, err, err, fine, err},
			replaces: {fine, err, err, err, err, err, fine, fine},
			wants:    {unless, unless, err, err, unless, err, fine, fine},
			deletes:  {err, err, err, err, err, fine, fine, err},
			adopts:   {unless, fine, fine, fine, fine, fine, fine, fine},
			retains:  {fine, fine, unless, fine, fine, err, fine, fine},
		}
		for _, one := range roles {
			for i, other := range roles {
				l := ledger{plans: plans}
				l.add("app", entry{object: keyObject, role: one, id: "id"})
				l.add("app", entry{object: keyObject, role: other, id: "another"})
				l.add("another app", entry{object: keyObject, role: other, id: "id"})
				l.add("app", entry{object: secretObject, role: other, id: "id"})
				got := fine
				for _, d := range l.add("app", entry{object: keyObject, role: other, id: "id"}) {
					got = d.Severity()
				}
				if got != want[one][i] {
					t.Errorf("one %s, another %s, certainly a plan %t: severity %d, want %d", one, other, plans, got, want[one][i])
				}
			}
		}
	}
}

// What another object only asks for, or deletes, it doesn't hold.
func TestLedger_Held_IsWhatAnObjectOfTheStateHas(t *testing.T) {
	t.Parallel()
	for role, want := range map[role]bool{holds: true, keeps: true, destroys: true, replaces: true, adopts: true, retains: true, wants: false, deletes: false} {
		l := ledger{}
		l.add("app", entry{object: secretObject, role: role, id: "id"})
		if got := l.held("app", "id"); got != want {
			t.Errorf("%s: held is %t, want %t", role, got, want)
		}
	}
}

func TestLedger_ACredentialDestroyedInNoOrderWithANewOne_IsWarnedOfOnceForEachApp(t *testing.T) {
	own := parentArguments
	t.Cleanup(func() { parentArguments = own })
	for name, test := range map[string]struct {
		command string
		plans   bool   // certainly
		created string // by this process, before the old one is planned
		isNew   bool   // and not a half of a replacement
		removed bool   // and not to free its slot
		want    int
	}{
		"a plan": {"plan", true, "", true, true, 1},
		"a plan, by a process that has created one before": {"plan", true, "new", true, true, 1},
		"a plan that refreshes nothing":                    {"plan -refresh=false", false, "", true, true, 1},
		"the plan of an apply":                             {"apply", true, "", true, true, 1},
		"an apply destroys a deposed one":                  {"apply", false, "", true, true, 0},
		"perhaps an apply, perhaps its plan":               {"apply -refresh=false", false, "", true, true, 1},
		"an apply plans a replacement again":               {"apply -refresh=false", false, "new", true, true, 0},
		"an unknown command plans a replacement again":     {"", false, "new", true, true, 0},
		"a replacement next to one that is removed":        {"plan", true, "", false, true, 0},
		"a new one frees a slot":                           {"plan", true, "", true, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			parentArguments = func() []string { return strings.Fields(test.command) }
			l := ledger{plans: test.plans}
			warnings := len(l.add("app", entry{object: keyObject, apart: test.isNew}))
			if test.created != "" {
				l.created("app", test.created)
			}
			for _, id := range []string{"old", "older"} {
				warnings += len(l.add("app", entry{object: keyObject, role: destroys, id: id, apart: test.removed}))
			}
			if warnings != test.want {
				t.Errorf("%d warnings, want %d", warnings, test.want)
			}
		})
	}
}

// What no object of the state holds is not managed, even if the configuration asks for it.
func TestLedger_Held(t *testing.T) {
	t.Parallel()
	var l ledger
	for _, role := range []role{holds, keeps, destroys, replaces, wants} {
		l.add("app", entry{object: keyObject, role: role, id: string(role)})
		if got, want := l.held("app", string(role)), role != wants; got != want {
			t.Errorf("an object %s it: held %t, want %t", role, got, want)
		}
		if l.held("another app", string(role)) {
			t.Errorf("%s: held in another app", role)
		}
	}
	l.created("app", "created")
	if !l.held("app", "created") || !l.isCurrent("app", "created") || l.isCurrent("app", string(keeps)) || l.isCurrent("another app", "created") {
		t.Error("what this process has created is held and current, and nothing else is current")
	}
}
