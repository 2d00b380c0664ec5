// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// world is everything that a verdict can depend on: an app's secrets as Okta has
// them, and which of them the deciding object holds.
type world struct {
	self  *HeldSecret // nil: the object has none
	other *HeldSecret // nil: there is none
	third *HeldSecret // only where the object has none
}

// worlds are all of them, up to names: two slots, each empty or not, by origin, by
// status, by age and by mark.
func worlds() (all []world) {
	statuses, ages := []bool{true, false}, []int{0, 1, 2}
	var selves []*HeldSecret
	for _, active := range statuses {
		for _, follows := range []string{"", "other"} {
			selves = append(selves, &HeldSecret{ID: "self", Hash: "hash of self", Active: active, Created: at(1), Follows: follows})
		}
	}
	var others []*HeldSecret
	for _, active := range statuses {
		for _, age := range ages {
			for _, origin := range []Origin{Foreign, Managed, Placeholder, Successor} {
				other := HeldSecret{ID: "other", Hash: "hash of other", Active: active, Created: at(age), Origin: origin}
				if origin != Successor {
					plain := other
					others = append(others, &plain)
				}
				if other.Follows = "self"; origin == Successor || origin == Managed {
					others = append(others, &other)
				}
			}
		}
	}
	for _, third := range others {
		for _, other := range others {
			second := *third
			second.ID, second.Hash = "third", "hash of third"
			if other.Follows != "" {
				follower := *other
				follower.Follows = "third"
				other = &follower
			}
			if third.Follows == "" && (other.Follows == "" || !other.Created.Before(third.Created)) {
				all = append(all, world{nil, other, &second})
			}
		}
	}
	for _, self := range append(selves, nil) {
		for _, other := range append(others, nil) {
			switch {
			case self != nil && self.Follows != "" && (other == nil || other.Follows != "" || other.Created.After(self.Created)):
				continue // nothing follows what doesn't exist, or what is younger
			case other != nil && other.Follows != "" && (self == nil || other.Created.Before(self.Created)):
				continue
			}
			all = append(all, world{self, other, nil})
		}
	}
	return all
}

func at(minute int) time.Time { return time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC) }

// wishes are all that a configuration and Terraform can ask for.
func wishes() (all []Wish) {
	flags := []bool{false, true}
	for _, hash := range []string{"", "hash of self", "hash of other", "another hash"} {
		for _, replace := range flags {
			for _, forced := range flags {
				for _, activate := range flags {
					for _, unknown := range flags {
						for _, adopt := range flags {
							for _, reclaim := range flags {
								if !unknown || hash == "" {
									all = append(all, Wish{replace, forced, activate, hash, unknown, adopt, reclaim})
								}
							}
						}
					}
				}
			}
		}
	}
	return all
}

// planned is the inventory of a plan, which knows the object's own secret.
func (w world) planned() Inventory {
	inventory := Inventory{App: "app"}
	if w.self != nil {
		inventory.Self = *w.self
	}
	for _, other := range []*HeldSecret{w.other, w.third} {
		if other != nil {
			inventory.Others = append(inventory.Others, *other)
		}
	}
	return inventory
}

// created is the inventory of Create, which knows neither which secret is the
// object's own nor which ones other objects hold.
func (w world) created() Inventory {
	inventory := Inventory{App: "app"}
	for _, secret := range []*HeldSecret{w.self, w.other, w.third} {
		if secret == nil {
			continue
		}
		held := *secret
		switch {
		case held.Follows != "":
			held.Origin = Successor
		case held.Origin != Placeholder:
			held.Origin = Foreign
		}
		inventory.Others = append(inventory.Others, held)
	}
	return inventory
}

func TestJudge_EveryCaseKeepsThePromises(t *testing.T) {
	cases, decisions, reasons := 0, map[Action]int{}, map[Reason]int{}
	for _, w := range worlds() {
		for _, wish := range wishes() {
			cases++
			inventory := w.planned()
			verdict := Judge(wish, inventory)
			decisions[verdict.Action]++
			reasons[verdict.Reason]++
			reversed := inventory
			reversed.Others = slices.Clone(inventory.Others)
			slices.Reverse(reversed.Others)
			if other := Judge(wish, reversed); other.Action != verdict.Action || other.Reason != verdict.Reason {
				t.Errorf("wish %+v\ninventory %+v\nverdict %+v, and in another order %+v", wish, inventory, verdict, other)
			}
			if fault := broken(wish, inventory, verdict); fault != "" {
				t.Errorf("%s\nwish %+v\ninventory %+v\nverdict %+v", fault, wish, inventory, verdict)
			}
		}
	}
	t.Logf("%d cases: %v, because of %v", cases, decisions, reasons)
	for _, decision := range []Action{None, Create, Adopt, Refuse} {
		if decisions[decision] == 0 {
			t.Errorf("no case ends in %q", decision)
		}
	}
	for _, reason := range []Reason{
		NoReason, Unrecorded, SameValue, ValueTaken, HeldByAnother, HasPredecessor, SlotActive, SlotInactive, SlotManaged, SlotPlaceholder, Reclaims, SameHash, Declared,
	} {
		if reasons[reason] == 0 {
			t.Errorf("no case has the reason %q", reason)
		}
	}
}

