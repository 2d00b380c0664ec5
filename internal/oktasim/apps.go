// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// The client authentication methods (OIDC Core §9) that Okta knows [S].
const (
	ClientSecretBasic = "client_secret_basic"
	ClientSecretPost  = "client_secret_post"
	ClientSecretJWT   = "client_secret_jwt"
	PrivateKeyJWT     = "private_key_jwt"
	NoAuthentication  = "none"
)

var authMethods = []string{ClientSecretBasic, ClientSecretPost, ClientSecretJWT, PrivateKeyJWT, NoAuthentication}

// app is an app of the org. What has rules here has a field; the rest of its document is kept as it came.
type app struct {
	id          string
	clientID    string // "" for an app that is no OAuth client
	status      string
	authMethod  string
	jwksURI     string
	secrets     secretSet
	keys        keySet
	created     time.Time
	lastUpdated time.Time
	doc         document
	// catalog says that it was added from the catalog (OIN): its document shows nothing of the OAuth client [R].
	catalog bool
	// keyless lets AddApp make an app with private_key_jwt whose keys come later.
	keyless bool

	scopes       []string // Okta API scopes granted to it
	superAdmin   bool
	idToken      document // its idToken settings, as they were sent
	accessPolicy string
	orgID        string
	// wrongSecrets are the beginnings of the wrong secrets since the last good login.
	wrongSecrets []string
}

func (app *app) label() string { return app.doc.text("label") }

func (app *app) oauthClient() bool { return app.clientID != "" }

func (app *app) dpop() bool {
	return app.doc.at("settings", "oauthClient", "dpop_bound_access_tokens") == true
}

func usesSecret(authMethod string) bool { return strings.HasPrefix(authMethod, "client_secret_") }

// newApp makes an app of a document, as POST /api/v1/apps does. Here and below, a nil call is the console.
func (o *Org) newApp(by *call, doc document, activate, keyless bool) (*app, error) {
	second := o.now().Truncate(time.Second)
	made := &app{
		id: newID("0oa"), status: StatusActive, created: second, idToken: document{"issuerMode": "ORG_URL"},
		accessPolicy: o.policyID, orgID: o.id, keyless: keyless,
	}
	if !activate {
		made.status = StatusInactive
	}
	if doc.text("signOnMode") == openIDConnect {
		name := strings.ToLower(doc.text("name"))
		made.catalog = name != "" && name != oidcClient
		if made.catalog {
			made.doc = document{"name": name} // which is returned in lower case [R]
			dropOAuthClient(doc)
		}
		made.clientID = doc.text("credentials", "oauthClient", "client_id")
		if made.clientID == "" {
			made.clientID = made.id // unless the creator chooses another one [R]
		}
		if o.findClient(made.clientID) != nil {
			return nil, validationError("client_id", "client_id: A client with this 'client_id' exists already.") // [?]
		}
		made.authMethod = NoAuthentication // of browser and native apps
		if kind := doc.applicationType(); kind == "web" || kind == "service" {
			made.authMethod = ClientSecretBasic // [S]
		}
	}
	if err := o.replaceDocument(by, made, doc); err != nil {
		return nil, err
	}
	o.apps = append(o.apps, made)
	o.logClient(by, made, clientLifecycle+lifecycleCreate)
	return made, nil
}

// replaceDocument is PUT /api/v1/apps/{id}: the document replaces the old one, and what that does to the
// credentials is done. On an error nothing has changed.
func (o *Org) replaceDocument(by *call, target *app, doc document) error {
	next := *target
	next.doc = clone(doc)
	next.secrets, next.keys = slices.Clone(target.secrets), slices.Clone(target.keys)
	next.lastUpdated = o.now().Truncate(time.Second)
	if next.label() == "" {
		return validationError("label", "label: The field cannot be left blank") // [?]
	}
	// That universalLogout is ignored is [?]; it is no part of what a client can set [S].
	for _, readOnly := range []string{"id", "orn", "created", "lastUpdated", "status", "universalLogout", "_links", "_embedded"} {
		delete(next.doc, readOnly)
	}
	if next.catalog {
		next.doc["name"] = target.doc["name"] // it never changes [?]
		dropOAuthClient(next.doc)             // ignored, with 200 [R]
	}
	if next.oauthClient() {
		next.doc["signOnMode"] = openIDConnect // it never changes [?]
		if err := o.replaceCredentials(&next); err != nil {
			return err
		}
	}
	fill(next.doc, defaultDocument(&next))
	before := *target
	*target = next
	o.logReplaced(by, &before, target)
	return nil
}

