// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// The methods here are a second actor: someone at the console, or another program. They keep Okta's rules, are
// never counted against rate limits, and never appear in the request log.

// AppOptions say what kind of app AddApp makes.
type AppOptions struct {
	// Label is the app's name in the console. Default "app".
	Label string `json:"label"`
	// Type is web (the default), service, browser or native.
	Type string `json:"type"`
	// AuthMethod is the token_endpoint_auth_method. Default: client_secret_basic, and none for browser and native.
	AuthMethod string `json:"auth_method"`
	// ClientID is a client id of your own. Default: the app's id.
	ClientID string `json:"client_id"`
	// ClientSecret is a first secret of your own. Default: a generated one, where the method uses one.
	ClientSecret string `json:"client_secret"`
	// JWKSURI is where Okta finds the app's keys.
	JWKSURI string `json:"jwks_uri"`
	// Scopes are the Okta API scopes that the app is granted.
	Scopes []string `json:"scopes"`
	// SuperAdmin lets the app change the credentials of apps that hold Okta API scopes.
	SuperAdmin bool `json:"super_admin"`
	// DPoP makes the app's tokens DPoP-bound.
	DPoP bool `json:"dpop"`
	// Catalog makes the app one of the catalog (OIN), by its name there.
	Catalog string `json:"catalog"`
	// Inactive makes the app INACTIVE.
	Inactive bool `json:"inactive"`
}

// App is what can be seen of an app.
type App struct {
	ID         string   `json:"id"`
	ClientID   string   `json:"client_id"`
	Label      string   `json:"label"`
	Type       string   `json:"type"`
	Status     string   `json:"status"`
	AuthMethod string   `json:"auth_method"`
	JWKSURI    string   `json:"jwks_uri,omitempty"`
	Scopes     []string `json:"scopes,omitempty"`
	DPoP       bool     `json:"dpop,omitempty"`
}

func (app *app) view() App {
	return App{
		ID: app.id, ClientID: app.clientID, Label: app.label(), Status: app.status, AuthMethod: app.authMethod,
		JWKSURI: app.jwksURI, Scopes: slices.Clone(app.scopes), DPoP: app.dpop(),
		Type: app.doc.text("settings", "oauthClient", "application_type"),
	}
}

// AddApp makes an OIDC app; a confidential one with a client_secret_* method is born with one ACTIVE secret. It
// panics when the options contradict each other. An app with private_key_jwt may be made without keys here, so
// that AddKey can give it some.
func (o *Org) AddApp(options AppOptions) App {
	o.mu.Lock()
	defer o.mu.Unlock()
	made, err := o.addApp(options)
	if err != nil {
		panic(err)
	}
	return made.view()
}

func (o *Org) addApp(options AppOptions) (*app, error) {
	if options.Label == "" {
		options.Label = "app"
	}
	if options.Type == "" {
		options.Type = "web"
	}
	keyless := options.AuthMethod == PrivateKeyJWT && options.JWKSURI == ""
	doc := document{"signOnMode": openIDConnect, "label": options.Label, "name": cmp.Or(options.Catalog, oidcClient)}
	client := doc.object("credentials", "oauthClient")
	client["client_id"], client["client_secret"] = options.ClientID, options.ClientSecret
	client["token_endpoint_auth_method"] = options.AuthMethod
	settings := doc.object("settings", "oauthClient")
	settings["application_type"], settings["dpop_bound_access_tokens"] = options.Type, options.DPoP
	settings["jwks_uri"] = options.JWKSURI
	if options.Type == "service" {
		settings["response_types"], settings["grant_types"] = []any{"token"}, []any{"client_credentials"}
	}
	made, err := o.newApp(nil, doc, !options.Inactive, keyless)
	if err != nil {
		return nil, err
	}
	made.keyless = false
	made.scopes, made.superAdmin = slices.Clone(options.Scopes), options.SuperAdmin
	return made, nil
}

// App returns an app.
func (o *Org) App(appID string) (App, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	app := o.findApp(appID)
	if app == nil {
		return App{}, false
	}
	return app.view(), true
}

// Apps returns all apps, oldest first.
func (o *Org) Apps() []App {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []App
	for _, app := range o.apps {
		all = append(all, app.view())
	}
	return all
}

// RemoveApp deactivates and deletes an app.
func (o *Org) RemoveApp(appID string) error {
	return o.change(appID, func(app *app) error {
		o.removeApp(nil, app)
		return nil
	})
}

// SetAppStatus activates or deactivates an app.
func (o *Org) SetAppStatus(appID, status string) error {
	return o.change(appID, func(app *app) error {
		o.setAppStatus(nil, app, status)
		return nil
	})
}