// broken names the promise that a verdict breaks.
func broken(wish Wish, inventory Inventory, verdict Judgment) string {
	self, subject := inventory.Self, verdict.Subject
	taken := len(inventory.Others)
	if self.ID != "" {
		taken++
	}
	follows := subject.Follows == self.ID || self.ID == "" && subject.Follows != ""
	proved := subject.Hash == wish.Hash && taken > 1 || // an own value has no other proof
		wish.Hash == "" && !wish.Unknown && wish.Adopt && subject.Origin == Successor && follows
	_, given := inventory.holder(wish.Hash)
	given = given && wish.Hash != ""
	_, followed := inventory.successor()
	switch verdict.Action {
	case None:
		if self.ID == "" || wish.Replace || wish.Forced {
			return "it keeps what is to be replaced"
		}
	case Create:
		switch {
		case taken >= MaxSecrets && verdict.Reason != Reclaims:
			return "it asks for a third slot"
		case verdict.Reason == Reclaims && (subject.Active || !wish.Reclaim || subject.Origin == Managed || subject.ID == self.ID):
			return "it deletes what it may not"
		case wish.Hash != "" && wish.Hash == self.Hash:
			return "it replaces a secret by itself"
		case given:
			return "it creates a value that the app has"
		}
	case Adopt:
		switch {
		case !proved:
			return "it adopts without proof"
		case wish.Hash != "" && slices.ContainsFunc(append([]HeldSecret{self}, inventory.Others...), func(other HeldSecret) bool {
			return other.ID != "" && other.ID != subject.ID && !other.Created.Before(subject.Created)
		}):
			return "it adopts a secret that is not certainly the newest"
		case !subject.Active || subject.ID == self.ID || subject.Origin == Managed || subject.Origin == Placeholder:
			return "it adopts what it must not"
		}
	case Refuse:
		if verdict.Reason == NoReason || subject.ID == "" {
			return "it refuses without a reason that names a secret"
		}
		inTheWay := self.ID == "" && verdict.Reason == SlotManaged && !subject.Active
		if followed && wish.Hash == "" && !wish.Unknown && verdict.Reason != Unrecorded && !inTheWay {
			return "it doesn't name the unrecorded secret"
		}
	}
	return ""
}

// What the plan has decided, Create decides again, knowing less. It may refuse where
// the plan didn't, but it must not do anything that the plan didn't decide.
func TestJudge_CreateNeverGoesBeyondThePlan(t *testing.T) {
	for _, w := range worlds() {
		for _, wish := range wishes() {
			if wish.Forced = wish.Forced || w.self == nil; !wish.Forced && !wish.Replace && !wish.Activate {
				continue
			}
			plan := Judge(wish, w.planned())
			if plan.Action == None || plan.Conflict(wish) {
				continue // the plan replaces nothing, or fails
			}
			if plan.Action == Refuse && !wish.Forced {
				continue // nothing is replaced, so that nothing is created
			}
			atApply := []Wish{wish}
			if wish.Unknown { // the value is known at apply, and may be any
				atApply = nil
				for _, hash := range []string{"hash of self", "hash of other", "hash of third", "another hash"} {
					known := wish
					known.Unknown, known.Hash = false, hash
					atApply = append(atApply, known)
				}
			}
			for _, known := range atApply {
				verdict := Judge(known, w.created())
				fault := ""
				switch verdict.Action {
				case Adopt:
					switch {
					case w.self != nil && verdict.Subject.ID == w.self.ID:
						fault = "Create adopts the secret that is being replaced"
					case w.holdsElsewhere(verdict.Subject.ID):
						fault = "Create adopts the secret of another object"
					}
				case Create:
					if verdict.Reason == Reclaims && w.holdsElsewhere(verdict.Subject.ID) {
						fault = "Create deletes the secret of another object"
					}
				case None:
					fault = "Create keeps"
				}
				if fault != "" {
					t.Errorf("%s\nwish %+v\nself %v\nother %v\nthird %v\nplan %+v\ncreate %+v", fault, known, show(w.self), show(w.other), show(w.third), plan, verdict)
				}
			}
		}
	}
}

// What a plan has decided is what Create does, if nothing changes meanwhile. Otherwise the plan promises
// what no apply keeps.
func TestJudge_CreateDoesWhatThePlanDecided(t *testing.T) {
	kept := map[Action]int{}
	for _, w := range worlds() {
		for _, wish := range wishes() {
			plan := Judge(wish, w.planned())
			if plan.Action != Create && plan.Action != Adopt || wish.Unknown || w.self != nil && !w.self.Active && w.other != nil && !w.other.Active {
				continue // of two INACTIVE secrets either may make room
			}
			kept[plan.Action]++
			if verdict := Judge(wish, w.created()); verdict.Action != plan.Action || verdict.Subject.ID != plan.Subject.ID {
				t.Errorf("wish %+v\nself %v\nother %v\nthird %v\nplan %+v\ncreate %+v", wish, show(w.self), show(w.other), show(w.third), plan, verdict)
			}
		}
	}
	if kept[Create] == 0 || kept[Adopt] == 0 {
		t.Errorf("decided were %v", kept)
	}
}

// holdsElsewhere tells whether another object of the state holds the secret.
func (w world) holdsElsewhere(id string) bool {
	for _, secret := range []*HeldSecret{w.other, w.third} {
		if secret != nil && secret.ID == id {
			return secret.Origin == Managed
		}
	}
	return false
}

func show(secret *HeldSecret) string {
	if secret == nil {
		return "none"
	}
	return fmt.Sprintf("%+v", *secret)
}
