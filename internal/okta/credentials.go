// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
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

// check refuses what is not a credential, and a status that Okta doesn't document.
func (m Metadata) check() error {
	switch {
	case m.ID == "":
		return errUnexpected
	case m.Status != StatusActive && m.Status != StatusInactive:
		return &StatusError{ID: m.ID, Status: m.Status}
	default:
		return nil
	}
}

// checkAll checks each credential of a list.
func checkAll[C Credential](credentials []C) error {
	for _, credential := range credentials {
		if err := credential.Meta().check(); err != nil {
			return err
		}
	}
	return nil
}

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
// Next to the errors that each call names, every call can end with those of
// [IsInvalidToken], [IsForbidden], [IsInsufficientScope], [IsFeatureDisabled]
// and [IsRateLimited], with a [*TransportError], and with a [*TokenError].
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys
type Credentials[C Credential] struct {
	client *Client
	noun   string // in messages: "client secret"
	limit  int    // how many an owner may hold, INACTIVE ones included
	path   string // of the collection, "*" standing for the owner

	// confirm says whether the response to a create is about what was sent.
	confirm func(body any, created C) error
	// decodeList reads the response to a list; Okta's lists differ in shape.
	decodeList func(json.RawMessage) ([]C, error)
	// snapshot reads all credentials of an owner in the cheapest way there is,
	// once until something changes.
	snapshot func(context.Context, string) ([]C, error)
	// known tells whether snapshot would answer from memory.
	known func(owner string) bool
	// changed drops what has been read and a change of a credential outdates.
	changed func(owner string)
	// update changes what has been read as a write has changed the org.
	update func(owner string, change func([]C) []C)
	// protect refuses to retire a credential that the client itself needs; nil if none.
	protect func(ctx context.Context, owner, id string) error
	// mayLoseAll says that Okta doesn't promise to keep the last ACTIVE one.
	mayLoseAll bool
}

// List reads all credentials of an owner, in no particular order.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/listoauth2clientsecrets
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/listjwk
//
// Errors: [IsNotFound] means that there is no such owner.
func (c *Credentials[C]) List(ctx context.Context, owner string) ([]C, error) {
	answer := list[C]{decode: c.decodeList}
	err := c.client.do(ctx, request{method: http.MethodGet, path: segments(c.path, owner)}, &answer)
	return answer.credentials, err
}

// list is the response to a list.
type list[C Credential] struct {
	decode      func(json.RawMessage) ([]C, error)
	credentials []C
}

func (l *list[C]) UnmarshalJSON(data []byte) (err error) {
	l.credentials, err = l.decode(data)
	return err
}

// check refuses a list that holds anything but credentials.
func (l *list[C]) check() error { return checkAll(l.credentials) }

// Snapshot returns all credentials of an owner as this client last read them,
// and reads them if it has not, or has changed them since.
//
// Errors: those of [Credentials.List].
func (c *Credentials[C]) Snapshot(ctx context.Context, owner string) ([]C, error) {
	credentials, err := c.snapshot(ctx, owner)
	return slices.Clone(credentials), err // others hold the same
}

// fresh reads all credentials of an owner again.
func (c *Credentials[C]) fresh(ctx context.Context, owner string) ([]C, error) {
	c.changed(owner)
	return c.snapshot(ctx, owner)
}

// Get reads one credential.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/getoauth2clientsecret
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/getjwk
//
// Errors: [IsNotFound]; [IsAppNotFound] if it is the owner that is unknown.
func (c *Credentials[C]) Get(ctx context.Context, owner, id string) (C, error) {
	var credential C
	err := c.client.do(ctx, request{
		method: http.MethodGet, path: segments(c.path+"/*", owner, id),
		confirm: func() error { return mismatch(credential.Meta().ID, "id", id, credential.Meta().ID) },
	}, &credential)
	return credential, err
}

// SetStatus makes Okta accept or refuse the credential. One that has the status keeps
// it. Activating an encryption key deactivates the one that was active [S].
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/activateoauth2clientsecret
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/activateoauth2clientjsonwebkey
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/deactivateoauth2clientsecret
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/deactivateoauth2clientjsonwebkey
//
// Errors: [IsNotFound]; [IsOnlyActive] for the deactivation of the last active secret,
// and of the last active key when the app authenticates with private_key_jwt.
func (c *Credentials[C]) SetStatus(ctx context.Context, owner, id string, to Status) (C, error) {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		var none C
		return none, err
	}
	defer unlock()
	return c.moveLocked(ctx, owner, id, to)
}

