// SPDX-License-Identifier: MPL-2.0

// Package rotation decides how the two client secrets of one Okta app are
// rotated so that no login is refused. It is pure: Next looks at the policy, at
// what state remembers and at what Okta lists, and names the one transition to
// take next and when it is due. It does no I/O and reads no clock.
//
//	          Create             Deactivate            Delete
//	steady ───────────▶ overlap ────────────▶ grace ───────────▶ steady
//	1 ACTIVE            2 ACTIVE  ◀────────── 1 ACTIVE
//	                        Activate (hold)   1 INACTIVE
//
// The current secret is the one that consumers are given. The previous secret is
// the one they were given before. A foreign secret is neither: it came from
// elsewhere, such as the Okta console. The clock decides only whether a
// transition is due, never which transition it is.
//
// # What an operator may rely on
//
//   - A secret that is ACTIVE is never deleted, and an app never gets a third.
//   - Only the previous secret is deactivated, only while the current one is
//     ACTIVE, and only after both have been ACTIVE for the whole overlap. A
//     status change by anyone starts the overlap again.
//   - A secret is deleted only after it has been INACTIVE for the whole grace.
//   - The current secret is kept ACTIVE: deactivating it in the console is drift,
//     and the next step activates it. Hold leaves it INACTIVE while the previous
//     one is ACTIVE, for a current secret that must not be used again.
//   - A secret is never activated while its marked successor is ACTIVE, unless Hold
//     asks for it.
//   - Hold deactivates, deletes and rotates nothing. It activates a previous secret
//     that is INACTIVE. Beyond that it acts only where no secret of this object
//     would be ACTIVE: it activates the current one, or creates or adopts the first.
//
// # Decisions
//
// Adoption. When state remembers nothing that still exists, the newest ACTIVE
// secret becomes current, so that consumers can be given a secret that works at
// once, and a rotation is pending that replaces it. A second ACTIVE secret
// becomes previous; as either may be in use, its overlap starts at the adoption.
// INACTIVE secrets are foreign: no one knows why they were switched off, so they
// are never activated.
//
// A lost current. When the current secret was deleted elsewhere, the previous one
// takes its place (activated if need be) and a rotation is pending, because the
// previous secret was about to be retired for a reason. If the previous one is
// INACTIVE and a foreign one is ACTIVE, the foreign one takes the place instead:
// it is what someone has put into use.
//
// Unrecorded successors. A secret that a rotation creates is marked with the id
// of the secret that it follows (Secret.Follows). A run that was interrupted
// before its state was saved leaves an ACTIVE secret that follows the one in
// state and is not in state itself. While the current secret is ACTIVE, no one
// may have been given that successor: it has no role, and the next rotation
// adopts it instead of creating another. If the current secret is INACTIVE or
// deleted, the state is older than the app: the rotation went on without it,
// consumers have the successor, and it becomes current. The mark alone decides;
// times play no part.
//
// Foreign secrets. One that is ACTIVE is left alone: someone may have made it in
// an incident, and deactivating it a day later would be the next incident. It
// does not count for the phase, but it holds the slot that a rotation needs, so
// it blocks rotation. The way out is reversible: deactivate it. One that is
// INACTIVE is deleted when a rotation needs its slot and its grace is over.
package rotation

import "time"

// MaxSecrets is how many client secrets an app can hold; INACTIVE ones count [S][?].
const MaxSecrets = 2

// Policy is what the configuration asks for. Durations are not negative.
type Policy struct {
	RotateAfter time.Duration // age of the current secret at which it is replaced; 0 means only when asked
	Overlap     time.Duration // how long both secrets are ACTIVE before the previous one is deactivated
	Grace       time.Duration // how long the previous secret remains INACTIVE, restorable, before it is deleted
	Hold        bool          // freeze rotation and reactivate a previous secret that is INACTIVE
	OnlyQuiet   bool          // after the overlap, deactivate the previous secret only if Facts.QuietID names it
}

// Secret is what Okta lists about one client secret, without its value.
type Secret struct {
	ID          string
	Active      bool
	Created     time.Time
	LastUpdated time.Time // when its status last changed; its creation if never

	// Marked tells that a rotation created the secret, and Follows is the id of the
	// secret that was current then: empty if there was none.
	Marked  bool   `json:",omitempty"`
	Follows string `json:",omitempty"`
}

