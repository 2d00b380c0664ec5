// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func (r *appJWKResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state appJWKModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	app, id := state.AppID.ValueString(), state.ID.ValueString()
	if state.OnDestroy.ValueString() == onDestroyRetain || resp.Diagnostics.HasError() || !r.mayRetire(app, id) {
		return
	}
	ctx, end, ok := r.changing(ctx, state.Timeouts.Delete, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	encrypts := state.Use.ValueString() == "enc"
	err := drained(ctx, &r.configured, state.Drain, r.client.Keys, app, id)
	if err == nil && state.AllowLastCredentialDestroy.ValueBool() && encrypts {
		err = r.replaceEncryptionKey(ctx, app, id)
	}
	if err == nil {
		err = r.client.Keys.Retire(ctx, app, id, retirement(state.OnDestroy, state.AllowLastCredentialDestroy, placeholderKey))
	}
	// Okta deactivates the active encryption key only in exchange for another, no matter what else there is [S].
	isLast := okta.IsOnlyActive(err) || okta.IsActiveEncryptionKey(err)
	if forGood, _ := getPrivate[bool](ctx, req.Private, keyDestroy, &resp.Diagnostics); okta.IsActiveEncryptionKey(err) && !forGood {
		resp.Diagnostics.AddError("Okta: can't retire key "+id+" of app "+app, explain(err)+"\n\n"+encryptionKeyAdvice)
		return
	}
	resp.Diagnostics.Append(r.retired(ctx, keyObject, "key", app, id, err, isLast, req.Private)...)
}

// encryptionKeyAdvice is what to do about an encryption key that can't go.
const encryptionKeyAdvice = "Okta deactivates the active encryption key only by activating another. If this is a replacement, the new key has to come first. " +
	"Add to the resource:\n\n  lifecycle {\n    create_before_destroy = true\n  }\n\n" +
	"To destroy the resource, set on_destroy = \"retain\", which leaves it in Okta, or allow_last_credential_destroy = true, which revokes it. Apply, and destroy again."

// placeholderKey is a key whose private half no one has.
func placeholderKey() (any, error) {
	return newPlaceholderKey("EC_P256", "sig", okta.StatusActive)
}

func newPlaceholderKey(algorithm, use string, status okta.Status) (okta.Key, error) {
	pair, err := jwk.Generate(algorithm)
	if err != nil {
		return okta.Key{}, err
	}
	key := pair.Public
	key.Use = use
	return newKey(key, status), nil
}

// replaceEncryptionKey puts an encryption key whose private half no one has in
// the place of an active one, which Okta deactivates in exchange and never
// alone [S].
func (r *appJWKResource) replaceEncryptionKey(ctx context.Context, app, id string) error {
	keys, err := r.client.Keys.Snapshot(ctx, app)
	if err != nil {
		return err
	}
	if key, ok := find(keys, id); !ok || key.Status != okta.StatusActive {
		return nil
	}
	key, err := newPlaceholderKey("RSA_2048", "enc", okta.StatusInactive)
	if err != nil {
		return err
	}
	created, err := r.client.Keys.Create(ctx, app, okta.Wanted[okta.Key]{Body: key, Is: sameKey(key.Key)})
	if err != nil {
		return err
	}
	_, err = r.client.Keys.SetStatus(ctx, app, created.ID, okta.StatusActive)
	return err
}
