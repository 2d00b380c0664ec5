// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var _ datasource.DataSourceWithConfigure = (*appClientSecretsDataSource)(nil)

func newAppClientSecretsDataSource() datasource.DataSource { return &appClientSecretsDataSource{} }

// appClientSecretsDataSource tells which client secrets an app has. It leaves
// their values where they are: a data source is kept in state.
type appClientSecretsDataSource struct{ dataSource }

type appClientSecretsModel struct {
	AppID   types.String        `tfsdk:"app_id"`
	Secrets []clientSecretModel `tfsdk:"secrets"`
}

// clientSecretModel is a secret without its value.
type clientSecretModel struct {
	ID          types.String `tfsdk:"id"`
	Status      types.String `tfsdk:"status"`
	SecretHash  types.String `tfsdk:"secret_hash"`
	Created     types.String `tfsdk:"created"`
	LastUpdated types.String `tfsdk:"last_updated"`
}

func newClientSecretModel(secret okta.ClientSecret) clientSecretModel {
	var m appClientSecretModel
	m.take(secret)
	return clientSecretModel{ID: m.ID, Status: m.Status, SecretHash: m.SecretHash, Created: m.Created, LastUpdated: m.LastUpdated}
}

func (d *appClientSecretsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_client_secrets"
}

func (d *appClientSecretsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The client secrets of an app, without their values: what is there, since when, and in which status. " +
			"Okta's API returns the values too (the provider discards them) and records the read in the System Log.",
		Attributes: map[string]schema.Attribute{
			"app_id": ofApp(),
			"secrets": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The secrets, at most two, newest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":           told("Okta's id of the secret."),
					"status":       told("`ACTIVE` or `INACTIVE`."),
					"secret_hash":  told("Okta's hash of the secret; the function `client_secret_hash` computes it."),
					"created":      told("When the secret was created (RFC 3339)."),
					"last_updated": told("When its status last changed (RFC 3339)."),
				}},
			},
		},
	}
}

func (d *appClientSecretsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model appClientSecretsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireOrg(&resp.Diagnostics) {
		return
	}
	app := model.AppID.ValueString()
	secrets, err := d.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		resp.Diagnostics.Append(failure("read the client secrets of app "+app, err))
		return
	}
	model.Secrets = modelsOf(secrets, newClientSecretModel)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// modelsOf converts credentials, newest first.
func modelsOf[C okta.Credential, M any](credentials []C, convert func(C) M) []M {
	models := make([]M, len(credentials)) // an empty list, not null
	for i, credential := range newestFirst(credentials) {
		models[i] = convert(credential)
	}
	return models
}
