// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"slices"
	"time"
)

// Origin says where a secret comes from, as far as this run can prove it.
type Origin string

// The origins.
const (
	Foreign     Origin = "foreign"     // no object that this run knows holds it
	Managed     Origin = "managed"     // another object of this state holds it
	Placeholder Origin = "placeholder" // created when the app's last secret was destroyed; nothing uses it
	Successor   Origin = "successor"   // its mark proves which of the app's other secrets existed at its creation
)

// HeldSecret is one secret of an inventory, without its value.
type HeldSecret struct {
	ID      string    `json:"id,omitempty"`
	Hash    string    `json:"hash,omitempty"`
	Active  bool      `json:"active,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Origin  Origin    `json:"origin,omitempty"`
	// Follows is the id of the secret that existed when this one was created,
	// proved by a mark in the value. It is set only while that secret exists.
	Follows string `json:"follows,omitempty"`
}

// Inventory is what is known of an app's client secrets when a decision is made.
type Inventory struct {
	App string `json:"app,omitempty"`
	// Self is the secret of the object that decides. It is zero for an object that
	// has none yet, and also in Create: Terraform doesn't tell the create half of a
	// replacement which object it replaces.
	Self HeldSecret `json:"self,omitzero"`
	// Others are the app's other secrets.
	Others []HeldSecret `json:"others,omitempty"`
}

// successor returns the ACTIVE secret that was created while the deciding object's
// secret existed, or, where that isn't told, while any secret of the app did.
func (inventory Inventory) successor() (HeldSecret, bool) {
	for _, other := range inventory.Others {
		follows := other.Follows != "" && (inventory.Self.ID == "" || other.Follows == inventory.Self.ID)
		if follows && other.Active && other.Origin == Successor {
			return other, true
		}
	}
	return HeldSecret{}, false
}

// active tells whether the other secret with the id is ACTIVE.
func (inventory Inventory) active(id string) bool {
	return slices.ContainsFunc(inventory.Others, func(other HeldSecret) bool { return other.ID == id && other.Active })
}

// holder returns the other secret that has the hash.
func (inventory Inventory) holder(hash string) (HeldSecret, bool) {
	i := slices.IndexFunc(inventory.Others, func(other HeldSecret) bool { return other.Hash == hash })
	if i < 0 {
		return HeldSecret{}, false
	}
	return inventory.Others[i], true
}

// newest tells whether the app has more than one secret and this one was created
// after all others. Okta's times have whole seconds [R]: a tie proves nothing.
func (inventory Inventory) newest(secret HeldSecret) bool {
	rest := slices.DeleteFunc(append([]HeldSecret{inventory.Self}, inventory.Others...), func(other HeldSecret) bool {
		return other.ID == "" || other.ID == secret.ID
	})
	return len(rest) > 0 && !slices.ContainsFunc(rest, func(other HeldSecret) bool { return !other.Created.Before(secret.Created) })
}

// full tells whether the app has no free slot.
func (inventory Inventory) full() bool {
	taken := len(inventory.Others)
	if inventory.Self.ID != "" {
		taken++
	}
	return taken >= MaxSecrets
}
