// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// oktaApp is okta_app_oauth.
type oktaApp struct{ client *oktaClient }

type oktaAppModel struct {
	ID           types.String `tfsdk:"id"`
	ClientID     types.String `tfsdk:"client_id"`
	Label        types.String `tfsdk:"label"`
	Type         types.String `tfsdk:"type"`
	AuthMethod   types.String `tfsdk:"token_endpoint_auth_method"`
	PKCERequired types.Bool   `tfsdk:"pkce_required"`
	OmitSecret   types.Bool   `tfsdk:"omit_secret"`
	ClientSecret types.String `tfsdk:"client_secret"`
	JWKSURI      types.String `tfsdk:"jwks_uri"`
	JWKS         []oktaAppKey `tfsdk:"jwks"`
}

// oktaAppKey has neither use nor alg nor crv: the schema of okta_app_oauth doesn't [C].
type oktaAppKey struct {
	Kid types.String `tfsdk:"kid"`
	Kty types.String `tfsdk:"kty"`
	N   types.String `tfsdk:"n"`
	E   types.String `tfsdk:"e"`
	X   types.String `tfsdk:"x"`
	Y   types.String `tfsdk:"y"`
}

// oktaAppDocument is as much of the app's document as okta_app_oauth reads.
type oktaAppDocument struct {
	ID          string `json:"id"`
	Label       string `json:"label"`
	Credentials struct {
		OAuthClient struct {
			ClientID     string  `json:"client_id"`
			ClientSecret *string `json:"client_secret"`
			AuthMethod   string  `json:"token_endpoint_auth_method"`
			PKCERequired bool    `json:"pkce_required"`
		} `json:"oauthClient"`
	} `json:"credentials"`
	Settings struct {
		OAuthClient struct {
			Type    string  `json:"application_type"`
			JWKSURI *string `json:"jwks_uri"`
			JWKS    struct {
				Keys []map[string]any `json:"keys"`
			} `json:"jwks"`
		} `json:"oauthClient"`
	} `json:"settings"`
}

func (*oktaApp) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "okta_app_oauth"
}

func (*oktaApp) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	member := schema.StringAttribute{Optional: true}
	resp.Schema = schema.Schema{
		Attributes: map[string]schema.Attribute{
			"id":                         schema.StringAttribute{Computed: true, PlanModifiers: kept},
			"client_id":                  schema.StringAttribute{Computed: true, PlanModifiers: kept},
			"label":                      schema.StringAttribute{Required: true},
			"type":                       schema.StringAttribute{Required: true, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
			"token_endpoint_auth_method": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("client_secret_basic")},
			"pkce_required":              schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false)},
			"omit_secret":                schema.BoolAttribute{Optional: true},
			"client_secret":              schema.StringAttribute{Computed: true, Sensitive: true, PlanModifiers: kept},
			"jwks_uri":                   schema.StringAttribute{Optional: true},
		},
		Blocks: map[string]schema.Block{
			"jwks": schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
				"kid": schema.StringAttribute{Required: true}, "kty": schema.StringAttribute{Required: true},
				"n": member, "e": member, "x": member, "y": member,
			}}},
		},
	}
}

func (a *oktaApp) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	a.client, _ = req.ProviderData.(*oktaClient)
}

// document is what POST and PUT send: everything from its own configuration and
// state, nothing from Okta's document [C][R].
func (m oktaAppModel) document(diags *diag.Diagnostics) map[string]any {
	credentials := map[string]any{
		"autoKeyRotation": true, "pkce_required": m.PKCERequired.ValueBool(), "token_endpoint_auth_method": m.AuthMethod.ValueString(),
	}
	if id := m.ClientID.ValueString(); id != "" {
		credentials["client_id"] = id
	}
	switch secret := m.ClientSecret.ValueString(); {
	case m.OmitSecret.ValueBool():
		credentials["client_secret"] = ""
	case secret != "":
		credentials["client_secret"] = secret
	}
	settings := map[string]any{
		"application_type": m.Type.ValueString(), "consent_method": "TRUSTED", "issuer_mode": "ORG_URL",
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "redirect_uris": []string{"https://example.com/callback"},
	}
	if m.Type.ValueString() == "service" {
		settings["grant_types"], settings["response_types"] = []string{"client_credentials"}, []string{"token"}
		delete(settings, "redirect_uris")
	}
	if uri := m.JWKSURI.ValueString(); uri != "" {
		settings["jwks_uri"] = uri
	}
	if len(m.JWKS) > 0 {
		keys := make([]map[string]string, len(m.JWKS))
		for i, key := range m.JWKS {
			keys[i] = key.members()
		}
		settings["jwks"] = map[string]any{"keys": keys}
	}
	if m.AuthMethod.ValueString() == "private_key_jwt" && len(m.JWKS) == 0 && m.JWKSURI.ValueString() == "" {
		diags.AddAttributeError(path.Root("token_endpoint_auth_method"), "private_key_jwt needs jwks or jwks_uri", "okta_app_oauth accepts it only with one of them.")
	}
	return map[string]any{
		"name": "oidc_client", "label": m.Label.ValueString(), "signOnMode": "OPENID_CONNECT", "accessibility": map[string]any{},
		"credentials": map[string]any{"oauthClient": credentials},
		"settings":    map[string]any{"notes": map[string]any{}, "oauthClient": settings},
		"visibility":  map[string]any{"hide": map[string]any{"iOS": true, "web": true}},
	}
}

