// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var _ datasource.DataSourceWithConfigure = (*appJWKsDataSource)(nil)

func newAppJWKsDataSource() datasource.DataSource { return &appJWKsDataSource{} }

// appJWKsDataSource tells which keys Okta keeps for an app.
type appJWKsDataSource struct{ dataSource }

type appJWKsModel struct {
	AppID types.String `tfsdk:"app_id"`
	Keys  []keyModel   `tfsdk:"keys"`
}

// keyModel is a key with all of its public members.
type keyModel struct {
	ID         types.String `tfsdk:"id"`
	Status     types.String `tfsdk:"status"`
	Kid        types.String `tfsdk:"kid"`
	Kty        types.String `tfsdk:"kty"`
	Use        types.String `tfsdk:"use"`
	Alg        types.String `tfsdk:"alg"`
	N          types.String `tfsdk:"n"`
	E          types.String `tfsdk:"e"`
	Crv        types.String `tfsdk:"crv"`
	X          types.String `tfsdk:"x"`
	Y          types.String `tfsdk:"y"`
	Thumbprint types.String `tfsdk:"thumbprint"`
	Created    types.String `tfsdk:"created"`
}

func newKeyModel(key okta.Key) keyModel {
	var m appJWKModel
	m.take(key)
	return keyModel{
		ID: m.ID, Status: m.Status, Kid: m.Kid, Kty: m.Kty, Use: m.Use, Alg: m.Alg,
		N: m.N, E: m.E, Crv: m.Crv, X: m.X, Y: m.Y, Thumbprint: m.Thumbprint, Created: m.Created,
	}
}

func (d *appJWKsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_jwks"
}

func (d *appJWKsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The public keys that Okta keeps for an app. Keys behind a JWKS URI are not among them.",
		Attributes: map[string]schema.Attribute{
			"app_id": ofApp(),
			"keys": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The keys, newest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":         told("Okta's id of the key."),
					"status":     told("`ACTIVE` or `INACTIVE`."),
					"kid":        told("Key id, unique within the app; null if the key has none."),
					"kty":        told("`RSA` or `EC`."),
					"use":        told("`sig` or `enc`; null if that was never said."),
					"alg":        told("Algorithm the key is for; null if that was never said."),
					"n":          told("RSA modulus, base64url."),
					"e":          told("RSA exponent, base64url."),
					"crv":        told("EC curve: `P-256`, `P-384` or `P-521`."),
					"x":          told("EC x coordinate, base64url."),
					"y":          told("EC y coordinate, base64url."),
					"thumbprint": told("RFC 7638 SHA-256 thumbprint of the key, base64url."),
					"created":    told("When the key was created (RFC 3339)."),
				}},
			},
		},
	}
}

func (d *appJWKsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model appJWKsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireOrg(&resp.Diagnostics) {
		return
	}
	app := model.AppID.ValueString()
	keys, err := d.client.Keys.List(ctx, app) // the app's document lacks the creation times
	if err != nil {
		resp.Diagnostics.Append(failure("read the keys of app "+app, err))
		return
	}
	model.Keys = modelsOf(keys, newKeyModel)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
