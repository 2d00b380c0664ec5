// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// importID reads what was given to import: the identity, APP_ID/ID, or APP_ID
// alone, for which id is empty.
func importID(ctx context.Context, req resource.ImportStateRequest) (app, id string, diags diag.Diagnostics) {
	if req.ID == "" {
		var identity credentialIdentityModel
		diags.Append(req.Identity.Get(ctx, &identity)...)
		return identity.AppID.ValueString(), identity.ID.ValueString(), diags
	}
	app, id, _ = strings.Cut(req.ID, "/")
	if !oktaID.MatchString(app) {
		diags.AddError("Unusable import id", "It must have the form APP_ID/ID.")
	}
	return app, id, diags
}

// importAppID reads what was given to import an object that an app has one of:
// the identity, or APP_ID.
func importAppID(ctx context.Context, req resource.ImportStateRequest) (app string, diags diag.Diagnostics) {
	app = req.ID
	if app == "" {
		var identity appIdentityModel
		diags.Append(req.Identity.Get(ctx, &identity)...)
		app = identity.AppID.ValueString()
	}
	if !oktaID.MatchString(app) {
		diags.AddError("Unusable import id", "It must be the id of an app.")
	}
	return app, diags
}
