// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

var (
	_ resource.ResourceWithConfigure      = (*appJWKResource)(nil)
	_ resource.ResourceWithIdentity       = (*appJWKResource)(nil)
	_ resource.ResourceWithImportState    = (*appJWKResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*appJWKResource)(nil)
	_ resource.ResourceWithValidateConfig = (*appJWKResource)(nil)
)

func newAppJWKResource() resource.Resource { return &appJWKResource{} }

// appJWKResource is one of an app's saved public keys.
type appJWKResource struct{ configured }

func (r *appJWKResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_jwk"
	// Okta may give a key another id when the app is updated [?]: see sameKey.
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *appJWKResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = credentialIdentity("key")
}

func (r *appJWKResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages one public key of an app, saved in Okta, for `private_key_jwt`, signed request objects or ID token encryption. An app can have 50. With `create_before_destroy`, Okta accepts the new key before " +
			"the old one is retired. No login is refused if every client signs with the new key when the apply has updated it, or within `drain`.",
		Attributes: map[string]schema.Attribute{
			"app_id": appIDAttribute(),
			"jwk": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The public key as a JSON Web Key (RFC 7517). `kid`, `use` and `alg` are taken from the JWK unless set as arguments. " +
					"A different key replaces the resource; a different representation of the same key doesn't.",
			},
			"public_key_pem": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The public key as PEM: `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`. A different key replaces the resource.",
			},
			"public_key_wo": schema.StringAttribute{
				Optional: true, WriteOnly: true,
				MarkdownDescription: "The public key, as JWK or PEM, as a write-only argument, for a key from an ephemeral resource. " +
					"Without `public_key_wo_version`, its thumbprint is compared in every plan.",
			},
			"public_key_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "If set, the provider uses `public_key_wo` only when this number changes; a different key then replaces the resource. `public_key_wo` may be null in all other runs.",
			},
			"kid": schema.StringAttribute{
				Optional: true, Computed: true,
				Validators: []validator.String{kidValidator{}},
				MarkdownDescription: "Key id, unique within the app. Default: that of the JWK, else the RFC 7638 thumbprint, " +
					"so that a new key never conflicts with the one it replaces. Changing it replaces the key. Every key of an app needs a different `kid`.",
			},
			"use": schema.StringAttribute{
				Optional: true, Computed: true,
				Validators:          []validator.String{stringvalidator.OneOf("sig", "enc")},
				MarkdownDescription: "What the key is for: `sig` or `enc`. An app has one active encryption key: when a new one becomes `ACTIVE`, Okta deactivates the previous one. Default: that of the JWK, else `sig`.",
			},
			"alg": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Algorithm the key is for, such as `RS256`. Can be changed in place. Default: that of the JWK, else none.",
			},
			"status":              statusAttribute("key"),
			"rotate_when_changed": rotateWhenChangedAttribute("key"),
			"drain":               drainAttribute("key"),
			"adopt_interrupted": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Declares that no other configuration manages the keys of this app. If `true`, a key that the app already has, because an interrupted run created it " +
					"and couldn't record it, is adopted. If `false`, creating it fails, and the message shows both ways out. Default: `false`.",
			},
			"on_destroy":                    onDestroyAttribute("key"),
			"allow_last_credential_destroy": allowLastCredentialDestroyAttribute("key"),
			"id":                            schema.StringAttribute{Computed: true, MarkdownDescription: "Okta's id of the key."},
			"kty":                           schema.StringAttribute{Computed: true, MarkdownDescription: "`RSA` or `EC`."},
			"n":                             schema.StringAttribute{Computed: true, MarkdownDescription: "RSA modulus, base64url."},
			"e":                             schema.StringAttribute{Computed: true, MarkdownDescription: "RSA exponent, base64url."},
			"crv":                           schema.StringAttribute{Computed: true, MarkdownDescription: "EC curve: `P-256`, `P-384` or `P-521`."},
			"x":                             schema.StringAttribute{Computed: true, MarkdownDescription: "EC x coordinate, base64url."},
			"y":                             schema.StringAttribute{Computed: true, MarkdownDescription: "EC y coordinate, base64url."},
			"thumbprint":                    schema.StringAttribute{Computed: true, MarkdownDescription: "RFC 7638 SHA-256 thumbprint of the key, base64url."},
			"created":                       computedString("When the key was created (RFC 3339)."),
			"version":                       versionAttribute("key"),
			"timeouts":                      timeoutsAttribute(ctx, timeouts.Opts{Create: true, Update: true, Delete: true}),
		},
	}
}

// ValidateConfig reads the key, so that a private one is refused before it is
// sent or stored anywhere.
func (r *appJWKResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config appJWKModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(checkInputs(config)...)
	resp.Diagnostics.Append(checkDrain(ctx, config.Drain, config.Timeouts)...)
	_, _, diags := configuredKey(config)
	resp.Diagnostics.Append(diags...)
}

