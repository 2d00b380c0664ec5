// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

var _ ephemeral.EphemeralResource = (*keyPairEphemeral)(nil)

func newKeyPairEphemeral() ephemeral.EphemeralResource { return &keyPairEphemeral{} }

// keyPairEphemeral makes a key pair that enters neither plan nor state. It asks
// no one: Terraform opens it in plan and again in apply, and each time it makes
// another pair.
type keyPairEphemeral struct{}

type keyPairEphemeralModel struct {
	Algorithm     types.String `tfsdk:"algorithm"`
	PrivateKeyPEM types.String `tfsdk:"private_key_pem"`
	PrivateKeyJWK types.String `tfsdk:"private_key_jwk"`
	PublicKeyPEM  types.String `tfsdk:"public_key_pem"`
	PublicKeyJWK  types.String `tfsdk:"public_key_jwk"`
	Kid           types.String `tfsdk:"kid"`
}

// defaultAlgorithm is what every client library can sign with.
const defaultAlgorithm = "RSA_2048"

func (e *keyPairEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_key_pair"
}

func (e *keyPairEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A new key pair that enters neither plan nor state: the private half is for the client that signs, the public half for `oktacreds_app_jwk`.\n\n" +
			"**Every run makes another pair, and plan and apply see different ones.** A pair counts only where it is stored: in a write-only argument, which Terraform looks at " +
			"when its version changes. Store both halves first, and give Okta the public half from the store, as below: then the apply after an interrupted one continues with " +
			"the same pair. If `public_key_wo` takes the public half from here, and the apply fails before the private half is stored, the two are halves of different pairs, " +
			"and logins fail until both versions are raised.",
		Attributes: map[string]schema.Attribute{
			"algorithm": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{stringvalidator.OneOf(jwk.Algorithms()...)},
				MarkdownDescription: "`" + strings.Join(jwk.Algorithms(), "`, `") + "`. Default: `" + defaultAlgorithm + "`.",
			},
			"private_key_pem": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The private key as PEM (PKCS#8, not encrypted)."},
			"private_key_jwk": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The private key as a JSON Web Key."},
			"public_key_pem":  schema.StringAttribute{Computed: true, MarkdownDescription: "The public key as PEM (SubjectPublicKeyInfo)."},
			"public_key_jwk":  schema.StringAttribute{Computed: true, MarkdownDescription: "The public key as a JSON Web Key."},
			"kid": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Key id of both JSON Web Keys: the RFC 7638 thumbprint, which `oktacreds_app_jwk` gives the key as well.",
			},
		},
	}
}

func (e *keyPairEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model keyPairEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.Algorithm = types.StringValue(cmp.Or(model.Algorithm.ValueString(), defaultAlgorithm))
	pair, err := jwk.Generate(model.Algorithm.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Can't make a key pair", sentence(err.Error()))
		return
	}
	model.PrivateKeyPEM = types.StringValue(pair.PrivatePEM)
	model.PrivateKeyJWK = types.StringValue(pair.PrivateJWK)
	model.PublicKeyPEM = types.StringValue(pair.PublicPEM)
	model.PublicKeyJWK = types.StringValue(pair.PublicJWK)
	model.Kid = types.StringValue(pair.Public.Kid)
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}
