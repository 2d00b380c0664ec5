// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var (
	_ datasource.DataSourceWithConfigure        = (*appDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*appDataSource)(nil)
)

func newAppDataSource() datasource.DataSource { return &appDataSource{} }

// appDataSource is an OIDC app, found by what is known of it.
type appDataSource struct{ dataSource }

type appModel struct {
	ID         types.String `tfsdk:"id"`
	Label      types.String `tfsdk:"label"`
	ClientID   types.String `tfsdk:"client_id"`
	Name       types.String `tfsdk:"name"`
	Status     types.String `tfsdk:"status"`
	AuthMethod types.String `tfsdk:"token_endpoint_auth_method"`
	JWKSURI    types.String `tfsdk:"jwks_uri"`
}

func newAppModel(app okta.App) appModel {
	return appModel{
		ID:         types.StringValue(app.ID),
		Label:      types.StringValue(app.Label),
		ClientID:   stringOrNull(app.ClientID),
		Name:       types.StringValue(app.Name),
		Status:     types.StringValue(string(app.Status)),
		AuthMethod: stringOrNull(app.AuthMethod),
		JWKSURI:    stringOrNull(app.JWKSURI),
	}
}

func (d *appDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app"
}

func (d *appDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	given := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Computed: true, Validators: validators, MarkdownDescription: description}
	}
	notEmpty := stringvalidator.LengthAtLeast(1)
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds an OIDC app by its `id`, `label` or `client_id`: set exactly one of them.\n\n" +
			"An `id` costs one request, and none if the run has already read the app. So does a `client_id` that is also the app's id, which is what Okta generates. " +
			"Any other `client_id` is searched for among all apps of the org: one failed request, then one for every 200 apps. A `label` costs one request for every 200 apps " +
			"whose label begins with it.\n\n" +
			"An app from the Okta Integration Network (OIN) catalog is found by `id` only. It has client credentials, but Okta doesn't show its client id, " +
			"authentication method or JWKS URI, so these attributes are null.",
		Attributes: map[string]schema.Attribute{
			"id":                         given("Id of the app.", isOktaID()),
			"label":                      given("Name of the app in the Admin Console. If several apps have it, the lookup fails and lists their ids.", notEmpty),
			"client_id":                  given("OAuth 2.0 client id of the app; null for an app from the OIN catalog.", notEmpty),
			"name":                       told("Okta's name for the type of app: `oidc_client`, or the name in the OIN catalog."),
			"status":                     told("`ACTIVE` or `INACTIVE`."),
			"token_endpoint_auth_method": told("How the app authenticates: `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt` or `none`; null for an app from the OIN catalog."),
			"jwks_uri":                   told("Where Okta fetches the app's keys; null if Okta stores them itself."),
		},
	}
}

func (d *appDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("label"), path.MatchRoot("client_id")),
	}
}

func (d *appDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config appModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !d.requireOrg(&resp.Diagnostics) {
		return
	}
	by := d.lookup(config)
	app, err := by.find(ctx, by.value)
	if err != nil {
		resp.Diagnostics.Append(failure(fmt.Sprintf("find the app with the %s %q", by.attribute, by.value), err))
		return
	}
	model := newAppModel(app)
	if !config.Label.IsNull() {
		model.Label = config.Label // Okta may write it with HTML entities
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// appLookup is a way to an app.
type appLookup struct {
	attribute string
	value     string
	find      func(ctx context.Context, value string) (okta.App, error)
}

// lookup is the one way that the configuration gives.
func (d *appDataSource) lookup(config appModel) appLookup {
	switch {
	case !config.ID.IsNull():
		return appLookup{"id", config.ID.ValueString(), d.byID}
	case !config.ClientID.IsNull():
		return appLookup{"client_id", config.ClientID.ValueString(), d.byClientID}
	default:
		return appLookup{"label", config.Label.ValueString(), d.byLabel}
	}
}

func (d *appDataSource) byID(ctx context.Context, id string) (okta.App, error) {
	app, err := d.client.App(ctx, id)
	if err == nil && !app.HasCredentials {
		err = fmt.Errorf("%q is not an OIDC app (type %s), so it doesn't have client credentials", app.Label, app.Name)
	}
	return app, err
}

func (d *appDataSource) byClientID(ctx context.Context, clientID string) (okta.App, error) {
	app, ok, err := d.client.OIDCAppByClientID(ctx, clientID)
	if err == nil && !ok {
		err = errNoSuchApp
	}
	return app, err
}

func (d *appDataSource) byLabel(ctx context.Context, label string) (okta.App, error) {
	found, err := d.client.OIDCAppsByLabel(ctx, label)
	switch {
	case err != nil:
		return okta.App{}, err
	case len(found) == 0:
		return okta.App{}, errNoSuchApp
	case len(found) > 1:
		ids := make([]string, len(found))
		for i, app := range found {
			ids[i] = app.ID
		}
		return okta.App{}, fmt.Errorf("%d apps have this label: %s. Set id to one of them", len(found), strings.Join(ids, ", "))
	default:
		return found[0], nil
	}
}

var errNoSuchApp = errors.New("the org doesn't have such an OIDC app, or the provider's credentials can't see it: " +
	"a custom admin role can be limited to certain apps. An app from the OIN catalog is found by id only")

// told is what a data source says.
func told(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

// ofApp is the app that a data source is asked about.
func ofApp() schema.StringAttribute {
	return schema.StringAttribute{Required: true, Validators: []validator.String{isOktaID()}, MarkdownDescription: "Id of the app."}
}
