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
// secret whose response was lost is of no use. A list before and a list after the
// creation tell whether one has appeared, but not whose it is: it is named, and
// never retired.
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
		appeared, settleErr := secrets.appearedSince(ctx, service, before)
		if settleErr == nil && len(appeared) > 0 {
			settleErr = errNotProved
		}
		switch {
		case IsNotFound(settleErr):
			return created, settleErr // the integration is deleted, and all it held
		case settleErr != nil:
			return created, &UnsettledError{
				Noun: secrets.noun, Create: err, Err: settleErr,
				ValueLost: true, Before: HoldingsOf(before), Appeared: HoldingsOf(appeared),
			}
		case cancelled || attempt >= c.retry.maxRetries:
			return created, fmt.Errorf("not created: %w", err)
		}
	}
}

// errNotProved: another run may have created it at the same time.
var errNotProved = errors.New("nothing proves that this run created it")

// appearedSince returns what the owner has and did not have before.
func (c *Credentials[C]) appearedSince(ctx context.Context, owner string, before []C) (appeared []C, err error) {
	ctx, cancel := settling(ctx)
	defer cancel()
	present, err := c.fresh(ctx, owner)
	return slices.DeleteFunc(slices.Clone(present), func(p C) bool {
		return slices.ContainsFunc(before, func(b C) bool { return b.Meta().ID == p.Meta().ID })
	}), err
}
