// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// appJWKModel is the resource's data.
type appJWKModel struct {
	AppID                      types.String   `tfsdk:"app_id"`
	JWK                        types.String   `tfsdk:"jwk"`
	PublicKeyPEM               types.String   `tfsdk:"public_key_pem"`
	PublicKeyWO                types.String   `tfsdk:"public_key_wo"`
	PublicKeyWOVersion         types.Int64    `tfsdk:"public_key_wo_version"`
	Kid                        types.String   `tfsdk:"kid"`
	Use                        types.String   `tfsdk:"use"`
	Alg                        types.String   `tfsdk:"alg"`
	Status                     types.String   `tfsdk:"status"`
	RotateWhenChanged          types.Map      `tfsdk:"rotate_when_changed"`
	AdoptInterrupted           types.Bool     `tfsdk:"adopt_interrupted"`
	Drain                      types.String   `tfsdk:"drain"`
	OnDestroy                  types.String   `tfsdk:"on_destroy"`
	AllowLastCredentialDestroy types.Bool     `tfsdk:"allow_last_credential_destroy"`
	ID                         types.String   `tfsdk:"id"`
	Kty                        types.String   `tfsdk:"kty"`
	N                          types.String   `tfsdk:"n"`
	E                          types.String   `tfsdk:"e"`
	Crv                        types.String   `tfsdk:"crv"`
	X                          types.String   `tfsdk:"x"`
	Y                          types.String   `tfsdk:"y"`
	Thumbprint                 types.String   `tfsdk:"thumbprint"`
	Created                    types.String   `tfsdk:"created"`
	Version                    types.Int64    `tfsdk:"version"`
	Timeouts                   timeouts.Value `tfsdk:"timeouts"`
}

func (m *appJWKModel) identity() credentialIdentityModel {
	return credentialIdentityModel{AppID: m.AppID, ID: m.ID}
}

// take adopts what Okta says of the key. The app's document, from which
// keys are read, has no creation time; what state knows of it remains.
func (m *appJWKModel) take(key okta.Key) {
	m.ID = types.StringValue(key.ID)
	m.Status = types.StringValue(string(key.Status))
	m.Kid = stringOrNull(key.Kid)
	m.Use = stringOrNull(key.Use)
	m.Alg = stringOrNull(key.Alg)
	m.takeMaterial(key.Key)
	// Okta has none after an update of the app by Okta's own provider [R]. State says so, and the plan restores it.
	m.Crv = stringOrNull(key.Crv)
	if !key.Created.IsZero() {
		m.Created = timestamp(key.Created)
		m.Version = types.Int64Value(key.Created.Unix())
	}
}

// takeMaterial adopts what follows from the key itself.
func (m *appJWKModel) takeMaterial(key jwk.Key) {
	key = canonical(key)
	m.Kty = stringOrNull(key.KTY)
	m.N, m.E = stringOrNull(key.N), stringOrNull(key.E)
	m.Crv, m.X, m.Y = stringOrNull(key.Crv), stringOrNull(key.X), stringOrNull(key.Y)
	m.Thumbprint = stringOrNull(key.Thumbprint())
}

// key is the key that state has.
func (m *appJWKModel) key() jwk.Key {
	return jwk.Key{
		KTY: m.Kty.ValueString(), Kid: m.Kid.ValueString(), N: m.N.ValueString(), E: m.E.ValueString(),
		Crv: m.Crv.ValueString(), X: m.X.ValueString(), Y: m.Y.ValueString(),
	}
}

// canonical is the key in one spelling, if it can be read.
func canonical(key jwk.Key) jwk.Key {
	if spelled, err := key.Canonical(); err == nil {
		return spelled
	}
	return key
}

// newKey is the body of a create.
func newKey(key jwk.Key, status okta.Status) okta.Key {
	return okta.Key{Metadata: okta.Metadata{Status: status}, Key: key}
}

// sameKey recognizes the key in what an app holds: the same kid and the same key
// members. Its id may be another: an update of the app by Okta's own provider
// sends the keys without ids [?].
func sameKey(key jwk.Key) func(okta.Key) bool {
	return func(held okta.Key) bool { return held.Kid == key.Kid && held.SameMaterial(key) }
}

