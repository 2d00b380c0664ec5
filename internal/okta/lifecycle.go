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
	// Is recognises the wanted credential among those that are there: by its
	// secret's hash, by its key. It must not match what Body would not make.
	Is func(C) bool
	// New says that nothing Is matches can be there yet, because the value was
	// made a moment ago. Then nothing is read unless Okta refuses.
	New bool
	// Unrecorded picks, when all places are taken, the credential that an
	// interrupted run created for this very purpose. Optional.
	Unrecorded func([]C) (C, bool)
	// ReclaimInactive lets an INACTIVE credential give way when all places are
	// taken. An ACTIVE one never does.
	ReclaimInactive bool
}

// Created is the outcome of [Credentials.Create].
type Created[C Credential] struct {
	Credential C
	// Existing says that the credential was there before: nothing was created.
	Existing bool
}

// Create creates a credential exactly once. If the answer is lost (a time-out,
// a reset, a 5xx), the list tells whether it happened, and only if it certainly
// did not is it sent again. A credential that is there already is taken as
// created, which is how a later run finishes what an interrupted one began; its
// status may be another than Body asks for.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/createoauth2clientsecret
// https://developer.okta.com/docs/api/openapi/okta-management/management/applicationssopublickeys/addjwk
//
// Errors: [*LimitError] when all places are taken; [*UnsettledError] when the
// answer was lost and the list can't be read either; [IsNotFound] when there is
// no such owner; [IsDuplicateKid] and [IsKidMissing] for keys; an [*APIError] 400
// for what else Okta finds wrong with Body. After any error but an
// UnsettledError nothing has been created.
func (c *Credentials[C]) Create(ctx context.Context, owner string, wanted Wanted[C]) (Created[C], error) {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return Created[C]{}, err
	}
	defer unlock()

	present, err := c.presentFor(ctx, owner, wanted)
	if err != nil {
		return Created[C]{}, err
	}
	created, refusal := c.createOrFind(ctx, owner, wanted, present)
	if !is(refusal, refusedForPresence) {
		return c.inFull(ctx, owner, created, refusal), refusal
	}
	// Okta speaks of what is there, and we didn't know of it: look again, once.
	if present, err = c.fresh(ctx, owner); err != nil {
		return Created[C]{}, fmt.Errorf("%w; and what is there can't be read: %w", refusal, err)
	}
	if created, err = c.createOrFind(ctx, owner, wanted, present); is(err, refusedForLimit) {
		err = c.limitError(present, err)
	}
	return c.inFull(ctx, owner, created, err), err
}

// inFull reads what was found in an app's document, which lacks its times, once
// more. If that fails, what is known has to do.
func (c *Credentials[C]) inFull(ctx context.Context, owner string, created Created[C], err error) Created[C] {
	if meta := created.Credential.Meta(); err == nil && meta.Created.IsZero() {
		if full, err := c.Get(ctx, owner, meta.ID); err == nil {
			created.Credential = full
		}
	}
	return created
}

// presentFor reads what Create has to know before it sends anything. What was
// read earlier in the run is good enough to go ahead, since Okta checks again,
// but not to hold back.
func (c *Credentials[C]) presentFor(ctx context.Context, owner string, wanted Wanted[C]) ([]C, error) {
	known := c.known(owner)
	if wanted.New && !known {
		return nil, nil
	}
	present, err := c.snapshot(ctx, owner)
	if known && (len(present) >= c.limit || slices.ContainsFunc(present, wanted.Is)) {
		return c.fresh(ctx, owner)
	}
	return present, err
}

// refusedForPresence are the refusals that speak of what is there already.
func refusedForPresence(e *APIError) bool { return refusedForLimit(e) || IsDuplicateKid(e) }

func refusedForLimit(e *APIError) bool { return IsLimit(e) }

func (c *Credentials[C]) createOrFind(ctx context.Context, owner string, wanted Wanted[C], present []C) (Created[C], error) {
	if i := slices.IndexFunc(present, wanted.Is); i >= 0 {
		return c.adopt(owner, present[i]), nil
	}
	if len(present) >= c.limit {
		if wanted.Unrecorded != nil {
			if found, ok := wanted.Unrecorded(slices.Clone(present)); ok {
				return c.adopt(owner, found), nil
			}
		}
		if err := c.makeRoom(ctx, owner, wanted.ReclaimInactive, present); err != nil {
			return Created[C]{}, err
		}
	}
	credential, err := c.createOnce(ctx, owner, wanted)
	return Created[C]{Credential: credential}, err
}

