// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

var (
	_ resource.ResourceWithConfigure   = (*appClientAuthResource)(nil)
	_ resource.ResourceWithIdentity    = (*appClientAuthResource)(nil)
	_ resource.ResourceWithImportState = (*appClientAuthResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*appClientAuthResource)(nil)
)

func newAppClientAuthResource() resource.Resource { return &appClientAuthResource{} }

// appClientAuthResource is how an app's client authenticates.
type appClientAuthResource struct{ configured }

type appClientAuthModel struct {
	ID                  types.String   `tfsdk:"id"`
	AppID               types.String   `tfsdk:"app_id"`
	Method              types.String   `tfsdk:"token_endpoint_auth_method"`
	AllowSecretDeletion types.Bool     `tfsdk:"allow_secret_deletion"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`
}

// authMethodPath leads to the method in an app's document.
var authMethodPath = []string{"credentials", "oauthClient", "token_endpoint_auth_method"}

func (r *appClientAuthResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_client_auth"
}

func (r *appClientAuthResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = appIdentity()
}

func (r *appClientAuthResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages how an app's client authenticates. Okta deletes every client secret of an app that is switched to `private_key_jwt`, and makes one " +
			"secret when it is switched back. Logins with the old method fail from then on: switch the client in the same apply. Destroying the resource doesn't change the method.",
		Attributes: map[string]schema.Attribute{
			"id":     computedString("Same as `app_id`."),
			"app_id": appIDAttribute(),
			"token_endpoint_auth_method": schema.StringAttribute{
				Required: true,
				Validators: []validator.String{stringvalidator.OneOf(okta.AuthMethodSecretBasic, okta.AuthMethodSecretPost,
					okta.AuthMethodSecretJWT, okta.AuthMethodPrivateKeyJWT, okta.AuthMethodNone)},
				MarkdownDescription: "`client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt` or `none`.",
			},
			"allow_secret_deletion": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Allows a switch to `private_key_jwt`, with which Okta deletes the app's client secrets. If `false`, a plan that would lose secrets this way " +
					"fails and names them. Default: `false`.",
			},
			"timeouts": timeoutsAttribute(ctx, timeouts.Opts{Create: true, Update: true}),
		},
	}
}

func (r *appClientAuthResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan appClientAuthModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, end, ok := r.creating(ctx, clientAuthObject, plan.AppID.ValueString(), plan.Timeouts.Create, resp.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	if err := r.set(ctx, plan); err != nil {
		resp.Diagnostics.Append(failure("set the client authentication method of app "+plan.AppID.ValueString(), err))
		return
	}
	plan.ID = plan.AppID
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: plan.AppID})...)
}

// set switches the method, after a last look at what that would break.
func (r *appClientAuthResource) set(ctx context.Context, plan appClientAuthModel) error {
	method := plan.Method.ValueString()
	_, err := r.client.UpdateApp(ctx, plan.AppID.ValueString(), func(app okta.App, document *okta.Document) error {
		if err := r.check(ctx, app, plan, false); err != nil {
			return err
		}
		return document.Set(method, authMethodPath...)
	})
	return err
}

// check says what a switch from the app's method to the planned one would lose
// or leave unusable. A key or URI that is planned counts where that is enough.
func (r *appClientAuthResource) check(ctx context.Context, app okta.App, plan appClientAuthModel, plannedCounts bool) error {
	method := plan.Method.ValueString()
	switch {
	case method == app.AuthMethod:
		return nil
	case app.FromCatalog():
		return r.catalogError(app.ID, "its authentication method")
	case r.client.LogsInWithKeyOf(app.ID): // under private_key_jwt
		r.report(ownKey, app.ID, "")
		return fmt.Errorf("the provider logs in with a key of app %s, which it could not do with %s. Manage the method of that app with other credentials", app.ID, method)
	case method == "none" && app.ApplicationType == "web":
		r.report(noneForWebApp, app.ID, "")
		return fmt.Errorf("app %s is a web app, for which Okta does not allow none: use client_secret_basic, client_secret_post, client_secret_jwt or private_key_jwt", app.ID) // [T]
	case method == "none" && !app.PKCERequired:
		r.report(noneWithoutPKCE, app.ID, "")
		return fmt.Errorf("app %s does not require PKCE, and without it Okta does not allow none: set pkce_required = true on the app first", app.ID) // [T]
	case method != okta.AuthMethodPrivateKeyJWT:
		return nil
	}
	if len(active(signing(app.Keys))) == 0 && app.JWKSURI == "" && (!plannedCounts || !r.ledger.logIn(app.ID)) {
		return fmt.Errorf("app %s has neither an active signing key nor a JWKS URI, so that no login with private_key_jwt could succeed. "+
			"Add one first: an oktacreds_app_jwk or oktacreds_app_jwks_uri that this resource depends_on", app.ID)
	}
	if plan.AllowSecretDeletion.ValueBool() {
		return nil
	}
	secrets, err := r.client.Secrets.Snapshot(ctx, app.ID)
	if err != nil {
		return err
	}
	if len(secrets) > 0 {
		return fmt.Errorf("a switch to private_key_jwt makes Okta delete the client secrets of app %s: %s. "+
			"When nothing uses them any more, set allow_secret_deletion = true", app.ID, okta.HoldingsOf(secrets).String())
	}
	return nil
}

