package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// verify waits until Okta accepts the secret.
func (r *appClientSecretResource) verify(ctx context.Context, app, value string) error {
	found, err := r.client.App(ctx, app)
	if err != nil {
		return err
	}
	return r.client.Verify(ctx, found, value)
}

// takeBackTime spans more than one window of the rate limit: a secret that nobody
// was given is not to stay because others had the requests.
const takeBackTime = 2 * time.Minute

// takeBack ends a secret that Okta would not accept. It has been given to
// nobody, and an error that left it in state would make Terraform replace it
// and destroy the one that is in use.
func (r *appClientSecretResource) takeBack(ctx context.Context, plan *appClientSecretModel, created okta.Created[okta.ClientSecret], value string, cause error, resp *resource.CreateResponse) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeBackTime)
	defer cancel()
	app, secret := plan.AppID.ValueString(), created.Credential
	outcome := "The secret was taken back; the one before it stays as it is."
	var err error
	if created.Existing {
		outcome = "It was there before this run, and stays."
	} else {
		err = r.client.Secrets.Retire(ctx, app, secret.ID, okta.Retirement{})
	}
	switch {
	case okta.IsOnlyActive(err): // then there is none in use that could suffer
		outcome = "It is the app's only active one, so Okta keeps it; it was recorded, and the next apply replaces it, by another value if you give your own."
		resp.Diagnostics.Append(r.record(ctx, plan, secret, value, resp)...)
	case err != nil:
		outcome = "It could not be taken back either, see below."
		resp.Diagnostics.Append(failure("take back client secret "+secret.ID+" of app "+app, err))
	}
	summary := "Client secret " + secret.ID + " of app " + app + " can't be verified"
	if okta.IsInvalidClient(cause) {
		summary = "Okta does not accept client secret " + secret.ID + " of app " + app
	}
	resp.Diagnostics.AddError(summary, explain(cause)+"\n\n"+outcome+" Apply again, or raise timeouts.create.")
}
