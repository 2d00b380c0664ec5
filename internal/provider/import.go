// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

// kidPrefix marks an import by kid, for a key whose id no one has at hand.
const kidPrefix = "kid:"

// importID reads what was given to import: the identity, APP_ID/ID, APP_ID/kid:KID, or APP_ID alone, for which
// id is empty. Both become parts of a path.
func importID(ctx context.Context, req resource.ImportStateRequest) (app, id string, diags diag.Diagnostics) {
	if req.ID == "" {
		var identity credentialIdentityModel
		diags.Append(req.Identity.Get(ctx, &identity)...)
		app, id = identity.AppID.ValueString(), identity.ID.ValueString()
	} else {
		app, id, _ = strings.Cut(req.ID, "/")
	}
	kid, byKid := strings.CutPrefix(id, kidPrefix)
	if !oktaID.MatchString(app) || id != "" && !byKid && !oktaID.MatchString(id) || byKid && jwk.CheckKid(kid) != nil {
		diags.AddError("Invalid import id", "The import id must have the form APP_ID/ID, with ids of Okta's such as 0oa1b2c3d4e5f6g7h8i9.")
	}
	return app, id, diags
}

// setImported is what an import says of an object: its identity, and the arguments that the refresh doesn't
// find in Okta.
func setImported(ctx context.Context, resp *resource.ImportStateResponse, identity any, attributes map[string]any) {
	for attribute, value := range attributes {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// importOfApp imports an object that an app has one of. The arguments are those besides app_id.
func importOfApp(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse, arguments map[string]any) {
	app, diags := importAppID(ctx, req)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	setImported(ctx, resp, appIdentityModel{AppID: types.StringValue(app)}, arguments)
	for _, attribute := range []string{"id", "app_id"} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), app)...)
	}
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
		diags.AddError("Invalid import id", "The import id must be the id of an app.")
	}
	return app, diags
}