// Reasons why an app can't have what is asked for.
const (
	catalogApp      rotation.Reason = "catalog_app"
	noneForWebApp   rotation.Reason = "none_for_web_app"
	noneWithoutPKCE rotation.Reason = "none_without_pkce"
)

// catalogError says that Okta lets no one change this of an app from the catalog.
func (c *configured) catalogError(app, what string) error {
	c.report(catalogApp, app, "")
	return fmt.Errorf("app %s comes from Okta's app catalog: Okta does not show %s, and ignores changes to it. Remove this resource, or use an app of your own (oidc_client)", app, what)
}

// changedBack warns when the method was changed since the last apply. Okta's own provider does that with
// every update of the app unless it ignores changes of the argument: Okta then generates a client secret
// that no one manages, and rejects logins with keys [C].
func (r *appClientAuthResource) changedBack(app, before, now string) (diags diag.Diagnostics) {
	if before == "" || before == now {
		return nil
	}
	r.report(methodChangedBack, app, "")
	diags.AddWarning("The authentication method of app "+app+" was changed outside of this resource",
		"The last apply set "+before+", and now it is "+now+". If okta_app_oauth manages the app, its update has changed the method back. Add to it:\n\n"+
			"  lifecycle {\n    ignore_changes = [jwks, jwks_uri, token_endpoint_auth_method]\n  }")
	return diags
}

// methodChangedBack is the reason of that warning.
const methodChangedBack rotation.Reason = "method_changed_back"

// signing returns the keys that sign; Okta leaves use out where no one set it.
func signing(keys []okta.Key) (out []okta.Key) {
	for _, key := range keys {
		if key.Use != "enc" {
			out = append(out, key)
		}
	}
	return out
}

func (r *appClientAuthResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state appClientAuthModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, appIdentityModel{AppID: state.AppID}, resp) {
		return
	}

	app := state.AppID.ValueString()
	found, err := r.client.App(ctx, app)
	switch {
	case okta.IsNotFound(err):
		r.missing(ctx, app, appMissing("client authentication method", app), resp)
	case err != nil:
		resp.Diagnostics.Append(failure("read the client authentication method of app "+app, err))
	default:
		resp.Diagnostics.Append(r.changedBack(app, state.Method.ValueString(), found.AuthMethod)...)
		state.Method = types.StringValue(found.AuthMethod)
		state.ID = state.AppID
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (r *appClientAuthResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state appClientAuthModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, end, ok := r.changing(ctx, plan.Timeouts.Update, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	if !plan.Method.Equal(state.Method) {
		if err := r.set(ctx, plan); err != nil {
			resp.Diagnostics.Append(failure("switch the client authentication method of app "+plan.AppID.ValueString(), err))
			return
		}
	}
	plan.ID = plan.AppID
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: plan.AppID})...)
}

// Delete leaves the method as it is: there is none to go back to.
func (r *appClientAuthResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ModifyPlan finds at plan what a switch would lose. A key that is planned in
// the same run, ACTIVE and for signatures, counts as one that is there: depends_on
// has it planned, and later created, first. The apply looks at what is there.
func (r *appClientAuthResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !r.ready() {
		return
	}
	var plan, state appClientAuthModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() || plan.AppID.IsUnknown() {
		return
	}
	resp.Diagnostics.Append(r.ledger.add(plan.AppID.ValueString(), entry{
		object: clientAuthObject, value: plan.Method.ValueString(), again: r.ledger.again(ctx, req, resp),
	})...)
	if plan.Method.IsUnknown() || plan.Method.Equal(state.Method) {
		return
	}
	resp.Diagnostics.Append(r.planErrors(plan.AppID.ValueString(), true, r.checkSwitch(ctx, plan))...)
}

// checkSwitch finds what would keep the method from being switched.
func (r *appClientAuthResource) checkSwitch(ctx context.Context, plan appClientAuthModel) (diags diag.Diagnostics) {
	app := plan.AppID.ValueString()
	found, err := r.client.App(ctx, app)
	if err != nil {
		diags.Append(failure("switch the client authentication method of app "+app, err))
		return diags
	}
	if err := r.check(ctx, found, plan, true); err != nil {
		diags.AddAttributeError(path.Root("token_endpoint_auth_method"), "App "+app+" can't be switched to "+plan.Method.ValueString(), sentence(err.Error()))
	}
	return diags
}

// ImportState takes APP_ID or the identity.
func (r *appClientAuthResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importOfApp(ctx, req, resp, map[string]any{"allow_secret_deletion": false})
}