// keyInput is where a public key can be given.
type keyInput struct {
	path  path.Path
	value types.String
	parse func(string) (jwk.Key, error)
}

// inputs are the places where a key is given; exactly one has to be.
func (m *appJWKModel) inputs() (given []keyInput) {
	for _, in := range []keyInput{
		{path.Root("jwk"), m.JWK, jwk.ParseJWK},
		{path.Root("public_key_pem"), m.PublicKeyPEM, jwk.ParsePEM},
		{path.Root("public_key_wo"), m.PublicKeyWO, jwk.ParsePublic},
	} {
		if !in.value.IsNull() {
			given = append(given, in)
		}
	}
	return given
}

// checkInputs wants the key in exactly one form. What isn't known yet may turn out null, and a
// write-only key with a version may be given only in the run that changes the version.
func checkInputs(config appJWKModel) (diags diag.Diagnostics) {
	given := config.inputs()
	known := slices.DeleteFunc(slices.Clone(given), func(in keyInput) bool { return in.value.IsUnknown() })
	if len(given) == 0 && config.PublicKeyWOVersion.IsNull() || len(known) > 1 {
		diags.AddError("Exactly one form of the public key is required", "Set one of jwk, public_key_pem and public_key_wo.")
	}
	return diags
}

// configuredKey is the key that a configuration asks for: the key itself, with
// kid, use and alg of the attributes, else of the JWK, else their defaults.
// known is false while the key itself isn't known yet; what an attribute that
// isn't known yet says of it, stands here as if it were left out.
//
// What can't be read may hold a private key. The error then names the attribute
// in words and not by its path, since Terraform shows the configuration's lines
// that a path leads to, and the values of the variables in them.
func configuredKey(config appJWKModel) (key jwk.Key, known bool, diags diag.Diagnostics) {
	given := config.inputs()
	if len(given) != 1 || given[0].value.IsUnknown() {
		return key, false, diags // see checkInputs
	}
	in := given[0]
	key, err := in.parse(in.value.ValueString())
	if err != nil {
		diags.AddError("Unusable public key in "+in.path.String(), sentence(err.Error()))
		return key, false, diags
	}
	for _, member := range []struct {
		name  string
		value types.String
		field *string
	}{
		{"kid", config.Kid, &key.Kid}, {"use", config.Use, &key.Use}, {"alg", config.Alg, &key.Alg},
	} {
		given := member.value.ValueString()
		if given != "" && *member.field != "" && *member.field != given {
			diags.Append(atMember(member.name, "Two values for "+member.name,
				"The JWK and the attribute have different values for "+member.name+". Remove one of them, or set both to the same value."))
		}
		*member.field = cmp.Or(given, *member.field)
	}
	key.Kid = cmp.Or(key.Kid, key.Thumbprint())
	key.Use = cmp.Or(key.Use, "sig")
	if config.Use.IsUnknown() || config.Alg.IsUnknown() {
		return key, true, diags // they decide together what fits
	}
	if err := jwk.CheckKid(key.Kid); err != nil {
		diags.AddError(invalidKid, sentence(err.Error())) // without a path: see above
	} else if err := key.Check(); err != nil {
		at := in.path
		given := map[string]types.String{"use": config.Use, "alg": config.Alg}
		if unusable, ok := errors.AsType[*jwk.Error](err); ok && given[unusable.Member].ValueString() != "" {
			at = path.Root(unusable.Member)
		}
		diags.AddAttributeError(at, "Okta would refuse this key", sentence(err.Error()))
	}
	return key, !diags.HasError(), diags
}

// atMember is an error at the attribute of a key's member. That of kid has no path: see [configuredKey].
func atMember(member, summary, detail string) diag.Diagnostic {
	if member == "use" || member == "alg" {
		return diag.NewAttributeErrorDiagnostic(path.Root(member), summary, detail)
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// memberFailure is [failure], at the attribute if Okta didn't take the member of a key that it sets.
func memberFailure(doing string, err error) diag.Diagnostic {
	failed := failure(doing, err)
	if ignored, ok := errors.AsType[*okta.MismatchError](err); ok {
		return atMember(ignored.Name, failed.Summary(), failed.Detail())
	}
	return failed
}
