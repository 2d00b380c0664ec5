// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// secretFacts is what a refresh saw, kept in private state for the plan, which must not ask Okta or
// read the clock: a plan that decides differently when it is made again at apply is an error in
// Terraform.
type secretFacts struct {
	rotation.Inventory

	// Reached is the rotate_after whose age the secret has reached.
	Reached string `json:"reached,omitempty"`
	// Pending says that a rotation was asked for and could not happen.
	Pending bool `json:"pending,omitempty"`
	// Deactivated says that the secret was found INACTIVE although state had it ACTIVE: someone else
	// deactivated it, or a run whose state was lost.
	Deactivated bool `json:"deactivated,omitempty"`
	// Initial says that the secret may be the one that the app was created with.
	Initial bool `json:"initial,omitempty"`
	// Replacing says that the plan has decided for a replacement: Terraform plans the new object next.
	Replacing bool `json:"replacing,omitempty"`
}

// refreshedFacts is what Read saw of a secret that has the status in state. before is what an earlier
// Read saw.
func (c *configured) refreshedFacts(
	app string, secret okta.ClientSecret, secrets []okta.ClientSecret, status types.String, schedule schedule, before secretFacts,
) secretFacts {
	askedFor := status.ValueString() == string(okta.StatusInactive)
	return secretFacts{
		Inventory:   newInventory(app, secret.ID, secrets, func(id string) bool { return c.ledger.held(app, id) }),
		Reached:     schedule.reached(secret.Created, c.now()),
		Pending:     before.Pending,
		Deactivated: secret.Status == okta.StatusInactive && (!askedFor || before.Deactivated),
		Initial:     mayBeInitial(secret, c.now()),
	}
}

// newInventory is a pure function of what was read. self is the id of the object's own secret, empty if it
// has none yet or isn't told; managed tells which secrets other objects of this state hold.
func newInventory(app, self string, secrets []okta.ClientSecret, managed func(id string) bool) rotation.Inventory {
	inventory := rotation.Inventory{App: app}
	for _, secret := range secrets {
		held := newHeldSecret(secret)
		for _, other := range secrets {
			if other.ID != secret.ID && okta.GeneratedFor(secret.Value, successorPurpose(app, other.ID)...) {
				held.Follows, held.Origin = other.ID, rotation.Successor
			}
		}
		if okta.GeneratedFor(secret.Value, placeholderPurpose) {
			held.Origin = rotation.Placeholder
		}
		if secret.ID == self {
			held.Origin = ""
			inventory.Self = held
			continue
		}
		if managed(secret.ID) {
			held.Origin = rotation.Managed
		}
		inventory.Others = append(inventory.Others, held)
	}
	// Okta promises no order; private state must not change with it.
	slices.SortFunc(inventory.Others, func(a, b rotation.HeldSecret) int { return cmp.Compare(a.ID, b.ID) })
	return inventory
}

func newHeldSecret(secret okta.ClientSecret) rotation.HeldSecret {
	return rotation.HeldSecret{
		ID: secret.ID, Hash: secret.Hash, Active: secret.Status == okta.StatusActive, Created: secret.Created, Origin: rotation.Foreign,
	}
}

// placeholderPurpose marks a placeholder secret, see [okta.GeneratedFor].
const placeholderPurpose = "placeholder"

// successorPurpose marks a secret that was created while the one with the id existed. The secrets of a
// rotation object have a mark of their own: one must not be taken for the other.
func successorPurpose(app, other string) []string { return []string{app, "created next to", other} }

// purpose is that of a secret to be created now. An INACTIVE secret that makes room doesn't count, and
// of an app without another secret nothing can be proved later.
func purpose(inventory rotation.Inventory, verdict rotation.Judgment) []string {
	var other string
	for _, secret := range inventory.Others {
		if verdict.Reason != rotation.Reclaims || secret.ID != verdict.Subject.ID {
			other = secret.ID
		}
	}
	return successorPurpose(inventory.App, other)
}
