// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// keysPath leads to the saved keys in an app's document.
var keysPath = []string{"settings", "oauthClient", "jwks", "keys"}

// KeyMembers are the members of a saved key that can be changed. An empty Alg removes it; an empty Kid
// or Crv leaves it as it is.
type KeyMembers struct{ Kid, Use, Alg, Crv string }

// UpdateKey sets members of a saved key. The key's own API has no update, but the app's document
// carries the keys, so this is a change of the document that leaves every other key as it is.
//
// Errors: those of [Client.UpdateApp]; a [*MissingKeyError] if the app doesn't have the key; an
// [*OwnKeyError] if it would become one for encryption, and is the key that the client logs in with; a
// [*MismatchError] that names the member if Okta didn't take it.
func (c *Client) UpdateKey(ctx context.Context, app, id string, members KeyMembers) (Key, error) {
	updated, err := c.UpdateApp(ctx, app, func(found App, document *Document) error {
		isOwn := func(key Key) bool { return key.ID == id && c.own.is(found, key) }
		if members.Use == "enc" && slices.ContainsFunc(found.Keys, isOwn) {
			return &OwnKeyError{App: app, ID: id}
		}
		var keys []map[string]json.RawMessage
		if err := document.get(&keys, keysPath...); err != nil {
			return err
		}
		for _, key := range keys {
			var keyID string
			if json.Unmarshal(key["id"], &keyID) != nil || keyID != id {
				continue
			}
			changes := map[string]json.RawMessage{"use": mustMarshal(members.Use), "alg": nil}
			if members.Alg != "" {
				changes["alg"] = mustMarshal(members.Alg)
			}
			if members.Kid != "" {
				changes["kid"] = mustMarshal(members.Kid)
			}
			if members.Crv != "" {
				changes["crv"] = mustMarshal(members.Crv)
			}
			for name, value := range changes {
				if _, err := edit(key, value, []string{name}); err != nil {
					return err
				}
			}
			return document.Set(keys, keysPath...)
		}
		return &MissingKeyError{App: app, ID: id}
	})
	if err != nil {
		return Key{}, err
	}
	for _, key := range updated.Keys {
		if key.ID == id {
			return key, members.confirm(key)
		}
	}
	return Key{}, &MissingKeyError{App: app, ID: id}
}

// confirm checks that Okta has taken the members. Crv isn't checked: orgs answer null to it no matter what
// was sent [R].
func (m KeyMembers) confirm(key Key) error {
	return cmp.Or(
		mismatch(key.ID, "use", m.Use, key.Use),
		mismatch(key.ID, "alg", m.Alg, key.Alg),
		mismatch(key.ID, "kid", cmp.Or(m.Kid, key.Kid), key.Kid),
	)
}

// MissingKeyError says that an app's document does not list a key.
type MissingKeyError struct{ App, ID string }

func (e *MissingKeyError) Error() string {
	return fmt.Sprintf("app %s doesn't have key %s", e.App, e.ID)
}

// mustMarshal encodes a string, which always works.
func mustMarshal(text string) json.RawMessage {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return encoded
}
