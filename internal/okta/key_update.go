package okta

import (
	"context"
	"encoding/json"
	"fmt"
)

// keysPath leads to the saved keys in an app's document.
var keysPath = []string{"settings", "oauthClient", "jwks", "keys"}

// UpdateKey sets use and alg of a saved key; an empty alg removes it. The key's
// own API has no update, but the app's document carries the keys, so this is a
// change of the document that leaves every other key as it is.
//
// Errors: those of [Client.UpdateApp]; a [*MissingKeyError] if the app has no
// such key.
func (c *Client) UpdateKey(ctx context.Context, app, id, use, alg string) (Key, error) {
	updated, err := c.UpdateApp(ctx, app, func(_ App, document *Document) error {
		var keys []map[string]json.RawMessage
		if err := document.get(&keys, keysPath...); err != nil {
			return err
		}
		for _, key := range keys {
			var keyID string
			if json.Unmarshal(key["id"], &keyID) != nil || keyID != id {
				continue
			}
			if _, err := edit(key, mustMarshal(use), []string{"use"}); err != nil {
				return err
			}
			var value json.RawMessage
			if alg != "" {
				value = mustMarshal(alg)
			}
			if _, err := edit(key, value, []string{"alg"}); err != nil {
				return err
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
			return key, nil
		}
	}
	return Key{}, &MissingKeyError{App: app, ID: id}
}

// MissingKeyError says that an app's document does not list a key.
type MissingKeyError struct{ App, ID string }

func (e *MissingKeyError) Error() string {
	return fmt.Sprintf("app %s has no key %s", e.App, e.ID)
}

// mustMarshal encodes a string, which always works.
func mustMarshal(text string) json.RawMessage {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return encoded
}
