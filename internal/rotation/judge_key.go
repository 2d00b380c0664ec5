// SPDX-License-Identifier: MPL-2.0

package rotation

// MaxKeys is how many public keys an app can hold [S].
const MaxKeys = 50

// HeldKey is one of an app's public keys.
type HeldKey struct {
	ID, Kid string
	Active  bool
	Same    bool // it is the configured key, under the configured kid
	Managed bool // another object of this state holds it
}

// KeyWish is what a configuration asks of a new key.
type KeyWish struct {
	Kid   string // of the configured key
	Adopt bool   // adopt_interrupted: no other configuration manages the app's keys
}

// Reasons that only keys have.
const (
	KidTaken   Reason = "kid_taken"   // the subject, another key, has the configured kid
	KidMissing Reason = "kid_missing" // the subject has no kid, and Okta adds no key until it has one
	KeysFull   Reason = "keys_full"   // the app has 50 keys
)

// JudgeKey decides about a key that is to be created. self is the id of the key that it replaces, as far as
// that is known: Create isn't told. A key that exists is never taken for the new one unless the wish says so.
func JudgeKey(wish KeyWish, self string, keys []HeldKey) Judgment {
	judgment := func(action Action, reason Reason, key HeldKey) Judgment {
		return Judgment{action, reason, HeldSecret{ID: key.ID, Active: key.Active}}
	}
	for _, key := range keys {
		switch {
		case !key.Same:
		case key.ID == self:
			return judgment(Refuse, SameValue, key)
		case key.Managed:
			return judgment(Refuse, HeldByAnother, key)
		case wish.Adopt:
			return judgment(Adopt, Declared, key)
		default:
			return judgment(Refuse, Unrecorded, key)
		}
	}
	for _, key := range keys {
		switch {
		case key.ID == self: // it may be deleted first
		case key.Kid == wish.Kid:
			return judgment(Refuse, KidTaken, key)
		case key.Kid == "":
			return judgment(Refuse, KidMissing, key)
		}
	}
	if len(keys) >= MaxKeys {
		return judgment(Refuse, KeysFull, HeldKey{})
	}
	return Judgment{Action: Create}
}
