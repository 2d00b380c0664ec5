// SPDX-License-Identifier: MPL-2.0

package oktasim

import "time"

// Event is an event of the System Log.
type Event struct {
	UUID      string
	Published time.Time // whole milliseconds
	Type      string    // eventType
	Result    string    // outcome.result: SUCCESS or FAILURE
	Reason    string    // outcome.reason
	Actor     Party
	Targets   []Party
	// ClientID is client.id, IPAddress and UserAgent are where the request came from.
	ClientID, IPAddress, UserAgent string
	// Transaction is the id of the request: events of one request share it.
	Transaction string
	Debug       DebugData

	sequence int
}

// The values of Event.Result.
const (
	resultSuccess = "SUCCESS"
	resultFailure = "FAILURE"
)

// Party is an actor or a target of an event.
type Party struct {
	ID, Type, AlternateID, DisplayName string
	Detail                             map[string]any // detailEntry
}

// DebugData is debugContext.debugData: details of the request, whose names and values Okta may change [S].
type DebugData struct {
	RequestURI          string
	ClientAuthType      string
	ClientSecret        string   // the hash of the secret that was sent [R][S]
	ClientSecrets       []string // the first five characters of wrong secrets, in plaintext [D]
	GrantType           string
	RequestedScopes     string
	GrantedScopes       string
	AuthorizationServer string
}

// debugFields are the members of debugData. Those without a value are left out.
var debugFields = map[string]func(*Event) string{
	"requestId":           func(e *Event) string { return e.Transaction },
	"requestUri":          func(e *Event) string { return e.Debug.RequestURI },
	"url":                 func(e *Event) string { return e.Debug.RequestURI + "?" },
	"clientAuthType":      func(e *Event) string { return e.Debug.ClientAuthType },
	"clientSecret":        func(e *Event) string { return e.Debug.ClientSecret },
	"grantType":           func(e *Event) string { return e.Debug.GrantType },
	"requestedScopes":     func(e *Event) string { return e.Debug.RequestedScopes },
	"grantedScopes":       func(e *Event) string { return e.Debug.GrantedScopes },
	"authorizationServer": func(e *Event) string { return e.Debug.AuthorizationServer },
}

// eventFields are the fields that the log can be filtered by; debugContext.debugData.* come on top. There is no
// published [D].
var eventFields = map[string]fieldReader[*Event]{
	"uuid":                          single(func(e *Event) string { return e.UUID }),
	"eventType":                     single(func(e *Event) string { return e.Type }),
	"displayMessage":                single((*Event).message),
	"severity":                      single((*Event).severity),
	"outcome.result":                single(func(e *Event) string { return e.Result }),
	"outcome.reason":                single(func(e *Event) string { return e.Reason }),
	"transaction.id":                single(func(e *Event) string { return e.Transaction }),
	"transaction.type":              single(func(*Event) string { return "WEB" }),
	"client.id":                     single(func(e *Event) string { return e.ClientID }),
	"client.ipAddress":              single(func(e *Event) string { return e.IPAddress }),
	"client.userAgent.rawUserAgent": single(func(e *Event) string { return e.UserAgent }),
	"actor.id":                      single(func(e *Event) string { return e.Actor.ID }),
	"actor.type":                    single(func(e *Event) string { return e.Actor.Type }),
	"actor.alternateId":             single(func(e *Event) string { return e.Actor.AlternateID }),
	"actor.displayName":             single(func(e *Event) string { return e.Actor.DisplayName }),
	"target.id":                     targets(func(t Party) string { return t.ID }),
	"target.type":                   targets(func(t Party) string { return t.Type }),
	"target.alternateId":            targets(func(t Party) string { return t.AlternateID }),
	"target.displayName":            targets(func(t Party) string { return t.DisplayName }),
}

func single(read func(*Event) string) fieldReader[*Event] {
	return func(e *Event) []string { return []string{read(e)} }
}

func targets(read func(Party) string) fieldReader[*Event] {
	return func(e *Event) []string {
		values := make([]string, len(e.Targets))
		for i, target := range e.Targets {
			values[i] = read(target)
		}
		return values
	}
}

// messages are the displayMessages of event types.
var messages = map[string]string{
	logTypeSecret:                           "Client secret was read",
	"app.oauth2.invalid_client_credentials": "Multiple requests with invalid client credentials",
}

func (e *Event) message() string {
	if text, known := messages[e.Type]; known {
		return text
	}
	return e.Type
}

func (e *Event) severity() string {
	if e.Result == resultFailure {
		return "WARN"
	}
	return "INFO"
}

// body writes the event as GET /api/v1/logs does [R].
func (e *Event) body() map[string]any {
	debug := map[string]any{}
	for name, read := range debugFields {
		if value := read(e); value != "" {
			debug[name] = value
		}
	}
	if len(e.Debug.ClientSecrets) > 0 {
		debug["clientSecrets"] = e.Debug.ClientSecrets
	}
	targets := []any{}
	for _, target := range e.Targets {
		targets = append(targets, target.body())
	}
	return map[string]any{
		"uuid": e.UUID, "version": "0", "published": e.Published.Format("2006-01-02T15:04:05.000Z"),
		"eventType": e.Type, "legacyEventType": nil, "displayMessage": e.message(), "severity": e.severity(),
		"actor": e.Actor.body(), "target": targets,
		"outcome":     map[string]any{"result": e.Result, "reason": orNull(e.Reason)},
		"transaction": map[string]any{"type": "WEB", "id": e.Transaction, "detail": map[string]any{}},
		"client": map[string]any{
			"id": orNull(e.ClientID), "ipAddress": orNull(e.IPAddress), "device": "Unknown", "zone": "null",
			"userAgent":           map[string]any{"rawUserAgent": orNull(e.UserAgent), "os": "Unknown", "browser": "UNKNOWN"},
			"geographicalContext": nil,
		},
		"request":               map[string]any{"ipChain": []any{map[string]any{"ip": orNull(e.IPAddress), "version": "V4", "source": nil}}},
		"authenticationContext": map[string]any{"authenticationStep": 0, "externalSessionId": "unknown"},
		"securityContext":       map[string]any{"isProxy": false},
		"debugContext":          map[string]any{"debugData": debug},
	}
}

func (p Party) body() map[string]any {
	body := map[string]any{
		"id": p.ID, "type": p.Type, "alternateId": orNull(p.AlternateID), "displayName": orNull(p.DisplayName), "detailEntry": nil,
	}
	if len(p.Detail) > 0 {
		body["detailEntry"] = p.Detail
	}
	return body
}
