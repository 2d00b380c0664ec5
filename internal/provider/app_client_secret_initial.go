// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// What happens to the secret that Okta generates when it creates an app.
const (
	initialSecretKeep    = "keep"
	initialSecretReplace = "replace"
)

// initialAge is how old an app may be whose initial secret is replaced.
const initialAge = time.Hour

// isInitial tells whether Okta generated the secret when it created the app [R: every confidential app is
// created with one]. That needs an app that is new by the org's clock, and a secret that is as old as the
// app and that this provider didn't make.
func isInitial(app okta.App, secret okta.ClientSecret, now time.Time) bool {
	return now.Sub(app.Created) < initialAge && isAsOldAs(app, secret.Created) && !okta.Generated(secret.Value)
}

func isAsOldAs(app okta.App, created time.Time) bool {
	return !created.After(app.Created.Add(time.Second))
}

// mayBeInitial tells the same as far as the secret alone shows it.
func mayBeInitial(secret okta.ClientSecret, now time.Time) bool {
	return now.Sub(secret.Created) < initialAge && !okta.Generated(secret.Value)
}

// enterInitial tells the other objects of the run which secret a new one with initial_secret = "replace"
// deletes: Create, which isn't told what state holds, would delete that of another object.
func (r *appClientSecretResource) enterInitial(ctx context.Context, plan appClientSecretModel, present []okta.ClientSecret) (diags diag.Diagnostics) {
	app, young := plan.AppID.ValueString(), slices.DeleteFunc(slices.Clone(present), func(secret okta.ClientSecret) bool { return !mayBeInitial(secret, r.now()) })
	if plan.InitialSecret.ValueString() != initialSecretReplace || len(young) == 0 {
		return nil
	}
	found, err := r.client.App(ctx, app)
	for _, secret := range young {
		if err == nil && isInitial(found, secret, r.now()) { // else Create, which asks again, leaves it alone
			diags.Append(r.ledger.add(app, entry{object: secretObject, role: deletes, id: secret.ID})...)
		}
	}
	return diags
}

// initialInState is what a plan says of an object with initial_secret = "replace" that holds the initial secret
// and is replaced.
func (r *appClientSecretResource) initialInState(ctx context.Context, plan appClientSecretModel, facts secretFacts) (diags diag.Diagnostics) {
	if !facts.Initial || plan.InitialSecret.ValueString() != initialSecretReplace || !r.ready() {
		return nil
	}
	app, id := facts.App, facts.Self.ID
	if found, err := r.client.App(ctx, app); err != nil || !isAsOldAs(found, facts.Self.Created) {
		return nil
	}
	r.report(initialManaged, app, id)
	diags.Append(unlessDestroying(diag.NewErrorDiagnostic("The initial client secret of app "+app+" is in the state",
		"With initial_secret = \"replace\", the new secret deletes "+id+" at once, and ignores drain. But "+id+" is in the state, so it may be in use. "+
			"Remove initial_secret from this resource: a secret in the state is replaced without it.")))
	return diags
}

// replaceInitial deletes the secret that the app was created with, now that another one exists. It is
// recorded already, so that a failure is no more than a warning.
func (r *appClientSecretResource) replaceInitial(ctx context.Context, app string, created okta.ClientSecret, present []okta.ClientSecret) (diags diag.Diagnostics) {
	for _, secret := range present {
		if secret.ID == created.ID || okta.Generated(secret.Value) { // in a rotation, the secret that is replaced
			continue
		}
		found, err := r.client.App(ctx, app)
		switch {
		case err == nil && !isInitial(found, secret, r.now()):
			r.report(notInitial, app, secret.ID)
			diags.AddWarning("Client secret "+secret.ID+" of app "+app+" was not replaced",
				"initial_secret = \"replace\" deletes only the secret that a new app was created with, within the first hour. This one is another one, or the app is older. "+
					"If this apply replaces it, there is nothing to do. Otherwise import it, or delete it if nothing uses it: until then, no rotation can happen.")
			continue
		case err == nil:
			err = r.client.Secrets.Retire(ctx, app, secret.ID, okta.Retirement{})
		}
		if err != nil {
			diags.AddWarning("The initial client secret of app "+app+" was not deleted", explain(err)+"\n\nThe new secret exists. Delete "+secret.ID+" in the Admin Console: until then, no rotation can happen.")
		}
	}
	return diags
}

// Reasons for what a plan or Create says of an app's other secret.
const (
	notInitial     rotation.Reason = "not_initial"     // initial_secret = "replace" leaves it alone
	initialManaged rotation.Reason = "initial_managed" // initial_secret = "replace" would delete it, and state holds it
	unmanaged      rotation.Reason = "unmanaged"       // it will be in the way
)

// warnOfUnmanaged says, once in a run, that no rotation can happen while the app's other secret isn't
// managed: for sixty apps one warning is enough.
//
// Terraform plans the create half of a replacement again during apply, and gives no hint that it
// replaces the other secret. So it is silent about a secret that this provider generated, which is
// what a rotation replaces, and doesn't claim to know of another one what only a refresh shows.
func (r *appClientSecretResource) warnOfUnmanaged(app string, present []okta.ClientSecret) (diags diag.Diagnostics) {
	if len(present) == 0 {
		return nil
	}
	other, certain := present[0], r.ledger.planning()
	if r.ledger.held(app, other.ID) || !certain && okta.Generated(other.Value) {
		return nil
	}
	r.report(unmanaged, app, other.ID)
	if r.ledger.warned.Swap(true) {
		return nil
	}
	title, doubt := "No rotation can happen in app {app} while its other client secret is not managed", ""
	if !certain {
		title, doubt = "App {app} has a client secret that may not be managed", "If this run replaces it, there is nothing to do. Otherwise no rotation can happen. "
	}
	fill := strings.NewReplacer("{app}", app, "{id}", other.ID, "{subject}", secretName(newHeldSecret(other))).Replace
	diags.AddWarning(fill(title),
		fill("{subject} is not known to this run. "+doubt+"Together with the one that this plan creates, it takes both slots. Import it instead of creating another one, and the first rotation replaces it:\n\n"+
			"  import {\n    to = ADDRESS\n    id = \"{app}/{id}\"\n  }\n\n"+
			"For an app that is created in this configuration, use initial_secret = \"replace\", or oktacreds_app_client_secret_rotation, which manages both slots. "+
			"This warning is shown once in a run; other apps may need the same."))
	return diags
}
