package okta

import (
	"context"
	"errors"
	"net/http"
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
// created, which is how a later run finishes what an interrupted one began.
//
// Errors: [*LimitError] when all places are taken; [*UnsettledError] when the
// answer was lost and the list can't be read either; [IsDuplicateKid] and the
// validation errors of Okta.
func (c *Credentials[C]) Create(ctx context.Context, owner string, wanted Wanted[C]) (Created[C], error) {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return Created[C]{}, err
	}
	defer unlock()

	present, err := c.snapshot(ctx, owner)
	if err != nil {
		return Created[C]{}, err
	}
	created, err := c.createOrFind(ctx, owner, wanted, present)
	if refusal := err; refusal != nil && is(refusal, refusedForPresence) {
		// Somebody was faster than our list: look again, once.
		if present, err = c.fresh(ctx, owner); err != nil {
			return Created[C]{}, err
		}
		created, err = c.createOrFind(ctx, owner, wanted, present)
		if is(err, refusedForPresence) {
			return Created[C]{}, refusal
		}
	}
	return created, err
}

// refusedForPresence are the refusals that speak of what is there already.
func refusedForPresence(e *APIError) bool { return IsLimit(e) || IsDuplicateKid(e) }

func (c *Credentials[C]) createOrFind(ctx context.Context, owner string, wanted Wanted[C], present []C) (Created[C], error) {
	if i := slices.IndexFunc(present, wanted.Is); i >= 0 {
		return Created[C]{Credential: present[i], Existing: true}, nil
	}
	if len(present) >= c.limit {
		if wanted.Unrecorded != nil {
			if found, ok := wanted.Unrecorded(present); ok {
				return Created[C]{Credential: found, Existing: true}, nil
			}
		}
		if err := c.makeRoom(ctx, owner, wanted.ReclaimInactive, present); err != nil {
			return Created[C]{}, err
		}
	}
	credential, err := c.createOnce(ctx, owner, wanted)
	return Created[C]{Credential: credential}, err
}

// makeRoom deletes the INACTIVE credential that was longest without change.
func (c *Credentials[C]) makeRoom(ctx context.Context, owner string, allowed bool, present []C) error {
	inactive := slices.DeleteFunc(slices.Clone(present), func(p C) bool { return p.Meta().Status != StatusInactive })
	if !allowed || len(inactive) == 0 {
		return c.limitError(present)
	}
	oldest := slices.MinFunc(inactive, func(a, b C) int { return a.Meta().LastUpdated.Compare(b.Meta().LastUpdated) })
	err := c.deleteLocked(ctx, owner, oldest.Meta().ID)
	if IsNotFound(err) {
		return nil
	}
	return err
}

func (c *Credentials[C]) limitError(present []C) error {
	limit := &LimitError{Noun: c.noun, Limit: c.limit}
	for _, p := range present {
		limit.Present = append(limit.Present, p.Meta().Holding())
	}
	return limit
}

// createOnce posts until Okta's answer, or its list, says that it happened or
// that it can't.
func (c *Credentials[C]) createOnce(ctx context.Context, owner string, wanted Wanted[C]) (C, error) {
	for attempt := 0; ; attempt++ {
		credential, err := c.post(ctx, owner, wanted.Body)
		if !IsAmbiguous(err) {
			return credential, err
		}
		found, happened, settleErr := c.settle(ctx, owner, wanted.Is)
		switch {
		case settleErr != nil:
			return credential, &UnsettledError{Noun: c.noun, Err: errors.Join(err, settleErr)}
		case happened:
			return found, nil
		case attempt >= c.client.retry.maxRetries:
			return credential, err
		}
		if c.client.retry.pause(ctx, attempt) != nil {
			return credential, err
		}
	}
}

// settle finds out whether a create whose answer was lost took effect. The
// question is asked even if the run was cancelled meanwhile.
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
}

// Retire deactivates a credential and then deletes it. That somebody else did
// either before is success.
//
// Errors: [IsOnlyActive] unless there is a stand-in; [IsForbidden].
func (c *Credentials[C]) Retire(ctx context.Context, owner, id string, how Retirement) error {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return err
	}
	defer unlock()

	_, err = c.moveLocked(ctx, owner, id, "deactivate")
	if IsOnlyActive(err) && how.StandIn != nil {
		err = c.standIn(ctx, owner, id, how.StandIn)
	}
	if IsNotFound(err) {
		return nil
	}
	if err != nil && !c.isInactive(ctx, owner, id, err) {
		return err
	}
	if how.KeepInactive {
		return nil
	}
	if err := c.deleteLocked(ctx, owner, id); !IsNotFound(err) {
		return err
	}
	return nil
}

// standIn creates a credential that nobody knows and deactivates the one that
// was the last.
func (c *Credentials[C]) standIn(ctx context.Context, owner, id string, makeBody func() (any, error)) error {
	body, err := makeBody()
	if err != nil {
		return err
	}
	if _, err := c.post(ctx, owner, body); err != nil {
		if IsLimit(err) {
			present, listErr := c.fresh(ctx, owner)
			if listErr == nil {
				err = errors.Join(err, c.limitError(present))
			}
		}
		return err
	}
	_, err = c.moveLocked(ctx, owner, id, "deactivate")
	return err
}

// isInactive tells whether a refused deactivation was needless: what Okta says
// to the deactivation of an INACTIVE credential is documented nowhere [?].
func (c *Credentials[C]) isInactive(ctx context.Context, owner, id string, refusal error) bool {
	if IsOnlyActive(refusal) || !is(refusal, func(e *APIError) bool { return e.Status == http.StatusBadRequest }) {
		return false
	}
	credential, err := c.Get(ctx, owner, id)
	return err == nil && credential.Meta().Status == StatusInactive
}

// Delete deletes an INACTIVE credential; that it is gone already is success.
//
// Errors: Okta's refusal to delete an ACTIVE one.
func (c *Credentials[C]) Delete(ctx context.Context, owner, id string) error {
	unlock, err := c.client.locks.lock(ctx, owner)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.deleteLocked(ctx, owner, id); !IsNotFound(err) {
		return err
	}
	return nil
}
