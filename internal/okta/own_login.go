// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	jwx "github.com/lestrrat-go/jwx/v2/jwk"
)

// ownLogin is the client that this client itself logs in as, and the key that it
// does so with, if it has one.
type ownLogin struct {
	clientID, kid string
	thumbprint    string // RFC 7638; empty without a key

	mu        sync.Mutex
	elsewhere bool // the app with the client id as its id can't be read: there is none, or the role doesn't reach it
}

// newOwnLogin returns nil when the configuration doesn't tell who logs in: an API
// token belongs to a user.
func newOwnLogin(config Config) *ownLogin {
	switch {
	case config.AccessToken != "":
		if id := tokenClient(config.AccessToken); id != "" {
			return &ownLogin{clientID: id}
		}
	case config.APIToken != "" || config.PrivateKey == nil || config.ClientID == "":
	default:
		own := &ownLogin{clientID: config.ClientID, kid: config.PrivateKeyID}
		if public, err := jwx.FromRaw(config.PrivateKey.Public()); err == nil {
			if sum, err := public.Thumbprint(crypto.SHA256); err == nil {
				own.thumbprint = base64.RawURLEncoding.EncodeToString(sum)
			}
		}
		return own
	}
	return nil
}

// tokenClient returns the client that an access token was issued to, "" if it
// doesn't say so: Okta's are JWTs with the claim cid [D].
func tokenClient(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		ClientID string `json:"cid"`
	}
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return claims.ClientID
}

// LogsInAs tells whether the client itself logs in as the app: with its key, or with
// an access token that was issued to it. It sends nothing.
func (c *Client) LogsInAs(app string) bool {
	return c.own.isOf(c.peekApp(app))
}

// LogsInWithKeyOf tells whether the client itself logs in as the app with a key. It
// sends nothing.
func (c *Client) LogsInWithKeyOf(app string) bool {
	return c.LogsInAs(app) && c.own.thumbprint != ""
}

// LogsInWith tells whether the client itself logs in with the key of the app. It
// sends nothing.
func (c *Client) LogsInWith(app string, key Key) bool {
	return c.own.is(c.peekApp(app), key)
}

// peekApp is the app as far as this run has read it.
func (c *Client) peekApp(id string) App {
	found, _ := c.snapshots.apps.peek(id)
	found.ID = id
	return found
}

// isOf tells whether the login is one as the app.
func (o *ownLogin) isOf(app App) bool {
	return o != nil && (app.ID == o.clientID || app.ClientID == o.clientID)
}

// is tells whether the login is one with the key. Where both have a kid, that decides, as it does for
// Okta [D]: the same key can be there a second time, under another kid.
func (o *ownLogin) is(app App, key Key) bool {
	switch {
	case !o.isOf(app) || o.thumbprint == "":
		return false
	case o.kid != "" && key.Kid != "":
		return key.Kid == o.kid
	default:
		return key.Thumbprint() == o.thumbprint
	}
}

// OwnKey returns the id of the app's key that the client itself logs in with, if
// it has read the app. It sends nothing.
func (c *Client) OwnKey(app string) (id string, ok bool) {
	found := c.peekApp(app)
	for _, key := range found.Keys {
		if c.own.is(found, key) {
			return key.ID, true
		}
	}
	return "", false
}

// OwnKeyError says that the client retires neither the key that it logs in with itself,
// nor makes it one for encryption. Nothing was sent.
type OwnKeyError struct{ App, ID string }

func (e *OwnKeyError) Error() string {
	return fmt.Sprintf("key %s of app %s is the one that these credentials log in with", e.ID, e.App)
}

// refuseOwn refuses to retire the own key.
func (c *Client) refuseOwn(ctx context.Context, app, id string) error {
	if c.own == nil || c.own.thumbprint == "" || app != c.own.clientID && c.ownAppIsKnown(ctx) {
		return nil
	}
	if _, err := c.App(ctx, app); IsNotFound(err) {
		return nil
	} else if err != nil {
		return err
	}
	if own, ok := c.OwnKey(app); ok && own == id {
		return &OwnKeyError{App: app, ID: id}
	}
	return nil
}

// ownAppIsKnown tells whether the app that the client logs in as is the one with
// the client id as its id, as Okta makes it [R]. Otherwise it may be any app.
func (c *Client) ownAppIsKnown(ctx context.Context) bool {
	c.own.mu.Lock()
	defer c.own.mu.Unlock()
	if c.own.elsewhere {
		return false
	}
	_, err := c.App(ctx, c.own.clientID)
	c.own.elsewhere = IsNotFound(err) || IsForbidden(err)
	return err == nil
}