var lifecycleVerbs = map[Status]string{StatusActive: "activate", StatusInactive: "deactivate"}

func (c *Credentials[C]) moveLocked(ctx context.Context, owner, id string, to Status) (C, error) {
	var credential C
	if to == StatusInactive && c.protect != nil {
		if err := c.protect(ctx, owner, id); err != nil {
			return credential, err
		}
	}
	if to == StatusInactive && c.mayLoseAll {
		if err := c.keepLast(ctx, owner, id); err != nil {
			return credential, err
		}
	}
	err := c.client.do(ctx, request{
		method: http.MethodPost, path: segments(c.path+"/*/lifecycle/"+lifecycleVerbs[to], owner, id),
		confirm: func() error {
			meta := credential.Meta()
			return cmp.Or(mismatch(meta.ID, "id", id, meta.ID), mismatch(meta.ID, "status", string(to), string(meta.Status)))
		},
	}, &credential)
	if err == nil {
		c.update(owner, func(all []C) []C { return append(without(all, id), credential) })
		return credential, nil
	}
	c.changed(owner)
	if is(err, mayBeNeedless) {
		if there, ok := c.inStatus(ctx, owner, id, to); ok {
			return there, nil
		}
	}
	return credential, err
}

// without returns the others.
func without[C Credential](all []C, id string) []C {
	return slices.DeleteFunc(all, func(credential C) bool { return credential.Meta().ID == id })
}

// keepLast refuses to take the last ACTIVE credential from its owner.
func (c *Credentials[C]) keepLast(ctx context.Context, owner, id string) error {
	present, err := c.fresh(ctx, owner)
	if err != nil {
		return err
	}
	active := slices.DeleteFunc(slices.Clone(present), func(p C) bool { return p.Meta().Status != StatusActive })
	if len(active) == 1 && active[0].Meta().ID == id {
		return &OnlyActiveError{Noun: c.noun, ID: id}
	}
	return nil
}

// mayBeNeedless: what Okta says to the deactivation of an INACTIVE credential is
// documented nowhere [?], so that any refusal of the request itself, except
// those that are known, may mean that someone was faster.
func mayBeNeedless(e *APIError) bool {
	return e.Status == http.StatusBadRequest && !IsNotFound(e) && !IsOnlyActive(e)
}

// inStatus returns the credential if it has the status already.
func (c *Credentials[C]) inStatus(ctx context.Context, owner, id string, status Status) (credential C, ok bool) {
	present, err := c.fresh(ctx, owner)
	if err != nil {
		return credential, false
	}
	i := slices.IndexFunc(present, func(p C) bool { return p.Meta().ID == id && p.Meta().Status == status })
	if i < 0 {
		return credential, false
	}
	return present[i], true
}

// post creates a credential, once: a response that got lost is not asked for again.
func (c *Credentials[C]) post(ctx context.Context, owner string, body any) (C, error) {
	var credential C
	err := c.client.do(ctx, request{
		method: http.MethodPost, path: segments(c.path, owner), body: body, once: true,
		confirm: func() error { return c.confirm(body, credential) },
	}, &credential)
	if err != nil {
		c.changed(owner)
		return credential, err
	}
	c.update(owner, func(all []C) []C { return append(all, credential) })
	return credential, nil
}

// Delete deletes an INACTIVE credential; that it is deleted already is success.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/deleteoauth2clientsecret
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/deletejwk
//
// Errors: an [*APIError] 400 for an ACTIVE one, which Okta keeps.
func (c *Credentials[C]) Delete(ctx context.Context, owner, id string) error {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return err
	}
	defer unlock()
	return c.deleteLocked(ctx, owner, id)
}

func (c *Credentials[C]) deleteLocked(ctx context.Context, owner, id string) error {
	if c.protect != nil {
		if err := c.protect(ctx, owner, id); err != nil {
			return err
		}
	}
	err := c.client.do(ctx, request{method: http.MethodDelete, path: segments(c.path+"/*", owner, id)}, nothing{})
	if err == nil {
		c.update(owner, func(all []C) []C { return without(all, id) })
		return nil
	}
	c.changed(owner)
	if IsNotFound(err) {
		return nil
	}
	return err
}
