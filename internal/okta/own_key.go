// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"crypto"
	"fmt"

	jwx "github.com/lestrrat-go/jwx/v2/jwk"
)

// ownKey is the key that the client itself logs in with.
type ownKey struct {
	clientID, kid string
	thumbprint    []byte // RFC 7638
}

func newOwnKey(config Config) *ownKey {
	if config.PrivateKey == nil || config.ClientID == "" {
		return nil
	}
	own := &ownKey{clientID: config.ClientID, kid: config.PrivateKeyID}
	if public, err := jwx.FromRaw(config.PrivateKey.Public()); err == nil {
		own.thumbprint, _ = public.Thumbprint(crypto.SHA256) // without one, the kid has to do
	}
	return own
}

// LogsInWith tells whether the client itself logs in with the key of the app. It
// sends nothing.
func (c *Client) LogsInWith(app string, key Key) bool {
	if c.own == nil {
		return false
	}
	clientID := app
	if found, ok := c.snapshots.apps.peek(app); ok {
		clientID = found.ClientID
	}
	if app != c.own.clientID && clientID != c.own.clientID {
		return false
	}
	if c.own.kid != "" && key.Kid == c.own.kid {
		return true
	}
	public, err := key.public().Crypto()
	if err != nil {
		return false
	}
	converted, err := jwx.FromRaw(public)
	if err != nil {
		return false
	}
	thumbprint, err := converted.Thumbprint(crypto.SHA256)
	return err == nil && string(thumbprint) == string(c.own.thumbprint)
}

// OwnKeyError says that the client didn't end the key that it logs in with itself.
// Nothing was sent.
type OwnKeyError struct{ App, ID string }

func (e *OwnKeyError) Error() string {
	return fmt.Sprintf("key %s of app %s is the one that these credentials log in with", e.ID, e.App)
}

// refuseOwn refuses to end the own key; it knows the keys that were read before.
func (c *Client) refuseOwn(app, id string) error {
	found, _ := c.snapshots.apps.peek(app)
	for _, key := range found.Keys {
		if key.ID == id && c.LogsInWith(app, key) {
			return &OwnKeyError{App: app, ID: id}
		}
	}
	return nil
}
