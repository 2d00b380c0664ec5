// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"cmp"
	"slices"
)

// Refuse is the action of a [Judgment] that does nothing, although something is asked for.
const Refuse Action = "refuse"

// The reasons of a [Judgment]. The subject of a verdict is the secret that a reason speaks of.
const (
	NoReason        Reason = ""
	Unrecorded      Reason = "unrecorded"       // the subject follows this secret and is in no state; adopt_interrupted is not set
	SameValue       Reason = "same_value"       // the configured value is that of the secret to be replaced, the subject
	ValueTaken      Reason = "value_taken"      // the subject already has the configured value
	HeldByAnother   Reason = "held_by_another"  // another object of this state holds the subject, which has the configured value
	HasPredecessor  Reason = "has_predecessor"  // the secret itself follows the subject, so an adoption later could not tell them apart
	SlotActive      Reason = "slot_active"      // the ACTIVE subject takes the slot
	SlotInactive    Reason = "slot_inactive"    // the INACTIVE subject takes the slot
	SlotManaged     Reason = "slot_managed"     // the subject takes the slot, and another object of this state holds it
	SlotPlaceholder Reason = "slot_placeholder" // the subject takes the slot, and nothing uses it
	Reclaims        Reason = "reclaims"         // the INACTIVE subject is deleted to free its slot
	SameHash        Reason = "same_hash"        // adopted: the subject has the configured value
	Declared        Reason = "declared"         // adopted: adopt_interrupted is set, and the mark proves the succession
	NotRefreshed    Reason = "not_refreshed"    // what the app has is not known
)

// Wish is what the configuration and Terraform ask for.
type Wish struct {
	// Replace asks for another secret: by age, by a trigger, by another value.
	Replace bool
	// Forced says that Terraform creates an object no matter what is decided: a new one, or
	// in place of one that is tainted or named by -replace.
	Forced bool
	// Activate asks to activate this secret, which is INACTIVE.
	Activate bool
	// Hash is that of the configured value; empty if the provider generates one.
	Hash string
	// Unknown says that a value is configured and not known yet.
	Unknown bool
	// Adopt is adopt_interrupted: no other configuration manages the app's secrets.
	Adopt bool
	// Reclaim lets an INACTIVE secret be deleted to free its slot.
	Reclaim bool
}

// Judgment is the outcome of [Judge].
type Judgment struct {
	Action  Action
	Reason  Reason
	Subject HeldSecret
}

// Conflict tells whether the verdict speaks of one credential and two objects. An
// apply would delete a credential that an object of the state holds, so that the
// plan must fail.
func (v Judgment) Conflict(wish Wish) bool {
	switch {
	case v.Action != Refuse:
		return false
	case v.Reason == HeldByAnother:
		return true
	case v.Reason == SameValue, v.Reason == HasPredecessor, wish.Unknown:
		return wish.Forced // else nothing is created
	default: // Create can't tell that it is managed, and would adopt or delete it
		return v.Reason == SlotManaged && wish.Forced && (wish.Adopt || wish.Reclaim)
	}
}

// Judge decides for an object that rotates by replacement. The same function serves
// the plan, which knows the object's own secret, and Create, which doesn't.
//
// A foreign secret is never adopted, deleted or counted on unless the wish says so:
//
//   - A secret is adopted only with proof: it has the configured value and is the
//     newest of several, or the user declares that no other configuration manages
//     the app (Adopt) and its mark proves that it was created while this one existed.
//   - Only an INACTIVE secret is deleted, and only with Reclaim.
//   - A third secret is never asked for.
//
// What Create decides without knowing the object's own secret, it never adopts
// that one if a plan that knew it decided for [Create]. The rules HasPredecessor and
// Unknown, which only the plan can apply, make sure of that; judge_test.go proves it.
func Judge(wish Wish, inventory Inventory) Judgment {
	self := inventory.Self
	successor, followed := inventory.successor()
	if self.ID != "" && !wish.Replace && !wish.Forced && (!wish.Activate || !followed) {
		if followed {
			return Judgment{None, Unrecorded, successor}
		}
		return Judgment{Action: None}
	}
	if wish.Hash != "" {
		if wish.Hash == self.Hash {
			return Judgment{Refuse, SameValue, self}
		}
		if held, ok := inventory.holder(wish.Hash); ok {
			return judgeHolder(inventory, held)
		}
	}
	switch {
	case !followed || wish.Hash != "" || wish.Unknown:
	case wish.Adopt:
		return Judgment{Adopt, Declared, successor}
	case self.ID == "" && wish.Reclaim && !inventory.active(successor.Follows):
		// In Create, this may as well be the secret that is being replaced, next to its own
		// predecessor that on_destroy keeps INACTIVE. To reclaim that one does no harm.
	default:
		return Judgment{Refuse, Unrecorded, successor}
	}
	return judgeSlots(wish, inventory)
}

// judgeHolder decides about the secret that has the configured value already.
func judgeHolder(inventory Inventory, held HeldSecret) Judgment {
	switch {
	case held.Origin == Managed:
		return Judgment{Refuse, HeldByAnother, held}
	case held.Active && held.Origin != Placeholder && inventory.newest(held):
		return Judgment{Adopt, SameHash, held}
	default:
		return Judgment{Refuse, ValueTaken, held}
	}
}

// judgeSlots decides whether there is a slot for another secret.
func judgeSlots(wish Wish, inventory Inventory) Judgment {
	if !inventory.full() {
		return Judgment{Action: Create}
	}
	for _, other := range inventory.Others {
		if wish.Adopt && other.Origin == Managed && other.Follows != "" {
			return Judgment{Refuse, SlotManaged, other}
		}
	}
	// Of two, the one that can be said most of, no matter which comes first.
	subject := slices.MinFunc(inventory.Others, func(a, b HeldSecret) int { return cmp.Compare(a.inTheWay(), b.inTheWay()) })
	switch {
	case wish.Adopt && inventory.Self.Follows == subject.ID && subject.ID != "":
		return Judgment{Refuse, HasPredecessor, subject}
	case subject.Origin == Managed:
		return Judgment{Refuse, SlotManaged, subject}
	case !subject.Active && wish.Reclaim && !wish.Unknown:
		return Judgment{Create, Reclaims, subject}
	case !subject.Active:
		return Judgment{Refuse, SlotInactive, subject}
	case subject.Origin == Placeholder:
		return Judgment{Refuse, SlotPlaceholder, subject}
	default:
		return Judgment{Refuse, SlotActive, subject}
	}
}

// inTheWay ranks the secrets that take the slots. An INACTIVE one of another object comes first: Okta's
// client, which deletes an INACTIVE one, can't tell it from one that no one manages.
func (s HeldSecret) inTheWay() int {
	switch {
	case !s.Active && s.Origin == Managed:
		return 0
	case !s.Active:
		return 1
	case s.Origin == Managed:
		return 2
	case s.Origin == Placeholder:
		return 3
	default:
		return 4
	}
}