// SetAuthMethod changes the token_endpoint_auth_method, with all that Okta does then.
func (o *Org) SetAuthMethod(appID, method string) error {
	return o.edit(appID, func(doc document) {
		doc.object("credentials", "oauthClient")["token_endpoint_auth_method"] = method
	})
}

// SetJWKSURI changes the jwks_uri, "" being none. With one, saved keys are deleted.
func (o *Org) SetJWKSURI(appID, uri string) error {
	return o.edit(appID, func(doc document) {
		settings := doc.object("settings", "oauthClient")
		settings["jwks_uri"] = uri
		if uri != "" {
			delete(settings, "jwks")
		}
	})
}

// SetProfile changes the app's profile, a part of its document that means nothing here.
func (o *Org) SetProfile(appID string, profile map[string]any) error {
	return o.edit(appID, func(doc document) { doc["profile"] = profile })
}

// Document returns the app's document as GET would show it.
func (o *Org) Document(appID string) (map[string]any, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	app := o.findApp(appID)
	if app == nil {
		return nil, false
	}
	return app.body(o.options.URL, false), true
}

// Secrets returns copies of an app's secrets, oldest first.
func (o *Org) Secrets(appID string) []Secret {
	o.mu.Lock()
	defer o.mu.Unlock()
	if app := o.holder(appID); app != nil {
		return slices.Clone(app.secrets)
	}
	return nil
}

// AddSecret adds a secret; an empty value is a generated one, an empty status ACTIVE.
func (o *Org) AddSecret(appID, value, status string) (secret Secret, err error) {
	err = o.change(appID, func(app *app) error {
		secret, err = o.addSecret(nil, app, value, status)
		return err
	})
	return secret, err
}

// SetSecretStatus activates or deactivates a secret.
func (o *Org) SetSecretStatus(appID, secretID, status string) error {
	return o.change(appID, func(app *app) error {
		_, err := o.setSecretStatus(nil, app, secretID, status)
		return err
	})
}

// RemoveSecret deletes a secret, deactivating it first.
func (o *Org) RemoveSecret(appID, secretID string) error {
	return o.change(appID, func(app *app) error {
		if _, err := o.setSecretStatus(nil, app, secretID, StatusInactive); err != nil {
			return err
		}
		return o.removeSecret(nil, app, secretID)
	})
}

// Keys returns copies of an app's saved keys, oldest first.
func (o *Org) Keys(appID string) []Key {
	o.mu.Lock()
	defer o.mu.Unlock()
	if app := o.findApp(appID); app != nil {
		return slices.Clone(app.keys)
	}
	return nil
}

// AddKey saves a public key, given as the JSON of a JWK.
func (o *Org) AddKey(appID string, jwk []byte) (key Key, err error) {
	err = o.change(appID, func(app *app) error {
		var wanted keyRequest
		if err := json.Unmarshal(jwk, &wanted); err != nil {
			return malformedBody()
		}
		key, err = o.addKey(nil, app, wanted)
		return err
	})
	return key, err
}

// SetKeyStatus activates or deactivates a key.
func (o *Org) SetKeyStatus(appID, keyID, status string) error {
	return o.change(appID, func(app *app) error {
		_, err := o.setKeyStatus(nil, app, keyID, status)
		return err
	})
}

// RemoveKey deletes a key, deactivating it first.
func (o *Org) RemoveKey(appID, keyID string) error {
	return o.change(appID, func(app *app) error {
		if _, err := o.setKeyStatus(nil, app, keyID, StatusInactive); err != nil {
			return err
		}
		return o.removeKey(nil, app, keyID)
	})
}

// Age moves the creation and the last change of all of an app's credentials into the past.
func (o *Org) Age(appID string, by time.Duration) {
	_ = o.change(appID, func(app *app) error { // an unknown app has no age
		for i := range app.secrets {
			secret := &app.secrets[i]
			secret.Created, secret.LastUpdated, secret.born = secret.Created.Add(-by), secret.LastUpdated.Add(-by), secret.born.Add(-by)
		}
		for i := range app.keys {
			key := &app.keys[i]
			key.Created, key.LastUpdated = key.Created.Add(-by), key.LastUpdated.Add(-by)
		}
		return nil
	})
}

// holder is an app or an API service integration: what can hold secrets.
func (o *Org) holder(id string) *app {
	if app := o.findApp(id); app != nil {
		return app
	}
	return o.findService(id)
}

// change runs a change to one app or API service integration under the lock.
func (o *Org) change(appID string, change func(*app) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	app := o.holder(appID)
	if app == nil {
		return notFound(appID, oauthAppKind)
	}
	return change(app)
}

// edit changes an app's document as the console does: read, change, replace.
func (o *Org) edit(appID string, edit func(document)) error {
	return o.change(appID, func(app *app) error {
		doc := document(app.body("", false))
		edit(doc)
		return o.replaceDocument(nil, app, doc)
	})
}