// adopt takes a credential that is there for the one that was wanted.
func (c *Credentials[C]) adopt(owner string, found C) Created[C] {
	c.adopted.Store(ownerAndID{owner, found.Meta().ID}, true)
	return Created[C]{Credential: found, Existing: true}
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
	return &LimitError{Noun: c.noun, Limit: c.limit, Present: allHoldings(present), Err: refusal}
}

func allHoldings[C Credential](credentials []C) (all []Holding) {
	for _, credential := range credentials {
		all = append(all, credential.Meta().Holding())
	}
	return all
}

// createOnce posts until Okta's answer, or its list, says that it happened or
// that it can't.
func (c *Credentials[C]) createOnce(ctx context.Context, owner string, wanted Wanted[C]) (C, error) {
	for attempt := 0; ; attempt++ {
		credential, err := c.post(ctx, owner, wanted.Body)
		if !IsAmbiguous(err) {
			return credential, err
		}
		// A moment for Okta to finish what it may have begun; none if the run
		// was cancelled, but the question is asked all the same.
		cancelled := c.client.retry.pause(ctx, attempt) != nil
		found, happened, settleErr := c.settle(ctx, owner, wanted.Is)
		switch {
		case happened:
			return found, nil
		case IsNotFound(settleErr):
			return credential, settleErr // the owner is gone, and all it held
		case settleErr != nil:
			return credential, &UnsettledError{Noun: c.noun, Create: err, Err: settleErr}
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
	if i := slices.IndexFunc(present, is); i >= 0 {
		return present[i], true, nil
	}
	return found, false, nil
}

// Retirement says how a credential ends.
type Retirement struct {
	// KeepInactive ends it with deactivation, from which it can come back.
	KeepInactive bool
	// StandIn makes the body of a credential nobody knows, which takes the
	// place of the last active one so that it can be retired. Nil leaves
	// Okta's refusal standing: it is what keeps a replacement in the wrong
	// order from locking an app out.
	StandIn func() (any, error)
	// ReclaimInactive lets an INACTIVE credential give way to the stand-in when
	// all places are taken.
	ReclaimInactive bool
}

// Retire deactivates a credential and then deletes it. That somebody else did
// either before is success.
//
// A credential that [Credentials.Create] of this client has found instead of
// creating it is not retired: it is the new one. Terraform destroys the object
// before it, which may carry the same id, after creating the new one.
//
// Errors: [IsOnlyActive] unless there is a stand-in; [*LimitError] when there is
// no place for the stand-in.
func (c *Credentials[C]) Retire(ctx context.Context, owner, id string, how Retirement) error {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return err
	}
	defer unlock()
	if _, adopted := c.adopted.Load(ownerAndID{owner, id}); adopted {
		return nil
	}
	_, err = c.moveLocked(ctx, owner, id, StatusInactive)
	if IsOnlyActive(err) && how.StandIn != nil {
		err = c.standIn(ctx, owner, id, how)
	}
	switch {
	case IsNotFound(err):
		return nil
	case err != nil || how.KeepInactive:
		return err
	}
	return c.deleteLocked(ctx, owner, id)
}

// standIn creates a credential that nobody knows and deactivates the one that
// was the last. Where the answer to the creation is lost, the deactivation
// tells whether it happened.
func (c *Credentials[C]) standIn(ctx context.Context, owner, id string, how Retirement) error {
	body, err := how.StandIn()
	if err != nil {
		return err
	}
	if how.ReclaimInactive {
		present, err := c.fresh(ctx, owner)
		if err == nil && len(present) >= c.limit {
			err = c.makeRoom(ctx, owner, true, present)
		}
		if err != nil {
			return err
		}
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
			limit.StandIn = true
			return limit
		case created != nil && !IsAmbiguous(created):
			return created
		case created != nil && c.client.retry.pause(ctx, attempt) != nil:
			return created // the next run finds the stand-in, if it is there
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
