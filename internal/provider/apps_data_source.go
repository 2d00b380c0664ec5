// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var _ datasource.DataSourceWithConfigure = (*appsDataSource)(nil)

func newAppsDataSource() datasource.DataSource { return &appsDataSource{} }

// appsDataSource is the OIDC apps of an org, for a for_each over them.
type appsDataSource struct{ dataSource }

type appsModel struct {
	LabelPrefix types.String      `tfsdk:"label_prefix"`
	Status      types.String      `tfsdk:"status"`
	AuthMethod  types.String      `tfsdk:"token_endpoint_auth_method"`
	IDs         []types.String    `tfsdk:"ids"`
	Apps        []appSummaryModel `tfsdk:"apps"`
}

type appSummaryModel struct {
	ID         types.String `tfsdk:"id"`
	Label      types.String `tfsdk:"label"`
	Status     types.String `tfsdk:"status"`
	ClientID   types.String `tfsdk:"client_id"`
	AuthMethod types.String `tfsdk:"token_endpoint_auth_method"`
}

func (d *appsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_apps"
}

func (d *appsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the OIDC apps of an org, for a `for_each` over a fleet. Costs one request for every 200 apps; `label_prefix` reduces that, the other " +
			"filters don't.\n\n" +
			"Apps that the provider's credentials may not see are missing: a custom admin role can be limited to certain apps. Apps from the Okta Integration Network (OIN) " +
			"catalog are missing too, because Okta doesn't show their client id or authentication method.",
		Attributes: map[string]schema.Attribute{
			"label_prefix": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Only apps whose label begins with this text; upper and lower case differ. Default: any label.",
			},
			"status": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(string(okta.StatusActive), string(okta.StatusInactive))},
				MarkdownDescription: "Only apps that are `ACTIVE`, or only those that are `INACTIVE`. Default: both.",
			},
			"token_endpoint_auth_method": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(okta.AuthMethodSecretBasic, okta.AuthMethodSecretPost, okta.AuthMethodSecretJWT,
					okta.AuthMethodPrivateKeyJWT, okta.AuthMethodNone)},
				MarkdownDescription: "Only apps that authenticate with this method: `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt` or `none`. " +
					"For several methods, filter `apps` in the configuration. Default: any method.",
			},
			"ids": schema.SetAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Ids of the apps.",
			},
			"apps": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The apps, sorted by label, then by id.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":                         told("Id of the app."),
					"label":                      told("Name of the app in the Admin Console. Several apps can have the same one."),
					"status":                     told("`ACTIVE` or `INACTIVE`."),
					"client_id":                  told("OAuth 2.0 client id of the app."),
					"token_endpoint_auth_method": told("How the app authenticates."),
				}},
			},
		},
	}
}

func (d *appsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model appsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireOrg(&resp.Diagnostics) {
		return
	}
	var found []okta.App
	for app, err := range d.client.OIDCAppsByLabelPrefix(ctx, model.LabelPrefix.ValueString()) {
		if err != nil {
			resp.Diagnostics.Append(failure("list the apps", err))
			return
		}
		if model.wants(app) {
			found = append(found, app)
		}
	}
	slices.SortFunc(found, func(a, b okta.App) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.ID, b.ID)) })
	model.IDs, model.Apps = []types.String{}, []appSummaryModel{} // empty, not null
	for _, app := range found {
		about := newAppModel(app)
		model.IDs = append(model.IDs, about.ID)
		model.Apps = append(model.Apps, appSummaryModel{
			ID: about.ID, Label: about.Label, Status: about.Status, ClientID: about.ClientID, AuthMethod: about.AuthMethod,
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

func (m appsModel) wants(app okta.App) bool {
	matches := func(wanted types.String, value string) bool { return wanted.IsNull() || wanted.ValueString() == value }
	return matches(m.Status, string(app.Status)) && matches(m.AuthMethod, app.AuthMethod)
}
