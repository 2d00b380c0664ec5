// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"slices"
	"testing"
)

func TestJudgeKey(t *testing.T) {
	same := HeldKey{ID: "same", Kid: "kid", Same: true, Active: true}
	managed := HeldKey{ID: "same", Kid: "kid", Same: true, Managed: true}
	other := HeldKey{ID: "other", Kid: "other"}
	subject := func(action Action, reason Reason, key HeldKey) Judgment {
		return Judgment{action, reason, HeldSecret{ID: key.ID, Active: key.Active}}
	}
	full := slices.Repeat([]HeldKey{other}, MaxKeys)
	for name, test := range map[string]struct {
		adopt bool
		self  string
		keys  []HeldKey
		want  Judgment
	}{
		"no key":                           {keys: nil, want: Judgment{Action: Create}},
		"another key":                      {keys: []HeldKey{other}, want: Judgment{Action: Create}},
		"the same key":                     {keys: []HeldKey{other, same}, want: subject(Refuse, Unrecorded, same)},
		"the same key, declared":           {adopt: true, keys: []HeldKey{other, same}, want: subject(Adopt, Declared, same)},
		"the same key, held elsewhere":     {adopt: true, keys: []HeldKey{managed}, want: subject(Refuse, HeldByAnother, managed)},
		"the same key, to be replaced":     {adopt: true, self: "same", keys: []HeldKey{same}, want: subject(Refuse, SameValue, same)},
		"another key with the kid":         {keys: []HeldKey{{ID: "a", Kid: "kid"}}, want: subject(Refuse, KidTaken, HeldKey{ID: "a"})},
		"the kid of the key to replace":    {self: "a", keys: []HeldKey{{ID: "a", Kid: "kid"}}, want: Judgment{Action: Create}},
		"a key without kid":                {keys: []HeldKey{other, {ID: "a"}}, want: subject(Refuse, KidMissing, HeldKey{ID: "a"})},
		"the key to replace has no kid":    {self: "a", keys: []HeldKey{{ID: "a"}}, want: Judgment{Action: Create}},
		"fifty keys":                       {keys: full, want: subject(Refuse, KeysFull, HeldKey{})},
		"fifty keys, one to be replaced":   {self: "other", keys: full, want: subject(Refuse, KeysFull, HeldKey{})},
		"fifty keys, one of them the same": {adopt: true, keys: append(slices.Clone(full[1:]), same), want: subject(Adopt, Declared, same)},
	} {
		if got := JudgeKey(KeyWish{Kid: "kid", Adopt: test.adopt}, test.self, test.keys); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}