// Memory is what state remembers from one run to the next: all of it, or a
// rotation is forgotten or an overlap after an adoption cut short. The zero Memory
// stands for an app that is about to be adopted.
type Memory struct {
	CurrentID  string    // may name a secret that no longer exists
	PreviousID string    // may name a secret that no longer exists
	Pending    Reason    // why a rotation was asked for, if no secret was created since; else empty
	AdoptedAt  time.Time // when a secret found in the app became current; zero if current was created by a rotation
}

// Facts is what state remembers and what Okta lists, in any order.
type Facts struct {
	Memory
	Secrets []Secret

	// QuietID is the previous secret, if Okta's System Log shows that no one uses it.
	QuietID string `json:",omitempty"`
}

// Phase is how far the app is through a rotation.
type Phase string

// The phases, told by the previous secret.
const (
	Steady  Phase = "steady"  // there is none
	Overlap Phase = "overlap" // it is ACTIVE
	Grace   Phase = "grace"   // it is INACTIVE and can be activated again
)

// Action is a change to one secret of the app.
type Action string

// The actions. Each but Adopt is one call that changes something in Okta.
const (
	None       Action = ""
	Create     Action = "create" // the new secret becomes current, the current one previous
	Adopt      Action = "adopt"  // the same with a secret that an interrupted run has created
	Activate   Action = "activate"
	Deactivate Action = "deactivate"
	Delete     Action = "delete"
)

// Reason is a code for why an action is taken, or why none is. Users see it.
type Reason string

// Why a rotation happens: the reasons of Create and Adopt.
const (
	NoSecret  Reason = "no_secret"           // the app has no secret that could be current
	Adopted   Reason = "adopted"             // the current secret was found in the app
	Missing   Reason = "missing"             // the current secret was deleted elsewhere
	Triggered Reason = "rotate_when_changed" // someone asked
	Aged      Reason = "rotate_after"        // the current secret has reached the age
)

// The reasons of the other actions.
const (
	Deactivated  Reason = "deactivated"   // Activate: the current secret was deactivated elsewhere
	OverlapEnded Reason = "overlap_ended" // Deactivate
	Unused       Reason = "unused"        // Deactivate: and no one uses the secret
	GraceEnded   Reason = "grace_ended"   // Delete, of the previous secret
	SlotNeeded   Reason = "slot_needed"   // Delete, of an INACTIVE foreign secret
)

// What blocks a rotation. Held is also the reason to activate the previous secret.
const (
	Held     Reason = "hold"           // Policy.Hold
	Occupied Reason = "foreign_secret" // an ACTIVE foreign secret is in the slot that the next one needs
	NotQuiet Reason = "not_quiet"      // the overlap is over, and the previous secret isn't known to be unused
)

// Step is where an app stands and the one transition to take now, if any.
type Step struct {
	Memory // what Facts remembered, corrected for what has happened to the app meanwhile

	Phase    Phase
	Action   Action
	TargetID string // the secret to act on; empty for None and Create
	Reason   Reason // why there is an action

	// DueAt is when the transition is due that time alone brings next: in the
	// future without an Action, past with one, zero where time plays no part.
	DueAt time.Time

	// RotatesAt is when the current secret is scheduled to be replaced: zero if it
	// isn't. A rotation that is pending is scheduled for when it has a slot.
	RotatesAt time.Time
	// Overdue says that RotatesAt has passed and no secret is created now.
	Overdue bool

	// Blocked says what the next rotation waits for that time doesn't bring, and
	// BlockedBy is the secret in its way, if it is one.
	Blocked   Reason
	BlockedBy string

	// ForeignID is a secret of the app that has no role in the rotation, ACTIVE or not.
	ForeignID string

	// UnrecordedID is an ACTIVE secret that an interrupted run created to follow
	// the current one. The next rotation adopts it.
	UnrecordedID string
}

// Done returns what to remember once the step's action has succeeded. createdID
// is the id of the new secret, and is used for Create only. For Adopt, set
// AdoptedAt to the time at which consumers are given the secret.
func (s Step) Done(createdID string) Memory {
	switch s.Action {
	case Create:
		return Memory{CurrentID: createdID, PreviousID: s.CurrentID}
	case Adopt:
		return Memory{CurrentID: s.TargetID, PreviousID: s.CurrentID}
	default:
		return s.Memory
	}
}
