// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"fmt"
	"slices"
)

// The ordered operations: what Okta offers as single calls and what goes wrong
// unless the calls come in the right order. Each runs under the owner's lock.

// Wanted describes a credential to be created.
type Wanted[C Credential] struct {
	// Body is what is sent.
	Body any
	// Is recognizes the credential that Body makes: by its secret's hash, by its key.
	Is func(C) bool
	// ReclaimInactive lets Create delete an INACTIVE credential when no slot is
	// free. It never deletes an ACTIVE one.
	ReclaimInactive bool
}

// Create creates a credential exactly once. If the response is lost (a timeout, a
// reset, a 5xx), the list tells whether it happened, and the request is sent again
// only if it certainly did not.
//
// Create never adopts: a credential that existed before the call isn't returned.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/createoauth2clientsecret
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/addjwk
//
// Errors: [*ExistsError] when the owner already has the credential; [*LimitError]
// when no slot is free; [*UnsettledError] when the response was lost and the list
// can't be read either; [IsNotFound] when the owner doesn't exist; [IsDuplicateKid]
// and [IsKidMissing] for keys; an [*APIError] 400 for anything else that Okta
// rejects in Body. After any error except an UnsettledError nothing was created.
func (c *Credentials[C]) Create(ctx context.Context, owner string, wanted Wanted[C]) (C, error) {
	var none C
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return none, err
	}
	defer unlock()

	// What was read earlier in the run is good enough to go ahead, because Okta
	// checks again, but not to refuse.
	known := c.known(owner)
	present, err := c.snapshot(ctx, owner)
	if known && (len(present) >= c.limit || slices.ContainsFunc(present, wanted.Is)) {
		present, err = c.fresh(ctx, owner)
	}
	if err != nil {
		return none, err
	}
	created, refusal := c.createBeside(ctx, owner, wanted, present)
	if !is(refusal, refusedForPresence) {
		return created, refusal
	}
	// Okta speaks of credentials that this client hasn't seen: look again, once.
	if present, err = c.fresh(ctx, owner); err != nil {
		return none, fmt.Errorf("%w; listing the app's credentials failed: %w", refusal, err)
	}
	if created, err = c.createBeside(ctx, owner, wanted, present); is(err, refusedForLimit) {
		err = c.limitError(present, err)
	}
	return created, err
}

// refusedForPresence are the refusals that speak of what the owner already has.
func refusedForPresence(e *APIError) bool { return refusedForLimit(e) || IsDuplicateKid(e) }

func refusedForLimit(e *APIError) bool { return IsLimit(e) }

// createBeside creates a credential next to those that are present.
func (c *Credentials[C]) createBeside(ctx context.Context, owner string, wanted Wanted[C], present []C) (C, error) {
	var none C
	if i := slices.IndexFunc(present, wanted.Is); i >= 0 {
		return none, &ExistsError{Noun: c.noun, Existing: present[i].Meta().Holding()}
	}
	if len(present) >= c.limit {
		if err := c.makeRoom(ctx, owner, wanted.ReclaimInactive, present); err != nil {
			return none, err
		}
	}
	return c.createOnce(ctx, owner, wanted)
}

// makeRoom deletes the INACTIVE credential that was longest without change.
func (c *Credentials[C]) makeRoom(ctx context.Context, owner string, allowed bool, present []C) error {
	inactive := slices.DeleteFunc(slices.Clone(present), func(p C) bool { return p.Meta().Status != StatusInactive })
	if !allowed || len(inactive) == 0 {
		return c.limitError(present, nil)
	}
	oldest := slices.MinFunc(inactive, func(a, b C) int { return a.Meta().LastUpdated.Compare(b.Meta().LastUpdated) })
	return c.deleteLocked(ctx, owner, oldest.Meta().ID)
}

func (c *Credentials[C]) limitError(present []C, refusal error) *LimitError {
	return &LimitError{Noun: c.noun, Limit: c.limit, Present: HoldingsOf(present), Err: refusal}
}

