// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

func newServiceSecrets(client *Client) *Credentials[ClientSecret] {
	secrets := secretsAt("integrations/api/v1/api-services/*/credentials/secrets", client, &client.snapshots.serviceSecrets)
	secrets.mayLoseAll = true // only for apps, Okta documents that it refuses [S]
	return secrets
}

// CreateServiceSecret creates a client secret of an API service integration.
// Okta generates the value and shows it in the response alone [S], so that a
// secret whose answer was lost is of no use: it is retired, and another made.
// Which one that is, a list before and a list after the creation tell.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/apiserviceintegrations/createapiserviceintegrationinstancesecret
//
// Errors: [*ValueError] when the response has something else in the place of the
// value, so that the secret exists and is of no use; [*LimitError] when both slots are taken; [*UnsettledError] when the
// response was lost and the secret may exist anyway; [IsNotFound] when there
// is no such integration.
func (c *Client) CreateServiceSecret(ctx context.Context, service string, reclaimInactive bool) (ClientSecret, error) {
	secrets := c.ServiceSecrets
	unlock, err := c.locks.lock(ctx, service)
	if err != nil {
		return ClientSecret{}, err
	}
	defer unlock()
	before, err := secrets.fresh(ctx, service)
	if err != nil {
		return ClientSecret{}, err
	}
	if len(before) >= secrets.limit {
		if err := secrets.makeRoom(ctx, service, reclaimInactive, before); err != nil {
			return ClientSecret{}, err
		}
	}
	for attempt := 0; ; attempt++ {
		created, err := secrets.post(ctx, service, nil) // the operation takes no body [S]
		if !IsAmbiguous(err) {
			return created, err
		}
		cancelled := c.retry.pause(ctx, attempt) != nil
		appeared, settleErr := secrets.retireLost(ctx, service, before)
		switch {
		case IsNotFound(settleErr):
			return created, settleErr // the integration is deleted, and all it held
		case settleErr != nil:
			return created, &UnsettledError{
				Noun: secrets.noun, Create: err, Err: settleErr,
				ValueLost: true, Before: allHoldings(before), Appeared: allHoldings(appeared),
			}
		case cancelled || attempt >= c.retry.maxRetries:
			return created, fmt.Errorf("not created: %w", err)
		}
	}
}

// errWhichOne: of several, no one could say which is ours.
var errWhichOne = errors.New("it can't be told which one it is")

// retireLost retires the one credential that has appeared since before. If it can't,
// it returns what has appeared, as far as that is known.
func (c *Credentials[C]) retireLost(ctx context.Context, owner string, before []C) (appeared []C, err error) {
	ctx, cancel := settling(ctx)
	defer cancel()
	present, err := c.fresh(ctx, owner)
	if err != nil {
		return nil, err
	}
	appeared = slices.DeleteFunc(slices.Clone(present), func(p C) bool {
		return slices.ContainsFunc(before, func(b C) bool { return b.Meta().ID == p.Meta().ID })
	})
	switch len(appeared) {
	case 0:
		return nil, nil
	case 1:
		id := appeared[0].Meta().ID
		off, err := c.moveLocked(ctx, owner, id, StatusInactive)
		switch {
		case IsNotFound(err):
			return nil, nil
		case err != nil:
			return appeared, err
		}
		return []C{off}, c.deleteLocked(ctx, owner, id)
	default:
		return appeared, errWhichOne
	}
}
