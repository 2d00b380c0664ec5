// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"maps"
	"net"
	"slices"
	"strings"
	"time"
)

// What requests and the console leave in the System Log.

// wrongSecretsBeforeEvent is how many wrong secrets in a row make an event of their own [D].
const wrongSecretsBeforeEvent = 5

// writeEvent completes an event with where it came from, and writes it. A nil call is the console.
func (o *Org) writeEvent(by *call, event Event) {
	event.UUID = newUUID()
	event.Published = o.now().Truncate(time.Millisecond)
	if by == nil {
		event.Actor, event.Transaction = o.admin(), newRequestID()
	} else {
		if event.Actor.ID == "" && event.ClientID == "" {
			event.Actor = by.actor
		}
		event.IPAddress, event.UserAgent, event.Transaction = by.clientAddress(), by.UserAgent(), by.id
		event.Debug.RequestURI = by.URL.EscapedPath()
	}
	o.events.add(event)
}

// admin is the user that the API token and the console belong to.
func (o *Org) admin() Party {
	return Party{ID: o.adminID, Type: "User", AlternateID: "admin@example.com", DisplayName: "Org Admin"}
}

// party is the app as an actor or a target. The type varies in recorded events [R].
func (app *app) party() Party {
	return Party{ID: app.clientID, Type: "PublicClientApp", AlternateID: app.id, DisplayName: app.label()}
}

// clientAddress is where the request came from: the first address of X-Forwarded-For, where a test sends one to be
// someone else, or that of the connection.
func (c *call) clientAddress() string {
	if first, _, _ := strings.Cut(c.Header.Get("X-Forwarded-For"), ","); first != "" {
		return strings.TrimSpace(first)
	}
	host, _, err := net.SplitHostPort(c.RemoteAddr)
	if err != nil {
		return c.RemoteAddr
	}
	return host
}

// The life cycle of a credential, as in app.oauth2.credentials.lifecycle.create [D].
const (
	lifecycleCreate     = "create"
	lifecycleActivate   = "activate"
	lifecycleDeactivate = "deactivate"
	lifecycleDelete     = "delete"
)

// clientLifecycle begins the event types of the life cycle of OAuth clients [D].
const clientLifecycle = "app.oauth2.client.lifecycle."

// turned is the lifecycle of a change to a status.
func turned(status string) string {
	if status == StatusActive {
		return lifecycleActivate
	}
	return lifecycleDeactivate
}

// logCredential writes what happened to a credential. The target is the client; the credential's id is not in the
// event, only details with names in lower case [C].
func (o *Org) logCredential(by *call, app *app, lifecycle string, detail map[string]any) {
	target := app.party()
	target.Detail = detail
	o.writeEvent(by, Event{
		Type: "app.oauth2.credentials.lifecycle." + lifecycle, Result: resultSuccess, Targets: []Party{target},
	})
}

func (secret Secret) detail() map[string]any { return map[string]any{"clientsecret": secret.Hash} }
func (k Key) detail() map[string]any         { return map[string]any{"kid": orNull(k.Kid), "kty": k.Kty} }

// logClient writes what happened to an OAuth client.
func (o *Org) logClient(by *call, app *app, eventType string) {
	if app.oauthClient() {
		o.writeEvent(by, Event{Type: eventType, Result: resultSuccess, Targets: []Party{app.party()}})
	}
}

// logReplaced writes what the replacement of an app's document did to its credentials [?].
func (o *Org) logReplaced(by *call, before, after *app) {
	details := func(of *app) map[string]map[string]any {
		all := map[string]map[string]any{}
		for _, secret := range of.secrets {
			all[secret.ID] = secret.detail()
		}
		for _, key := range of.keys {
			all[key.ID] = key.detail()
		}
		return all
	}
	was, is := details(before), details(after)
	for _, id := range slices.Sorted(maps.Keys(was)) {
		if is[id] == nil {
			o.logCredential(by, after, lifecycleDelete, was[id])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(is)) {
		if was[id] == nil {
			o.logCredential(by, after, lifecycleCreate, is[id])
		}
	}
}

// logGrant writes what a request to the token endpoint leaves behind: an event for each token that was granted, one
// event when it was refused, and one more after five wrong secrets in a row. The events of one request share their
// transaction [R].
func (o *Org) logGrant(c *call, grant *grant, err error) {
	event := Event{Result: resultSuccess, Actor: Party{ID: grant.login.clientID, Type: "PublicClientApp"}, Debug: grant.debug(c)}
	if grant.client != nil {
		event.Actor = grant.client.party()
	}
	parent := "app.oauth2.token.grant"
	if event.Debug.AuthorizationServer != "" {
		parent, event.Actor.Type = "app.oauth2.as.token.grant", "PublicClientAppEntity" // it varies [R]; by what, is [?]
	}
	if err == nil {
		grant.client.wrongSecrets = nil
		for _, kind := range grant.granted {
			event.Type = parent + "." + kind
			event.Targets = []Party{{ID: newID(""), Type: kind}} // user and token, not the app [R]
			o.writeEvent(c, event)
		}
		return
	}
	event.Type, event.Result, event.Reason = parent, resultFailure, grant.reason(err)
	o.writeEvent(c, event.failedAt(o.events.settings.FailedClient))
	if client := grant.client; client != nil && event.Reason == "invalid_client_secret" {
		client.wrongSecrets = append(client.wrongSecrets, prefix(grant.login.secret(client), 5))
		if len(client.wrongSecrets) >= wrongSecretsBeforeEvent {
			client.wrongSecrets = client.wrongSecrets[len(client.wrongSecrets)-wrongSecretsBeforeEvent:]
			event.Type = "app.oauth2.invalid_client_credentials"
			event.Debug.ClientSecrets = slices.Clone(client.wrongSecrets)
			o.writeEvent(c, event.failedAt(o.events.settings.FailedClient))
		}
	}
}

// failedAt moves the client id to where the settings want it.
func (e Event) failedAt(place string) Event {
	if place == inActor {
		return e
	}
	e.ClientID = ""
	if place == inTarget {
		e.Targets = []Party{e.Actor}
	} else {
		e.ClientID = e.Actor.ID
	}
	e.Actor = Party{ID: "unknown", Type: "PublicClientApp"}
	return e
}

func prefix(text string, length int) string {
	return string([]rune(text)[:min(length, len([]rune(text)))])
}
