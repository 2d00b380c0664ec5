// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// ImportState takes APP_ID/SECRET_ID, the identity, or APP_ID alone when the app
// has one secret.
//
// The value remains out of state: whether it may enter is written in the
// configuration, which an import does not see. Where omit_secret is not set,
// the next apply reads it.
func (r *appClientSecretResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	app, id, diags := importID(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !r.requireOrg(&resp.Diagnostics) {
		return
	}
	if id == "" {
		secrets, err := r.client.Secrets.Snapshot(ctx, app)
		if err != nil {
			resp.Diagnostics.Append(failure("import the client secret of app "+app, err))
			return
		}
		if len(secrets) != 1 {
			resp.Diagnostics.AddError("Which client secret of app "+app+"?",
				"The app has "+okta.HoldingsOf(secrets).String()+". Import one by "+app+"/SECRET_ID.")
			return
		}
		id = secrets[0].ID
	}
	identity := credentialIdentityModel{AppID: types.StringValue(app), ID: types.StringValue(id)}
	setImported(ctx, resp, identity, map[string]any{
		"app_id": app, "id": id,
		"omit_secret": true, "on_destroy": onDestroyDelete, "when_full": whenFullFail, "allow_last_credential_destroy": false, "adopt_interrupted": false, "on_blocked": onBlockedWarn, "drain": "0s", "initial_secret": initialSecretKeep, "verify": false,
	})
}
