// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var _ ephemeral.EphemeralResourceWithConfigure = (*appClientSecretEphemeral)(nil)

func newAppClientSecretEphemeral() ephemeral.EphemeralResource { return &appClientSecretEphemeral{} }

// appClientSecretEphemeral reads the value of a client secret, which then enters
// neither plan nor state. It only reads: Terraform opens ephemeral resources in
// plan and again in apply.
type appClientSecretEphemeral struct{ configured }

type appClientSecretEphemeralModel struct {
	AppID        types.String `tfsdk:"app_id"`
	ID           types.String `tfsdk:"id"`
	ClientSecret types.String `tfsdk:"client_secret"`
	SecretHash   types.String `tfsdk:"secret_hash"`
	Status       types.String `tfsdk:"status"`
	Created      types.String `tfsdk:"created"`
}

func (e *appClientSecretEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_client_secret"
}

func (e *appClientSecretEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the value of a client secret without writing it to plan or state: for a write-only argument, a provisioner, " +
			"or the configuration of another provider. It never creates or rotates anything.",
		Attributes: map[string]schema.Attribute{
			"app_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{isOktaID()},
				MarkdownDescription: "Id of the app.",
			},
			"id": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{isOktaID()},
				MarkdownDescription: "Id of the secret. Set it to the resource's `id`, so that Terraform reads the value after the secret is created. " +
					"Default: the newest `ACTIVE` secret of the app.",
			},
			"client_secret": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The secret."},
			"secret_hash":   schema.StringAttribute{Computed: true, MarkdownDescription: "Okta's hash of the secret: the first 16 bytes of its SHA-256, in base64url."},
			"status":        schema.StringAttribute{Computed: true, MarkdownDescription: "`ACTIVE` or `INACTIVE`."},
			"created":       schema.StringAttribute{Computed: true, MarkdownDescription: "When it was created (RFC 3339)."},
		},
	}
}

func (e *appClientSecretEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.configure(req.ProviderData, &resp.Diagnostics)
}

func (e *appClientSecretEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model appClientSecretEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !e.requireOrg(&resp.Diagnostics) {
		return
	}
	app, id := model.AppID.ValueString(), model.ID.ValueString()
	secret, err := e.read(ctx, app, id)
	var value string
	if err == nil {
		value, err = secret.CheckedValue()
	}
	if err != nil {
		resp.Diagnostics.Append(failure("read a client secret of app "+app, err))
		return
	}
	model.ID = types.StringValue(secret.ID)
	model.ClientSecret = types.StringValue(value)
	model.SecretHash = types.StringValue(secret.Hash)
	model.Status = types.StringValue(string(secret.Status))
	model.Created = timestamp(secret.Created)
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}

// read gets the secret with the id, or the newest ACTIVE one.
func (e *appClientSecretEphemeral) read(ctx context.Context, app, id string) (okta.ClientSecret, error) {
	secrets, err := e.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		return okta.ClientSecret{}, err
	}
	if id != "" {
		if secret, ok := find(secrets, id); ok {
			return secret, nil
		}
		return e.client.Secrets.Get(ctx, app, id)
	}
	if secret, ok := newest(active(secrets)); ok {
		return secret, nil
	}
	return okta.ClientSecret{}, errors.New("the app doesn't have an active client secret; it has " + okta.HoldingsOf(secrets).String())
}