func (r *appJWKResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config appJWKModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	key, _, diags := configuredKey(config)
	resp.Diagnostics.Append(diags...)
	ctx, end, ok := r.creating(ctx, keyObject, plan.AppID.ValueString(), plan.Timeouts.Create, resp.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app, status := plan.AppID.ValueString(), okta.Status(plan.Status.ValueString())
	found, err := r.client.App(ctx, app)
	if err == nil {
		err = r.checkKeyForApp(found)
	}
	if err != nil {
		resp.Diagnostics.Append(failure("add key "+key.Kid+" to app "+app, err))
		return
	}
	judgment := rotation.Judgment{Action: rotation.Refuse, Reason: noValue}
	if len(config.inputs()) > 0 {
		judgment = rotation.JudgeKey(newKeyWish(key, plan), "", r.heldKeys(found, key, func(id string) bool { return r.ledger.isCurrent(app, id) }))
	}
	var saved okta.Key
	switch judgment.Action {
	case rotation.Refuse:
		resp.Diagnostics.Append(r.explainKey(app, judgment.Reason, judgment.Subject, diag.SeverityError)...)
		return
	case rotation.Adopt:
		saved, err = r.client.Keys.Get(ctx, app, judgment.Subject.ID)
	default:
		saved, err = r.client.Keys.Create(ctx, app, okta.Wanted[okta.Key]{Body: newKey(key, birthStatus(key, status)), Is: sameKey(key)})
	}
	if err != nil {
		resp.Diagnostics.Append(failure("add key "+key.Kid+" to app "+app, err))
		return
	}
	r.ledger.created(app, saved.ID)
	id := saved.ID
	if saved, err = r.finish(ctx, app, saved, key, status); err != nil {
		// State next to an error would make Terraform replace the key by one with the same kid, which
		// Okta rejects. Without state, the message tells how to adopt or import it.
		resp.Diagnostics.Append(memberFailure("finish key "+id+" of app "+app, err))
		return
	}
	plan.take(saved)
	rememberCurve(ctx, saved, resp.Private, &resp.Diagnostics)
	plan.takeMaterial(key) // a response without crv is no other key
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	setPrivate(ctx, resp.Private, keyFacts, keyPlanFacts{App: app, ID: saved.ID}, &resp.Diagnostics)
}

// finish makes a key that Okta now has, or had already, what was asked for.
func (r *appJWKResource) finish(ctx context.Context, app string, saved okta.Key, key jwk.Key, status okta.Status) (okta.Key, error) {
	var err error
	if saved.Use != key.Use || saved.Alg != key.Alg {
		if saved, err = r.client.UpdateKey(ctx, app, saved.ID, okta.KeyMembers{Use: key.Use, Alg: key.Alg, Crv: key.Crv}); err != nil {
			return saved, err
		}
	}
	if saved.Status != status {
		if saved, err = r.client.Keys.SetStatus(ctx, app, saved.ID, status); err != nil {
			return saved, err
		}
	}
	// The app's document, where an existing key is found, lacks its creation time.
	if saved.Created.IsZero() {
		return r.client.Keys.Get(ctx, app, saved.ID)
	}
	return saved, nil
}

// birthStatus is the status a key is created with. Okta refuses a second active
// encryption key, but activates an INACTIVE one in exchange for it [S].
func birthStatus(key jwk.Key, wanted okta.Status) okta.Status {
	if key.Use == "enc" {
		return okta.StatusInactive
	}
	return wanted
}

func (r *appJWKResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state appJWKModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, state.identity(), resp) {
		return
	}

	app, id := state.AppID.ValueString(), state.ID.ValueString()
	resp.Diagnostics.Append(r.enterKey(app, state, holds)...)
	key, err := r.lookUp(ctx, app, state)
	switch {
	case okta.IsAppNotFound(err):
		r.missing(ctx, app, appMissing("keys", app), resp)
		return
	case okta.IsNotFound(err):
		r.missing(ctx, app, r.keyMissing(ctx, app, id), resp)
		return
	case err != nil:
		resp.Diagnostics.Append(failure("read key "+id+" of app "+app, err))
		return
	}
	before := state
	state.take(key)
	if state.Crv.IsNull() && !before.Crv.IsNull() {
		if hidden, _ := getPrivate[bool](ctx, req.Private, keyCurveHidden, &resp.Diagnostics); hidden {
			state.Crv = before.Crv
		}
	}
	if state.ID != before.ID {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	}
	if !reflect.DeepEqual(state, before) {
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

// keyCurveHidden is where private state says that the org doesn't show the crv of the key although it
// was sent it: some answer null [R]. Then null says nothing, and restoring it would never end.
const keyCurveHidden = "curve_hidden"

// rememberCurve notes whether the org shows the crv that it has just been sent.
func rememberCurve(ctx context.Context, answered okta.Key, into privateWriter, diags *diag.Diagnostics) {
	if answered.KTY == "EC" && answered.Crv == "" {
		setPrivate(ctx, into, keyCurveHidden, true, diags)
	} else {
		diags.Append(into.SetKey(ctx, keyCurveHidden, nil)...)
	}
}

// lookUp finds the key in the app, which one request brings for all of an app's
// keys: by id, else as the same key under another id. That it is missing there
// is confirmed by its own GET before anyone believes it.
func (r *appJWKResource) lookUp(ctx context.Context, app string, state appJWKModel) (okta.Key, error) {
	keys, err := r.client.Keys.Snapshot(ctx, app)
	if err != nil {
		return okta.Key{}, err
	}
	id := state.ID.ValueString()
	if key, ok := find(keys, id); ok {
		return key, nil
	}
	same := sameKey(state.key())
	for _, key := range keys {
		if same(key) {
			return key, nil
		}
	}
	return r.client.Keys.Get(ctx, app, id)
}

// keyMissing is the warning under which a key leaves state. Okta deletes the saved
// keys of an app that gets a JWKS URI [D].
func (r *appJWKResource) keyMissing(ctx context.Context, app, id string) diag.Diagnostic {
	detail := "It was deleted outside of Terraform, and is removed from the state. The plan shows how it is replaced."
	if found, err := r.client.App(ctx, app); err == nil && found.JWKSURI != "" {
		detail = "The app was switched to the JWKS URI " + found.JWKSURI + ", which makes Okta delete all saved keys. " +
			"Remove the URI, or remove the resource from the configuration."
	}
	return diag.NewWarningDiagnostic("Key "+id+" of app "+app+" does not exist any more", detail)
}

func (r *appJWKResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, state appJWKModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, end, ok := r.changing(ctx, plan.Timeouts.Update, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app, id := plan.AppID.ValueString(), plan.ID.ValueString()
	key, known, diags := configuredKey(config)
	resp.Diagnostics.Append(diags...)
	if replace, refused := decideKeyReplacement(config, plan, state, key, known); replace || refused != rotation.NoReason {
		if replace { // by a key that was not known at plan
			refused = knownOnlyNow
		}
		resp.Diagnostics.Append(r.explainKey(app, refused, rotation.HeldSecret{ID: id}, diag.SeverityError)...)
		return
	}
	if !plan.Kid.Equal(state.Kid) || !plan.Use.Equal(state.Use) || !plan.Alg.Equal(state.Alg) || !plan.Crv.Equal(state.Crv) {
		members := okta.KeyMembers{Kid: plan.Kid.ValueString(), Use: plan.Use.ValueString(), Alg: plan.Alg.ValueString(), Crv: plan.Crv.ValueString()}
		updated, err := r.client.UpdateKey(ctx, app, id, members)
		if err != nil {
			resp.Diagnostics.Append(memberFailure("change kid, use, alg and crv of key "+id+" of app "+app, err))
			return
		}
		rememberCurve(ctx, updated, resp.Private, &resp.Diagnostics)
		// What is done is recorded, even if the next step fails.
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("kid"), plan.Kid)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("use"), plan.Use)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("alg"), plan.Alg)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("crv"), plan.Crv)...)
	}
	if !plan.Status.Equal(state.Status) {
		if _, err := r.client.Keys.SetStatus(ctx, app, id, okta.Status(plan.Status.ValueString())); err != nil {
			resp.Diagnostics.Append(failure("change the status of key "+id+" of app "+app, err))
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// ImportState takes APP_ID/KEY_ID, APP_ID/kid:KID or the identity.
func (r *appJWKResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	app, id, diags := importID(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !r.requireOrg(&resp.Diagnostics) {
		return
	}
	keys, err := r.client.Keys.Snapshot(ctx, app)
	if err != nil {
		resp.Diagnostics.Append(failure("import a key of app "+app, err))
		return
	}
	kid, byKid := strings.CutPrefix(id, kidPrefix)
	found := slices.IndexFunc(keys, func(key okta.Key) bool { return byKid && key.Kid == kid || key.ID == id })
	if found < 0 {
		resp.Diagnostics.AddError("App "+app+" doesn't have this key",
			"It has "+keyNames(keys)+". Import one by "+app+"/KEY_ID or "+app+"/"+kidPrefix+"KID.")
		return
	}
	key, err := r.client.Keys.Get(ctx, app, keys[found].ID) // the app's document lacks the creation time
	if err != nil {
		resp.Diagnostics.Append(failure("import key "+keys[found].ID+" of app "+app, err))
		return
	}
	state := appJWKModel{AppID: types.StringValue(app)}
	state.take(key)
	setImported(ctx, resp, state.identity(), map[string]any{
		"app_id": app, "id": key.ID, "created": state.Created, "version": state.Version,
		// The one form of the key that says all of it; the configuration may have another.
		"jwk":        canonical(key.Key).JSON(),
		"on_destroy": onDestroyDelete, "allow_last_credential_destroy": false, "adopt_interrupted": false, "drain": "0s",
	})
}

// keyNames lists keys for anyone who is to choose one.
func keyNames(keys []okta.Key) string {
	if len(keys) == 0 {
		return "none"
	}
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.Holding().String() + " with kid " + strconv.Quote(key.Kid)
	}
	return strings.Join(names, ", ")
}
