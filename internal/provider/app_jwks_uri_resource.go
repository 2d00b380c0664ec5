// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var (
	_ resource.ResourceWithConfigure   = (*appJWKSURIResource)(nil)
	_ resource.ResourceWithIdentity    = (*appJWKSURIResource)(nil)
	_ resource.ResourceWithImportState = (*appJWKSURIResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*appJWKSURIResource)(nil)
)

func newAppJWKSURIResource() resource.Resource { return &appJWKSURIResource{} }

// appJWKSURIResource is where an app's public keys are served by their owner.
type appJWKSURIResource struct{ configured }

type appJWKSURIModel struct {
	ID               types.String   `tfsdk:"id"`
	AppID            types.String   `tfsdk:"app_id"`
	JWKSURI          types.String   `tfsdk:"jwks_uri"`
	AllowKeyDeletion types.Bool     `tfsdk:"allow_key_deletion"`
	Validate         types.Bool     `tfsdk:"validate"`
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
}

// uri is the URI as Okta gets it.
func (m appJWKSURIModel) uri() string { return trimmedURL(m.JWKSURI.ValueString()) }

// appIdentityModel is the identity of what an app has one of.
type appIdentityModel struct {
	AppID types.String `tfsdk:"app_id"`
}

// jwksURIPath and jwksPath lead to the two members of an app that have keys.
var (
	jwksURIPath = []string{"settings", "oauthClient", "jwks_uri"}
	jwksPath    = []string{"settings", "oauthClient", "jwks"}
)

func (r *appJWKSURIResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_jwks_uri"
}

func (r *appJWKSURIResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = appIdentity()
}

func appIdentity() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"app_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the app."},
	}}
}

func (r *appJWKSURIResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The URL where you publish an app's public keys. To rotate, publish the new key before you sign with it, and keep publishing the old one " +
			"until everything signed with it has expired: then no login is refused. Okta keeps either a URL or saved keys: setting the URL deletes saved keys.",
		Attributes: map[string]schema.Attribute{
			"id":     computedString("Same as `app_id`."),
			"app_id": appIDAttribute(),
			"jwks_uri": schema.StringAttribute{
				Required: true, Validators: []validator.String{httpsURL{}},
				MarkdownDescription: "URL of the JWKS document (RFC 7517 §5). It must use `https` and must not contain a user, a password, a token or a fragment. White space around it is ignored. Can be changed in place.",
			},
			"allow_key_deletion": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Allows setting a URL although Okta then deletes the app's saved keys. If `false`, a plan that would lose keys this way fails. Default: `false`.",
			},
			"validate": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether to fetch and check the document before saving the URL in Okta: it must be a JWKS of public keys with unique kids, and have at least one key that Okta can use. Costs one request to that URL. Default: `false`.",
			},
			"timeouts": timeoutsAttribute(ctx, timeouts.Opts{Create: true, Update: true, Delete: true}),
		},
	}
}

func (r *appJWKSURIResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan appJWKSURIModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, end, ok := r.creating(ctx, jwksURIObject, plan.AppID.ValueString(), plan.Timeouts.Create, resp.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	if resp.Diagnostics.Append(r.set(ctx, plan)...); resp.Diagnostics.HasError() {
		return
	}
	r.ledger.created(plan.AppID.ValueString(), plan.uri())
	plan.ID = plan.AppID
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: plan.AppID})...)
}

// set points Okta at the document.
func (r *appJWKSURIResource) set(ctx context.Context, plan appJWKSURIModel) (diags diag.Diagnostics) {
	app, uri := plan.AppID.ValueString(), plan.uri()
	// Again, because Terraform doesn't validate a value that is known only after the plan.
	if summary, detail := checkJWKSURL(uri); summary != "" {
		diags.AddError(summary, detail)
		return diags
	}
	if plan.Validate.ValueBool() {
		if err := checkJWKSDocument(ctx, r.transport, uri); err != nil {
			diags.AddAttributeError(path.Root("jwks_uri"), "The JWKS document is not usable",
				sentence(err.Error())+"\n\nApp "+app+" was left as it is. Correct what is published at "+uri+" and apply again.")
			return diags
		}
	}
	_, err := r.client.UpdateApp(ctx, app, func(found okta.App, document *okta.Document) error {
		if err := checkSavedKeys(found, plan); err != nil {
			return err
		}
		if err := document.Remove(jwksPath...); err != nil {
			return err
		}
		return document.Set(uri, jwksURIPath...)
	})
	if err != nil {
		diags.Append(failure("set the JWKS URI of app "+app, err))
	}
	return diags
}

// checkSavedKeys refuses to lose keys unless that is wanted.
func checkSavedKeys(app okta.App, plan appJWKSURIModel) error {
	if len(app.Keys) == 0 || plan.AllowKeyDeletion.ValueBool() {
		return nil
	}
	return errors.New(savedKeysGo(app) + ". Publish those that are in use at the URI first, then set allow_key_deletion = true")
}

// savedKeysGo counts and names the keys that the URI takes the place of [D].
func savedKeysGo(app okta.App) string {
	return fmt.Sprintf("Okta deletes the saved keys of app %s when it gets a JWKS URI, %d in all: %s", app.ID, len(app.Keys), keyNames(app.Keys))
}

