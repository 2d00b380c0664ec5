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
type appDataSource struct{ configured }

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
		ClientID:   types.StringValue(app.ClientID),
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
		MarkdownDescription: "An OIDC app, by `id`, `label` or `client_id`: give one of them. The id costs one request. So does a client id that is the app's id, " +
			"as Okta makes it; another one is searched for among all apps, at one request for every 200.",
		Attributes: map[string]schema.Attribute{
			"id":                         given("Id of the app.", isOktaID()),
			"label":                      given("Name of the app in the Admin Console. It is an error if several apps have it.", notEmpty),
			"client_id":                  given("OAuth 2.0 client id of the app.", notEmpty),
			"name":                       told("Okta's name for the kind of app: `oidc_client`."),
			"status":                     told("`ACTIVE` or `INACTIVE`."),
			"token_endpoint_auth_method": told("How the app authenticates: `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt` or `none`."),
			"jwks_uri":                   told("Where Okta fetches the app's keys; null if it keeps them itself."),
		},
	}
}

func (d *appDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("label"), path.MatchRoot("client_id")),
	}
}

func (d *appDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.configure(req.ProviderData, &resp.Diagnostics)
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
	if err == nil && app.ClientID == "" {
		err = fmt.Errorf("%q is no OIDC app (it is of the kind %s), and has no client credentials", app.Label, app.Name)
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
		return okta.App{}, fmt.Errorf("%d apps have this label: %s. Give the id of the one that is meant", len(found), strings.Join(ids, ", "))
	default:
		return found[0], nil
	}
}

var errNoSuchApp = errors.New("there is no such OIDC app in the org, or none that the provider's credentials may see: " +
	"a custom admin role can be limited to certain apps")

// told is what a data source says.
func told(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

// ofApp is the app that a data source is asked about.
func ofApp() schema.StringAttribute {
	return schema.StringAttribute{Required: true, Validators: []validator.String{isOktaID()}, MarkdownDescription: "Id of the app."}
}
