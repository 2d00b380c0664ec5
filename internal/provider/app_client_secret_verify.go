// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// verify waits until Okta accepts the secret.
func (r *appClientSecretResource) verify(ctx context.Context, app, value string) error {
	found, err := r.client.App(ctx, app)
	if err != nil {
		return err
	}
	return r.client.Verify(ctx, found, value)
}

// takeBackTime spans more than one window of the rate limit: a secret that no one was given must not
// remain because others used up the requests.
const takeBackTime = 2 * time.Minute

// takeBack retires a secret that Okta didn't accept. No one was given it, and an error that left it in
// state would make Terraform replace it and destroy the one that is in use.
func (r *appClientSecretResource) takeBack(
	ctx context.Context, plan *appClientSecretModel, secret okta.ClientSecret, verdict rotation.Judgment, value string, cause error, resp *resource.CreateResponse,
) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeBackTime)
	defer cancel()
	app := plan.AppID.ValueString()
	outcome := "The secret was deleted again. The previous secret was not changed."
	var err error
	if verdict.Action == rotation.Adopt {
		outcome = "It existed before this run, and was not changed."
	} else {
		err = r.client.Secrets.Retire(ctx, app, secret.ID, okta.Retirement{})
	}
	switch {
	case okta.IsOnlyActive(err): // then there is none in use that could suffer
		outcome = "Okta keeps it, because it is the app's only active one. It is recorded in state, and the next apply replaces it. If you set the secret yourself, change the value first."
		resp.Diagnostics.Append(r.record(ctx, plan, secret, value, resp)...)
	case err != nil:
		outcome = "Deleting it again failed as well, see below."
		resp.Diagnostics.Append(failure("delete client secret "+secret.ID+" of app "+app, err))
	}
	summary := "Client secret " + secret.ID + " of app " + app + " can't be verified"
	if okta.IsInvalidClient(cause) {
		summary = "Okta does not accept client secret " + secret.ID + " of app " + app
	}
	resp.Diagnostics.AddError(summary, explain(cause)+"\n\n"+outcome+" Apply again, or raise timeouts.create.")
}