func (r *appJWKSURIResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state appJWKSURIModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, appIdentityModel{AppID: state.AppID}, resp) {
		return
	}

	app := state.AppID.ValueString()
	found, err := r.client.App(ctx, app)
	switch {
	case okta.IsNotFound(err):
		r.missing(ctx, app, appMissing("JWKS URI", app), resp)
	case err != nil:
		resp.Diagnostics.Append(failure("read the JWKS URI of app "+app, err))
	case found.JWKSURI == "":
		r.missing(ctx, app, diag.NewWarningDiagnostic("App "+app+" no longer has a JWKS URI",
			fmt.Sprintf("It was removed outside of Terraform. The app has %d saved keys. The plan shows what setting the URI again changes.", len(found.Keys))), resp)
	default:
		if state.uri() != found.JWKSURI { // The white space around it is the configuration's.
			state.JWKSURI = types.StringValue(found.JWKSURI)
		}
		state.ID = state.AppID
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (r *appJWKSURIResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state appJWKSURIModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, end, ok := r.changing(ctx, plan.Timeouts.Update, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	if plan.uri() != state.uri() {
		if resp.Diagnostics.Append(r.set(ctx, plan)...); resp.Diagnostics.HasError() {
			return
		}
	}
	plan.ID = plan.AppID
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: plan.AppID})...)
}

// Delete removes the URI, unless someone has set another one meanwhile, or it is that of the object that
// replaces this one, under create_before_destroy.
func (r *appJWKSURIResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state appJWKSURIModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	app := state.AppID.ValueString()
	if resp.Diagnostics.HasError() || !r.mayRetire(app, state.uri()) {
		return
	}
	ctx, end, ok := r.changing(ctx, state.Timeouts.Delete, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	_, err := r.client.UpdateApp(ctx, app, func(found okta.App, document *okta.Document) error {
		switch {
		case found.JWKSURI != state.uri():
			return nil
		case found.AuthMethod == okta.AuthMethodPrivateKeyJWT:
			return &onlyKeysError{app}
		default:
			return document.Remove(jwksURIPath...)
		}
	})
	forGood, _ := getPrivate[bool](ctx, req.Private, keyDestroy, &resp.Diagnostics)
	var onlyKeys *onlyKeysError
	switch {
	case err == nil, okta.IsNotFound(err):
	case errors.As(err, &onlyKeys) && forGood:
		r.report(lastCredential, app, "")
		resp.Diagnostics.AddWarning("The JWKS URI of app "+app+" was left in Okta",
			"The app authenticates with private_key_jwt, and without "+state.uri()+" it wouldn't have a key. Okta deletes it together with the app. "+
				"If you keep the app, change its token_endpoint_auth_method, and remove the URI in the Admin Console.")
	default:
		resp.Diagnostics.Append(failure("remove the JWKS URI of app "+app, err))
	}
}

// onlyKeysError says that an app would have no key without its JWKS URI.
type onlyKeysError struct{ app string }

func (e *onlyKeysError) Error() string {
	return "app " + e.app + " authenticates with private_key_jwt, and without the URI it wouldn't have a key, so that every login would fail. " +
		"Switch it to another token_endpoint_auth_method first, or run `terraform state rm` to leave the URI in Okta"
}

// ModifyPlan finds at plan what would be lost or refused at apply.
func (r *appJWKSURIResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		setPrivate(ctx, resp.Private, keyDestroy, true, &resp.Diagnostics)
		return
	}
	var plan, state appJWKSURIModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		setPrivate(ctx, resp.Private, keyDestroy, !plan.AppID.Equal(state.AppID), &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() || plan.AppID.IsUnknown() || !r.ready() {
		return
	}
	app := plan.AppID.ValueString()
	resp.Diagnostics.Append(r.ledger.add(app, entry{
		object: jwksURIObject, value: plan.uri(), logsIn: true, again: r.ledger.again(ctx, req, resp), proof: !req.State.Raw.IsNull(),
	})...)
	if !plan.AppID.Equal(state.AppID) {
		resp.Diagnostics.Append(r.checkCreate(ctx, plan, !req.State.Raw.IsNull())...)
	}
	if !plan.AppID.Equal(state.AppID) || plan.uri() != state.uri() {
		resp.Diagnostics.Append(r.setsOwnURI(app, plan.uri())...)
	}
}

// checkCreate finds what setting the URI would lose. It costs one GET of the
// app, which a refresh of the app's other objects has made already. proof says that the URI of another app is
// replaced: an apply isn't told, so that this is a plan.
func (r *appJWKSURIResource) checkCreate(ctx context.Context, plan appJWKSURIModel, proof bool) (diags diag.Diagnostics) {
	app := plan.AppID.ValueString()
	found, err := r.client.App(ctx, app)
	if err != nil {
		diags.Append(failure("set the JWKS URI of app "+app, err))
		return r.planErrors(app, proof, diags)
	}
	if found.FromCatalog() {
		diags.AddError("App "+app+" can't have a JWKS URI", sentence(r.catalogError(app, "its keys").Error()))
		return r.planErrors(app, proof, diags)
	}
	if err := checkSavedKeys(found, plan); err != nil {
		diags.AddAttributeError(path.Root("allow_key_deletion"), "The app's saved keys would be lost", sentence(err.Error()))
	} else if len(found.Keys) > 0 {
		diags.AddAttributeWarning(path.Root("allow_key_deletion"), "This apply loses the app's saved keys", sentence(savedKeysGo(found)))
	}
	if found.JWKSURI != "" && !plan.JWKSURI.IsUnknown() && found.JWKSURI != plan.uri() {
		diags.AddAttributeWarning(path.Root("jwks_uri"), "The app has another JWKS URI",
			"It is "+found.JWKSURI+", and this apply replaces it.")
	}
	return r.planErrors(app, proof, diags)
}

// ImportState takes APP_ID or the identity.
func (r *appJWKSURIResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importOfApp(ctx, req, resp, map[string]any{"allow_key_deletion": false, "validate": false})
}