// replaceCredentials moves the credentials from the document into their fields, with Okta's side effects.
func (o *Org) replaceCredentials(next *app) error {
	next.doc.take("credentials", "oauthClient", "client_id") // it never changes [?]
	method, _ := next.doc.take("credentials", "oauthClient", "token_endpoint_auth_method").(string)
	value, _ := next.doc.take("credentials", "oauthClient", "client_secret").(string)
	uri, _ := next.doc.take("settings", "oauthClient", "jwks_uri").(string)
	sent, err := keysOf(next.doc.take("settings", "oauthClient", "jwks"))
	if err != nil {
		return err
	}
	if method != "" { // without one it remains as it is [?]
		next.authMethod = method
	}
	if err := next.checkAuthMethod(); err != nil {
		return err
	}
	if err := o.replaceKeys(next, uri, sent); err != nil {
		return err
	}
	return o.replaceSecret(next, value)
}

// checkAuthMethod refuses a token_endpoint_auth_method that the app can't have. The words are Okta's own, doubled quotes
// included [T].
func (app *app) checkAuthMethod() error {
	const subject = "token_endpoint_auth_method"
	if !slices.Contains(authMethods, app.authMethod) {
		return validationError(subject, subject+": 'token_endpoint_auth_method' is invalid.") // [?]
	}
	if app.authMethod != NoAuthentication {
		return nil
	}
	if app.doc.applicationType() == "web" {
		return validationError(subject, subject+": 'token_endpoint_auth_method' is invalid. Valid values: "+
			"["+strings.Join(authMethods[:len(authMethods)-1], ", ")+"]")
	}
	pkce, sent := app.doc.at("credentials", "oauthClient", "pkce_required").(bool)
	if sent && !pkce || !sent && !app.doc.public() {
		return validationError("pkce_required",
			"pkce_required: ''pkce_required'' must be set to true when ''token_endpoint_auth_method'' is ''none''")
	}
	return nil
}

// keysOf reads settings.oauthClient.jwks.
func keysOf(jwks any) ([]keyRequest, error) {
	text, err := json.Marshal(jwks)
	if err != nil {
		return nil, malformedBody()
	}
	var set struct {
		Keys []keyRequest `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, malformedBody()
	}
	return set.Keys, nil
}

// replaceKeys makes the saved keys those of the document. A key that was there, by id or by kid and members,
// keeps its id and its age [?]; one that is not sent is deleted [?]; so are all of them with a jwks_uri [D].
func (o *Org) replaceKeys(next *app, uri string, sent []keyRequest) error {
	if uri != "" && len(sent) > 0 {
		return validationError("jwks", "jwks: 'jwks' and 'jwks_uri' can't both be set.") // [?]
	}
	keys := keySet{}
	for _, wanted := range sent {
		if err := wanted.check(); err != nil {
			return err
		}
		keys = append(keys, next.keys.replacement(wanted, o.now()))
	}
	if err := keys.check(); err != nil {
		return err
	}
	next.jwksURI, next.keys = uri, keys
	signing := keys.count(func(key Key) bool { return key.active() && !key.encrypts() })
	if next.authMethod == PrivateKeyJWT && uri == "" && signing == 0 && !next.keyless {
		return validationError("jwks", "jwks: 'jwks' or 'jwks_uri' must be set when 'token_endpoint_auth_method' is "+
			"'private_key_jwt'.") // the summary [L], the cause [?]
	}
	return nil
}

// replaceSecret does what a document's method and client_secret mean for the secrets.
func (o *Org) replaceSecret(next *app, value string) error {
	if next.authMethod == PrivateKeyJWT {
		next.secrets = nil // the switch deletes every client secret [D]
		if value != "" {
			return checkSecretValue(value, next.authMethod)
		}
		return nil
	}
	known := slices.ContainsFunc(next.secrets, func(secret Secret) bool { return secret.Value == value })
	if value != "" && !known {
		if err := checkSecretValue(value, next.authMethod); err != nil {
			return err
		}
		// client_secret is the newest ACTIVE secret, so a new value takes that one's place; the other remains [?].
		if newest := next.secrets.newestActive(); newest >= 0 {
			next.secrets = slices.Delete(next.secrets, newest, newest+1)
		}
		return o.appendSecret(next, value)
	}
	// No value and "" keep the secrets [R], as does a value that one of them has [?]. A confidential app is born
	// with a secret [R] and gets one when it is switched back to client_secret_* [C].
	if usesSecret(next.authMethod) && next.secrets.newestActive() < 0 {
		return o.appendSecret(next, "")
	}
	return nil
}

func (o *Org) appendSecret(next *app, value string) error {
	if err := next.secrets.checkRoom(); err != nil {
		return err
	}
	next.secrets = append(next.secrets, o.newSecret(value, StatusActive))
	return nil
}
