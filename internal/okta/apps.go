// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// The client authentication methods Okta knows (OpenID Connect Core §9).
const (
	AuthMethodNone          = "none"
	AuthMethodSecretBasic   = "client_secret_basic"
	AuthMethodSecretPost    = "client_secret_post"
	AuthMethodSecretJWT     = "client_secret_jwt"
	AuthMethodPrivateKeyJWT = "private_key_jwt"
)

// App is what concerns us of an OIDC app.
type App struct {
	ID       string
	Name     string // the app's type, "oidc_client"
	Label    string
	Status   Status
	Created  time.Time
	ClientID string
	// HasCredentials tells that Okta links to client credentials of the app. One from
	// the catalog (OIN) has them too, but its document shows nothing else of them: no
	// client id, no method, no keys [R: 42 of 42].
	HasCredentials bool

	ApplicationType string // web, native, browser, service
	PKCERequired    bool
	AuthMethod      string // token_endpoint_auth_method
	JWKSURI         string
	Keys            []Key
}

// check refuses what is not an app: it has no id.
func (a *App) check() error {
	if a.ID == "" {
		return errUnexpected
	}
	return nil
}

// is checks that it is the app that was asked for.
func (a *App) is(id string) error { return mismatch(a.ID, "id", id, a.ID) }

// UnmarshalJSON picks the members out of Okta's app document.
func (a *App) UnmarshalJSON(data []byte) error {
	var document struct {
		ID          string    `json:"id"`
		Name        string    `json:"name"`
		Label       string    `json:"label"`
		Status      Status    `json:"status"`
		Created     time.Time `json:"created"`
		Credentials struct {
			OAuthClient struct {
				ClientID   string `json:"client_id"`
				AuthMethod string `json:"token_endpoint_auth_method"`
				PKCE       bool   `json:"pkce_required"`
			} `json:"oauthClient"`
		} `json:"credentials"`
		Settings struct {
			OAuthClient struct {
				Type    string `json:"application_type"`
				JWKSURI string `json:"jwks_uri"`
				JWKS    struct {
					Keys []Key `json:"keys"`
				} `json:"jwks"`
			} `json:"oauthClient"`
		} `json:"settings"`
		Links struct {
			ClientCredentials any `json:"clientCredentials"` // a list in recordings [R]
		} `json:"_links"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return err
	}
	*a = App{
		ID:             document.ID,
		Name:           document.Name,
		Label:          document.Label,
		Status:         document.Status,
		Created:        document.Created,
		ClientID:       document.Credentials.OAuthClient.ClientID,
		HasCredentials: document.Credentials.OAuthClient.ClientID != "" || document.Links.ClientCredentials != nil,

		ApplicationType: document.Settings.OAuthClient.Type,
		PKCERequired:    document.Credentials.OAuthClient.PKCE,
		AuthMethod:      document.Credentials.OAuthClient.AuthMethod,
		JWKSURI:         document.Settings.OAuthClient.JWKSURI,
		Keys:            document.Settings.OAuthClient.JWKS.Keys,
	}
	return nil
}

// FromCatalog tells that the app comes from the catalog (OIN). Okta shows neither its method nor its keys,
// and ignores a change of them with 200 [R: 6 of 6].
func (a App) FromCatalog() bool { return a.HasCredentials && a.AuthMethod == "" }

// App reads an app: from memory if this run has read it, and together with others if
// the run reads many.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/application/getapplication
//
// Errors: [IsNotFound]; those every call can end with, see [Credentials].
func (c *Client) App(ctx context.Context, id string) (App, error) {
	return c.snapshots.apps.get(ctx, id, c.readApp)
}

func appRequest(id string, app *App) request {
	return request{method: http.MethodGet, path: segments("api/v1/apps/*", id), confirm: func() error { return app.is(id) }}
}

// UpdateApp reads the app's document, lets edit change it, and puts it back.
// Okta has no PATCH, and PUT wipes what it is not given [R], so the document
// goes back whole, with every member this package does not know as it came.
// If edit changes nothing, nothing is sent.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/application/replaceapplication
//
// Errors: [IsNotFound], [IsForbidden], what edit returns, and an [*IgnoredError] when
// Okta didn't make the change.
func (c *Client) UpdateApp(ctx context.Context, id string, edit func(App, *Document) error) (App, error) {
	unlock, err := c.locks.lock(ctx, id)
	if err != nil {
		return App{}, err
	}
	defer unlock()

	var raw json.RawMessage
	if err := c.do(ctx, request{method: http.MethodGet, path: segments("api/v1/apps/*", id)}, &raw); err != nil {
		return App{}, err
	}
	var app App
	document := &Document{}
	if err := cmp.Or(decodeChecked(raw, &app), app.is(id), checkAll(app.Keys), decode(raw, &document.root)); err != nil {
		return App{}, fmt.Errorf("reading app %s: %w", id, err)
	}
	if err := edit(app, document); err != nil {
		return App{}, err
	}
	if !document.changed {
		return app, nil
	}
	defer c.snapshots.secrets.drop(id) // a change of method makes or deletes secrets
	c.snapshots.apps.drop(id)
	var updated replaced
	err = c.do(ctx, request{
		method: http.MethodPut, path: segments("api/v1/apps/*", id), body: document.root, confirm: func() error { return updated.is(id) },
	}, &updated)
	if err != nil {
		return App{}, err
	}
	c.snapshots.apps.put(id, updated.App)
	if member, ok := document.ignored(&updated.document); ok {
		return updated.App, &IgnoredError{App: id, Member: member}
	}
	return updated.App, nil
}

// replaced is the response to a PUT: the app, and the document that it came in.
type replaced struct {
	App

	document Document
}

// UnmarshalJSON reads both.
func (r *replaced) UnmarshalJSON(data []byte) error {
	return cmp.Or(r.App.UnmarshalJSON(data), json.Unmarshal(data, &r.document.root))
}
