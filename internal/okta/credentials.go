package okta

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Status is the lifecycle status of a credential.
type Status string

// The two statuses Okta knows.
const (
	StatusActive   Status = "ACTIVE"
	StatusInactive Status = "INACTIVE"
)

// Metadata is what every credential has besides its key or secret.
type Metadata struct {
	ID          string    `json:"id,omitempty"`
	Status      Status    `json:"status,omitempty"`
	Created     time.Time `json:"created,omitzero"`
	LastUpdated time.Time `json:"lastUpdated,omitzero"`
}

// Meta returns the metadata itself, for code that serves every kind.
func (m Metadata) Meta() Metadata { return m }

// Holding names the credential in messages.
func (m Metadata) Holding() Holding {
	return Holding{ID: m.ID, Status: m.Status, Created: m.Created}
}

// Credential is anything an app holds that has an id and a status.
type Credential interface{ Meta() Metadata }

// Credentials is one kind of credential and the calls Okta has for it: list,
// get, create, activate, deactivate, delete. Every kind has the same calls, at
// another path. "Owner" is what the credentials belong to: an app, by its id.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOPublicKeys/
type Credentials[C Credential] struct {
	client *Client
	noun   string // in messages: "client secret"
	limit  int    // how many an owner may hold, INACTIVE ones included
	path   string // of the collection, "*" standing for the owner

	// decodeList reads the answer to a list; Okta's lists differ in shape.
	decodeList func(json.RawMessage) ([]C, error)
	// snapshot reads all credentials of an owner in the cheapest way there is,
	// once until something changes.
	snapshot func(context.Context, string) ([]C, error)
	// changed drops what has been read and a change of a credential outdates.
	changed func(owner string)
}

// List reads all credentials of an owner, in no particular order.
//
// Errors: [IsNotFound] means that there is no such owner.
func (c *Credentials[C]) List(ctx context.Context, owner string) ([]C, error) {
	var answer json.RawMessage
	if err := c.client.do(ctx, request{method: http.MethodGet, path: segments(c.path, owner)}, &answer); err != nil {
		return nil, err
	}
	return c.decodeList(answer)
}

// Snapshot returns all credentials of an owner as this client last read them,
// and reads them if it has not, or has changed them since.
//
// Errors: those of [Credentials.List].
func (c *Credentials[C]) Snapshot(ctx context.Context, owner string) ([]C, error) {
	return c.snapshot(ctx, owner)
}

// fresh reads all credentials of an owner again.
func (c *Credentials[C]) fresh(ctx context.Context, owner string) ([]C, error) {
	c.changed(owner)
	return c.snapshot(ctx, owner)
}

// Get reads one credential.
//
// Errors: [IsNotFound]; [IsAppNotFound] if it is the owner that is unknown.
func (c *Credentials[C]) Get(ctx context.Context, owner, id string) (C, error) {
	var credential C
	err := c.client.do(ctx, request{method: http.MethodGet, path: segments(c.path+"/*", owner, id)}, &credential)
	return credential, err
}

// Activate makes Okta accept the credential (again). An ACTIVE one stays so.
// Activating an encryption key deactivates the one that was active [S].
//
// Errors: [IsNotFound].
func (c *Credentials[C]) Activate(ctx context.Context, owner, id string) (C, error) {
	return c.move(ctx, owner, id, "activate")
}

// Deactivate makes Okta refuse the credential, which can be taken back with
// [Credentials.Activate].
//
// Errors: [IsNotFound]; [IsOnlyActive] for the last active secret, and for the
// last active key when the app authenticates with private_key_jwt.
func (c *Credentials[C]) Deactivate(ctx context.Context, owner, id string) (C, error) {
	return c.move(ctx, owner, id, "deactivate")
}

func (c *Credentials[C]) move(ctx context.Context, owner, id, verb string) (C, error) {
	var credential C
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return credential, err
	}
	defer unlock()
	return c.moveLocked(ctx, owner, id, verb)
}

func (c *Credentials[C]) moveLocked(ctx context.Context, owner, id, verb string) (C, error) {
	var credential C
	defer c.changed(owner)
	err := c.client.do(ctx, request{method: http.MethodPost, path: segments(c.path+"/*/lifecycle/"+verb, owner, id)}, &credential)
	return credential, err
}

// post creates a credential, once: an answer that got lost is not asked for again.
func (c *Credentials[C]) post(ctx context.Context, owner string, body any) (C, error) {
	var credential C
	defer c.changed(owner)
	err := c.client.do(ctx, request{method: http.MethodPost, path: segments(c.path, owner), body: body, once: true}, &credential)
	return credential, err
}

// deleteLocked deletes a credential. Okta deletes INACTIVE ones only [S].
func (c *Credentials[C]) deleteLocked(ctx context.Context, owner, id string) error {
	defer c.changed(owner)
	return c.client.do(ctx, request{method: http.MethodDelete, path: segments(c.path+"/*", owner, id)}, nil)
}
