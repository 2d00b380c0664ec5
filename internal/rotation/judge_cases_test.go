// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"fmt"
	"testing"
)

// Cases that the enumeration in judge_test.go says nothing certain of.

func TestJudge_TheNextPlanNamesWhatAKilledRunLeft(t *testing.T) {
	left := HeldSecret{ID: "other", Hash: "given", Active: true, Created: at(2), Origin: Successor, Follows: "self"}
	inventory := Inventory{Self: HeldSecret{ID: "self", Active: true, Created: at(1)}, Others: []HeldSecret{left}}
	first := Inventory{Others: []HeldSecret{{ID: "self", Active: true, Created: at(1), Origin: Foreign}, left}}
	for name, test := range map[string]struct {
		wish      Wish
		inventory Inventory
		want      Judgment
	}{
		"nothing is asked for":     {Wish{}, inventory, Judgment{None, Unrecorded, left}},
		"a rotation is asked for":  {Wish{Replace: true}, inventory, Judgment{Refuse, Unrecorded, left}},
		"and declared":             {Wish{Replace: true, Adopt: true}, inventory, Judgment{Adopt, Declared, left}},
		"and its value is given":   {Wish{Replace: true, Hash: "given"}, inventory, Judgment{Adopt, SameHash, left}},
		"the first apply":          {Wish{}, first, Judgment{Refuse, Unrecorded, left}},
		"the first apply declared": {Wish{Adopt: true}, first, Judgment{Adopt, Declared, left}},
	} {
		if got := Judge(test.wish, test.inventory); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// A state write was lost: state holds a secret that was deactivated since, because
// its successor has been delivered.
func TestJudge_NeverActivatesASecretWhoseSuccessorIsActive(t *testing.T) {
	successor := HeldSecret{ID: "other", Active: true, Created: at(2), Origin: Successor, Follows: "self"}
	inventory := Inventory{Self: HeldSecret{ID: "self", Created: at(1)}, Others: []HeldSecret{successor}}
	for wish, want := range map[Wish]Judgment{
		{Activate: true}:              {Refuse, Unrecorded, successor},
		{Activate: true, Adopt: true}: {Adopt, Declared, successor},
	} {
		if got := Judge(wish, inventory); got != want {
			t.Errorf("%+v: %+v, want %+v", wish, got, want)
		}
	}
	inventory.Others[0].Follows, inventory.Others[0].Origin = "", Foreign
	if got := Judge(Wish{Activate: true}, inventory); got.Action != None {
		t.Errorf("beside a foreign secret: %+v, want that it is kept and activated", got)
	}
}

// on_destroy = "deactivate" keeps the predecessor, INACTIVE. It is in the way only where a later adoption
// could not tell the two apart.
func TestJudge_APredecessorIsInTheWayOnlyOfAnAdoption(t *testing.T) {
	predecessor := HeldSecret{ID: "other", Created: at(1), Origin: Foreign}
	inventory := Inventory{Self: HeldSecret{ID: "self", Active: true, Created: at(2), Follows: "other"}, Others: []HeldSecret{predecessor}}
	for wish, want := range map[Wish]Judgment{
		{Replace: true}:                             {Refuse, SlotInactive, predecessor},
		{Replace: true, Reclaim: true}:              {Create, Reclaims, predecessor},
		{Replace: true, Reclaim: true, Adopt: true}: {Refuse, HasPredecessor, predecessor},
	} {
		if got := Judge(wish, inventory); got != want {
			t.Errorf("%+v: %+v, want %+v", wish, got, want)
		}
	}
}

// A plan fails only where Terraform would create an object although it must not exist.
func TestJudgment_Conflict(t *testing.T) {
	for _, test := range []struct {
		action Action
		reason Reason
		wish   Wish
		want   bool
	}{
		{Refuse, HeldByAnother, Wish{}, true},
		{Refuse, SameValue, Wish{Forced: true}, true},
		{Refuse, SameValue, Wish{Replace: true}, false},
		{Refuse, HasPredecessor, Wish{Forced: true, Adopt: true}, true},
		{Refuse, HasPredecessor, Wish{Replace: true, Adopt: true}, false},
		{Refuse, SlotActive, Wish{Forced: true, Unknown: true}, true},
		{Refuse, SlotActive, Wish{Replace: true, Unknown: true}, false},
		{Refuse, SlotActive, Wish{Forced: true, Adopt: true, Reclaim: true}, false},
		{Refuse, SlotManaged, Wish{Forced: true, Adopt: true}, true},
		{Refuse, SlotManaged, Wish{Forced: true, Reclaim: true}, true},
		{Refuse, SlotManaged, Wish{Forced: true}, false},
		{Refuse, SlotManaged, Wish{Replace: true, Adopt: true, Reclaim: true}, false},
		{Refuse, Unrecorded, Wish{Forced: true}, false},
		{Create, Reclaims, Wish{Forced: true, Unknown: true}, false},
		{None, Unrecorded, Wish{Forced: true, Unknown: true}, false},
	} {
		if got := (Judgment{Action: test.action, Reason: test.reason}).Conflict(test.wish); got != test.want {
			t.Errorf("%s %s with %+v: %t, want %t", test.action, test.reason, test.wish, got, test.want)
		}
	}
}

// Okta allows two secrets. If that changes, a secret that follows another one still says nothing about this one.
func TestInventory_Successor_IsThatOfTheOwnSecret(t *testing.T) {
	inventory := Inventory{Self: HeldSecret{ID: "self"}, Others: []HeldSecret{
		{ID: "other"}, {ID: "third", Active: true, Origin: Successor, Follows: "other"},
	}}
	if got, ok := inventory.successor(); ok {
		t.Errorf("%s is taken for the successor", got.ID)
	}
	inventory.Others[1].Follows = "self"
	if got, ok := inventory.successor(); !ok || got.ID != "third" {
		t.Errorf("the successor is %q, want third", got.ID)
	}
}

// Of two secrets that take the slots, one is named. Which one decides what the message advises, and whether
// the plan fails.
func TestJudge_OfTwoInTheWay_NamesTheOneThatCanBeSaidMostOf(t *testing.T) {
	secret := func(active bool, origin Origin) HeldSecret {
		return HeldSecret{ID: fmt.Sprint(origin, active), Active: active, Origin: origin, Created: at(1)}
	}
	for _, test := range []struct {
		named, other HeldSecret
		want         Reason
	}{
		{secret(false, Managed), secret(false, Foreign), SlotManaged},
		{secret(false, Foreign), secret(true, Managed), SlotInactive},
		{secret(true, Managed), secret(true, Placeholder), SlotManaged},
		{secret(true, Placeholder), secret(true, Foreign), SlotPlaceholder},
	} {
		for _, others := range [][]HeldSecret{{test.named, test.other}, {test.other, test.named}} {
			if got, want := Judge(Wish{Forced: true}, Inventory{Others: others}), (Judgment{Refuse, test.want, test.named}); got != want {
				t.Errorf("of %v: %+v, want %+v", others, got, want)
			}
		}
	}
}
