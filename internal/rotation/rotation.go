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
//     status change by anybody starts the overlap again.
//   - A secret is deleted only after it has been INACTIVE for the whole grace.
//   - The current secret is kept ACTIVE: deactivating it in the console is drift
//     and is mended. Hold lets that stand while the previous one is ACTIVE, for
//     a current secret that must not come back.
//   - Hold takes nothing away and rotates nothing. It activates a previous secret
//     that is INACTIVE. Beyond that it acts only where no secret of this object
//     would be ACTIVE: it activates the current one, or creates the first.
//
// # Decisions
//
// Take-over. When state remembers nothing that still exists, the newest ACTIVE
// secret becomes current, so that consumers can be given a secret that works at
// once, and a rotation is pending that replaces it. A second ACTIVE secret
// becomes previous; as either may be in use, its overlap starts at the take-over.
// INACTIVE secrets are foreign: nobody knows why they were switched off, so they
// are never activated.
//
// A lost current. When the current secret was deleted elsewhere, the previous one
// takes its place (activated if need be) and a rotation is pending, because the
// previous secret was about to leave for a reason. If the previous one is
// INACTIVE and a foreign one is ACTIVE, the foreign one takes the place instead:
// it is what somebody has put into use.
//
// Foreign secrets. One that is ACTIVE is left alone: somebody may have made it in
// an incident, and deactivating it a day later would be the next incident. It
// does not count for the phase, but it holds the slot that a rotation needs, so
// it blocks rotation (Step.BlockedBy). The way out is reversible: deactivate it.
// One that is INACTIVE gives way when a rotation needs its slot and its grace is
// over.
package rotation

import "time"

// MaxSecrets is how many client secrets an app can hold; INACTIVE ones count [S][?].
const MaxSecrets = 2

// Policy is what the configuration asks for. Durations are not negative.
type Policy struct {
	RotateAfter time.Duration // age of the current secret at which it is replaced; 0 means only when asked
	Overlap     time.Duration // how long both secrets are ACTIVE before the previous one is deactivated
	Grace       time.Duration // how long the previous secret stays INACTIVE, restorable, before it is deleted
	Hold        bool          // freeze rotation and bring back a previous secret that is INACTIVE
}

// Secret is what Okta lists about one client secret, without its value.
type Secret struct {
	ID          string
	Active      bool
	Created     time.Time
	LastUpdated time.Time // when its status last changed; its creation if never
}

// Memory is what state remembers from one run to the next: all of it, or a
// rotation is forgotten or an overlap after a take-over cut short. The zero Memory
// stands for an app that is about to be taken over.
type Memory struct {
	CurrentID  string    // may name a secret that no longer exists
	PreviousID string    // may name a secret that no longer exists
	Pending    bool      // a rotation has been asked for, and no secret was created since
	AdoptedAt  time.Time // when a secret found in the app became current; zero if current was created by a rotation
}

// Facts is what state remembers and what Okta lists, in any order.
type Facts struct {
	Memory
	Secrets []Secret
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

// The actions. Each is one call that changes something in Okta.
const (
	None       Action = ""
	Create     Action = "create" // the new secret becomes current, the current one previous
	Activate   Action = "activate"
	Deactivate Action = "deactivate"
	Delete     Action = "delete"
)

// Step is where an app stands and the one transition to take now, if any.
type Step struct {
	Memory // what Facts remembered, corrected for what has happened to the app meanwhile

	Phase    Phase
	Action   Action
	TargetID string // the secret to act on; empty for None and Create

	// DueAt is when the transition is due that time alone brings next: in the
	// future without an Action, past with one, zero where time plays no part.
	DueAt time.Time

	// BlockedBy is the foreign, ACTIVE secret in the slot that a rotation needs.
	// Until somebody deactivates or deletes it there is no rotation.
	BlockedBy string
}

// Done returns what to remember once the step's action has succeeded. createdID
// is the id of the new secret, and is used for Create only.
func (s Step) Done(createdID string) Memory {
	if s.Action != Create {
		return s.Memory
	}
	return Memory{CurrentID: createdID, PreviousID: s.CurrentID}
}