// members is the key as it is sent: always ACTIVE, and without id, use, alg and crv.
func (k oktaAppKey) members() map[string]string {
	members := map[string]string{"status": "ACTIVE"}
	for name, value := range map[string]types.String{"kid": k.Kid, "kty": k.Kty, "n": k.N, "e": k.E, "x": k.X, "y": k.Y} {
		if !value.IsNull() {
			members[name] = value.ValueString()
		}
	}
	return members
}

// take makes the model what Okta shows. The secret is shown by POST and PUT alone, and kept otherwise.
func (m *oktaAppModel) take(app oktaAppDocument) {
	m.ID, m.Label, m.ClientID = types.StringValue(app.ID), types.StringValue(app.Label), types.StringValue(app.Credentials.OAuthClient.ClientID)
	m.Type, m.JWKSURI = types.StringValue(app.Settings.OAuthClient.Type), types.StringPointerValue(app.Settings.OAuthClient.JWKSURI)
	m.AuthMethod, m.PKCERequired = types.StringValue(app.Credentials.OAuthClient.AuthMethod), types.BoolValue(app.Credentials.OAuthClient.PKCERequired)
	if secret := app.Credentials.OAuthClient.ClientSecret; secret != nil {
		m.ClientSecret = types.StringValue(*secret)
	}
	if m.OmitSecret.ValueBool() || m.ClientSecret.IsUnknown() {
		m.ClientSecret = types.StringValue("")
	}
	m.JWKS = []oktaAppKey{}
	for _, key := range app.Settings.OAuthClient.JWKS.Keys {
		text := func(name string) types.String {
			if value, ok := key[name].(string); ok {
				return types.StringValue(value)
			}
			return types.StringNull()
		}
		m.JWKS = append(m.JWKS, oktaAppKey{text("kid"), text("kty"), text("n"), text("e"), text("x"), text("y")})
	}
}

func (a *oktaApp) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan oktaAppModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	plan.ClientID = types.StringNull()
	var made oktaAppDocument
	document := plan.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	a.client.do(ctx, &resp.Diagnostics, http.MethodPost, "/api/v1/apps?activate=true", document, &made)
	if resp.Diagnostics.HasError() {
		return
	}
	a.settle(ctx, &resp.Diagnostics, made.ID, &plan, made)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// settle does what follows a POST or PUT, and takes what Okta then shows. The
// arguments remain as planned, else Terraform would find the result inconsistent.
func (a *oktaApp) settle(ctx context.Context, diags *diag.Diagnostics, id string, plan *oktaAppModel, written oktaAppDocument) {
	keys, uri := plan.JWKS, plan.JWKSURI
	plan.take(written)
	a.client.do(ctx, diags, http.MethodPost, idToken(id), map[string]string{"issuerMode": "ORG_URL"}, nil)
	a.refresh(ctx, diags, id, plan)
	plan.JWKS, plan.JWKSURI = keys, uri
}

func idToken(id string) string { return "/api/v1/internal/apps/" + id + "/settings/oauth/idToken" }

// refresh tells whether the app exists, and takes what Okta shows.
func (a *oktaApp) refresh(ctx context.Context, diags *diag.Diagnostics, id string, model *oktaAppModel) bool {
	var app oktaAppDocument
	if a.client.do(ctx, diags, http.MethodGet, "/api/v1/apps/"+id, nil, &app) == http.StatusNotFound || diags.HasError() {
		return false
	}
	a.client.do(ctx, diags, http.MethodGet, "/.well-known/okta-organization", nil, nil)
	a.client.do(ctx, diags, http.MethodGet, idToken(id), nil, nil)
	model.take(app)
	return true
}

func (a *oktaApp) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state oktaAppModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	found := a.refresh(ctx, &resp.Diagnostics, state.ID.ValueString(), &state)
	switch {
	case resp.Diagnostics.HasError():
	case !found:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (a *oktaApp) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan oktaAppModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	document := plan.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var written oktaAppDocument
	id := plan.ID.ValueString()
	a.client.do(ctx, &resp.Diagnostics, http.MethodPut, "/api/v1/apps/"+id, document, &written)
	if resp.Diagnostics.HasError() {
		return
	}
	a.settle(ctx, &resp.Diagnostics, id, &plan, written)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (a *oktaApp) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var id types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("id"), &id)...)
	app := "/api/v1/apps/" + id.ValueString()
	a.client.do(ctx, &resp.Diagnostics, http.MethodPost, app+"/lifecycle/deactivate", nil, nil)
	a.client.do(ctx, &resp.Diagnostics, http.MethodDelete, app, nil, nil)
}
