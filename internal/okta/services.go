package okta

import (
	"context"
	"fmt"
	"slices"
)

func newServiceSecrets(client *Client) *Credentials[ClientSecret] {
	return secretsAt("integrations/api/v1/api-services/*/credentials/secrets", client, &client.snapshots.serviceSecrets)
}

// CreateServiceSecret creates a client secret of an API service integration.
// Okta generates the value and shows it in the answer alone [S], so that a
// secret whose answer was lost is of no use: it is retired, and another made.
// Which one that is, a list before and a list after the creation tell.
//
// https://developer.okta.com/docs/api/openapi/okta-management/management/apiserviceintegrations/createapiserviceintegrationinstancesecret
//
// Errors: [*LimitError] when both places are taken; [*UnsettledError] when the
// answer was lost and the list can't be read either; [IsNotFound] when there is
// no such integration.
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
		created, err := secrets.post(ctx, service, struct{}{})
		if !IsAmbiguous(err) {
			return created, err
		}
		cancelled := c.retry.pause(ctx, attempt) != nil
		if settleErr := secrets.retireLost(ctx, service, before); settleErr != nil {
			return created, &UnsettledError{Noun: secrets.noun, Create: err, Err: settleErr}
		}
		if cancelled || attempt >= c.retry.maxRetries {
			return created, fmt.Errorf("not created: %w", err)
		}
	}
}

// retireLost ends the one secret that has appeared since before. Of several,
// nobody could say which is ours.
func (c *Credentials[C]) retireLost(ctx context.Context, owner string, before []C) error {
	ctx, cancel := settling(ctx)
	defer cancel()
	present, err := c.fresh(ctx, owner)
	if err != nil {
		return err
	}
	lost := slices.DeleteFunc(slices.Clone(present), func(p C) bool {
		return slices.ContainsFunc(before, func(b C) bool { return b.Meta().ID == p.Meta().ID })
	})
	if len(lost) != 1 {
		return nil
	}
	id := lost[0].Meta().ID
	if _, err := c.moveLocked(ctx, owner, id, StatusInactive); err != nil && !IsNotFound(err) {
		return err
	}
	return c.deleteLocked(ctx, owner, id)
}