// createOnce posts until Okta's response, or its list, says that it happened or
// that it can't.
func (c *Credentials[C]) createOnce(ctx context.Context, owner string, wanted Wanted[C]) (C, error) {
	for attempt := 0; ; attempt++ {
		credential, err := c.post(ctx, owner, wanted.Body)
		// A refusal of the second request may speak of what the first one created.
		mayBeOurs := attempt > 0 && is(err, refusedForPresence)
		if !IsAmbiguous(err) && !mayBeOurs {
			return credential, err
		}
		// A moment for Okta to finish what it may have begun; none if the run
		// was canceled, but the list is read even then.
		cancelled := c.client.retry.pause(ctx, attempt) != nil
		found, happened, settleErr := c.settle(ctx, owner, wanted.Is)
		switch {
		case happened:
			return found, nil
		case IsNotFound(settleErr):
			return credential, settleErr // the owner is deleted, and all it held
		case settleErr != nil:
			return credential, &UnsettledError{Noun: c.noun, Create: err, Err: settleErr}
		case mayBeOurs:
			return credential, err
		case cancelled || attempt >= c.client.retry.maxRetries:
			return credential, fmt.Errorf("not created: %w", err)
		}
	}
}

// settle finds out whether a create whose answer was lost took effect.
func (c *Credentials[C]) settle(ctx context.Context, owner string, is func(C) bool) (found C, happened bool, err error) {
	ctx, cancel := settling(ctx)
	defer cancel()
	present, err := c.fresh(ctx, owner)
	if err != nil {
		return found, false, err
	}
	i := slices.IndexFunc(present, is)
	if i < 0 {
		return found, false, nil
	}
	found = present[i]
	if found.Meta().Created.IsZero() { // the app's document, which lists keys, lacks their times
		if full, err := c.Get(ctx, owner, found.Meta().ID); err == nil {
			found = full
		}
	}
	return found, true, nil
}

// Retirement says how a credential is retired.
type Retirement struct {
	// KeepInactive only deactivates it, so that it can be activated again.
	KeepInactive bool
	// Placeholder makes the body of a credential no one knows, which takes the
	// place of the last active one so that it can be retired. Nil leaves
	// Okta's refusal standing: it is what keeps a replacement in the wrong
	// order from locking an app out.
	Placeholder func() (any, error)
}

// Retire deactivates a credential and then deletes it. That someone else did
// either before is success.
//
// Errors: [IsOnlyActive] unless there is a placeholder; [*LimitError] when there is
// no place for the placeholder.
func (c *Credentials[C]) Retire(ctx context.Context, owner, id string, how Retirement) error {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = c.moveLocked(ctx, owner, id, StatusInactive)
	if IsOnlyActive(err) && how.Placeholder != nil {
		err = c.placeholder(ctx, owner, id, how)
	}
	switch {
	case IsNotFound(err):
		return nil
	case err != nil || how.KeepInactive:
		return err
	}
	return c.deleteLocked(ctx, owner, id)
}

// placeholder creates a credential that no one knows and deactivates the one that
// was the last. Where the response to the creation is lost, the deactivation
// tells whether it happened.
func (c *Credentials[C]) placeholder(ctx context.Context, owner, id string, how Retirement) error {
	body, err := how.Placeholder()
	if err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		_, created := c.post(ctx, owner, body)
		switch {
		case IsLimit(created):
			present, err := c.fresh(ctx, owner)
			if err != nil {
				return created
			}
			limit := c.limitError(present, created)
			limit.Placeholder = true
			return limit
		case created != nil && !IsAmbiguous(created):
			return created
		case created != nil && c.client.retry.pause(ctx, attempt) != nil:
			return created // the next run finds the placeholder, if it is there
		}
		_, moved := c.moveLocked(ctx, owner, id, StatusInactive)
		if created == nil || !IsOnlyActive(moved) {
			return moved
		}
		if attempt >= c.client.retry.maxRetries {
			return created
		}
	}
}
