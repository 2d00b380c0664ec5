// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// What a plan says of the credential that the provider itself logs in with.

// Reasons of these warnings.
const (
	ownKey    rotation.Reason = "own_key"
	ownSecret rotation.Reason = "own_secret"
	ownURI    rotation.Reason = "own_uri"
)

// destroysOwnKey is deactivatesOwnKey of an object that is destroyed.
func (r *appJWKResource) destroysOwnKey(state appJWKModel) diag.Diagnostics {
	if state.OnDestroy.ValueString() == onDestroyRetain {
		return nil
	}
	return r.deactivatesOwnKey(state)
}

// deactivatesOwnKey warns when the plan deactivates the key that the provider logs in with, which the
// apply refuses.
func (r *appJWKResource) deactivatesOwnKey(state appJWKModel) diag.Diagnostics {
	app := state.AppID.ValueString()
	if !r.ready() || !r.client.LogsInWith(app, newKey(state.key(), okta.StatusActive)) {
		return nil
	}
	return r.warnOfOwnKey(app, state.ID.ValueString())
}

// retiresUnlistedKey is that of an exclusive list, as far as this run has read the app.
func (c *configured) retiresUnlistedKey(app, id string) diag.Diagnostics {
	if !c.ready() {
		return nil
	}
	if own, ok := c.client.OwnKey(app); !ok || own != id {
		return nil
	}
	return c.warnOfOwnKey(app, id)
}

// encryptsWithOwnKey refuses a plan that makes the key that the provider logs in with one for encryption.
func (r *appJWKResource) encryptsWithOwnKey(plan, state appJWKModel) (diags diag.Diagnostics) {
	app := state.AppID.ValueString()
	if plan.Use.ValueString() != "enc" {
		return nil
	}
	for _, d := range r.deactivatesOwnKey(state) {
		diags.AddError(d.Summary(), d.Detail())
	}
	return r.planErrors(app, true, diags)
}

// setsOwnURI warns when the plan sets the URL from which Okta takes the keys that the provider may log in with.
func (c *configured) setsOwnURI(app, uri string) (diags diag.Diagnostics) {
	if !c.client.LogsInWithKeyOf(app) {
		return nil
	}
	c.report(ownURI, app, "")
	diags.AddWarning("The provider logs in with a key of app "+app, "This plan sets the app's JWKS URI, and Okta then accepts only the keys that are published there. "+
		"If "+cmp.Or(uri, "the document")+" doesn't have the provider's own key, the provider can't log in any more. Check that it is published before you apply.")
	return diags
}

func (c *configured) warnOfOwnKey(app, id string) (diags diag.Diagnostics) {
	c.report(ownKey, app, id)
	diags.AddWarning("The provider logs in with key "+id+" of app "+app, explain(&okta.OwnKeyError{App: app, ID: id}))
	return diags
}

// retiresOwnSecret warns when the plan replaces or retires a client secret of the app to which the
// provider's own access token was issued.
func (c *configured) retiresOwnSecret(app, id string) (diags diag.Diagnostics) {
	if !c.ready() || !c.client.LogsInAs(app) {
		return nil
	}
	c.report(ownSecret, app, id)
	diags.AddWarning("The provider logs in as app "+app, "This plan replaces or retires a client secret of the app that the provider's access token was issued to. The token remains valid for up to an hour. "+
		"The program that obtains the next one needs the new secret before the old one is retired.")
	return diags
}
