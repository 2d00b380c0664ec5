// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

// MaxKeys is how many keys an app may hold [S].
const MaxKeys = 50

// Key is one of an app's saved JSON Web Keys: the public half.
type Key struct {
	Metadata
	jwk.Key
}

func newKeys(client *Client) *Credentials[Key] {
	return &Credentials[Key]{
		client:  client,
		noun:    "JSON Web Key",
		limit:   MaxKeys,
		path:    "api/v1/apps/*/credentials/jwks",
		changed: func(app string) { client.snapshots.apps.drop(app) },
		update: func(app string, change func([]Key) []Key) {
			client.snapshots.apps.update(app, func(found App) (App, bool) {
				found.Keys = change(slices.Clone(found.Keys))
				// A change of an encryption key can change the others [S].
				return found, !slices.ContainsFunc(found.Keys, func(key Key) bool { return key.Use == "enc" })
			})
		},
		protect:    client.refuseOwn,
		known:      func(app string) bool { return client.snapshots.apps.has(app) },
		confirm:    confirmKey,
		decodeList: decodeKeys,
		// The app carries its keys, in a rate limit bucket five times as large
		// as the list's, and in the same answer as everything else about it.
		snapshot: func(ctx context.Context, app string) ([]Key, error) {
			found, err := client.App(ctx, app)
			if err == nil {
				err = client.masks.maskError(checkAll(found.Keys))
			}
			if err != nil {
				return nil, err
			}
			return found.Keys, nil
		},
	}
}

// confirmKey checks that the key in the response is the one that was sent, in
// any spelling. Okta leaves out what it doesn't keep: kid, and crv as null [R].
func confirmKey(body any, created Key) error {
	sent, ok := body.(Key)
	if !ok {
		return nil
	}
	received := created
	received.Crv = cmp.Or(received.Crv, sent.Crv)
	if !received.SameMaterial(sent.Key) {
		return &MismatchError{ID: created.ID, Name: "key", Sent: sent.Thumbprint(), Received: received.Thumbprint()}
	}
	return mismatch(created.ID, "kid", cmp.Or(sent.Kid, created.Kid), created.Kid)
}

// decodeKeys reads a list of keys in each of the shapes it has been seen in: an
// array [S], {"keys": […]} [C] and {"jwks": {"keys": […]}} [D]. Anything else is
// an error: it must not pass for an app without keys.
func decodeKeys(answer json.RawMessage) ([]Key, error) {
	var keys []Key
	if decode(answer, &keys) == nil && keys != nil {
		return keys, nil
	}
	type set struct {
		Keys *[]Key `json:"keys"`
	}
	var wrapped struct {
		set

		JWKS set `json:"jwks"`
	}
	if err := decode(answer, &wrapped); err != nil {
		return nil, err
	}
	for _, found := range []*[]Key{wrapped.Keys, wrapped.JWKS.Keys} {
		if found != nil {
			return *found, nil
		}
	}
	return nil, errUnexpected
}
