package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

var (
	_ resource.ResourceWithConfigure      = (*appClientSecretResource)(nil)
	_ resource.ResourceWithIdentity       = (*appClientSecretResource)(nil)
	_ resource.ResourceWithImportState    = (*appClientSecretResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*appClientSecretResource)(nil)
	_ resource.ResourceWithValidateConfig = (*appClientSecretResource)(nil)
)

func newAppClientSecretResource() resource.Resource { return &appClientSecretResource{} }

// appClientSecretResource is one of an app's two client secrets.
type appClientSecretResource struct{ configured }

// keyFacts is where private state keeps secretFacts; keyPending, that a rotation
// was asked for and held back.
const (
	keyFacts   = "facts"
	keyPending = "pending"
)

func (r *appClientSecretResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_client_secret"
}

func (r *appClientSecretResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = credentialIdentity("client secret")
}

func (r *appClientSecretResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One client secret of an app. Okta lets an app hold two, so that a replacement with `create_before_destroy` rotates " +
			"without downtime: the new secret is created, everything that depends on it is updated, then the old one is deactivated and deleted.",
		Attributes: map[string]schema.Attribute{
			"app_id": appIDAttribute(),
			"client_secret": schema.StringAttribute{
				Optional: true, Computed: true, Sensitive: true,
				Validators: []validator.String{clientSecretValidator{}},
				MarkdownDescription: "The secret: your own (14 to 100 characters of printable ASCII; at least 32 under `client_secret_jwt`), " +
					"else a generated one. Null with `omit_secret` or `client_secret_wo`. A new value replaces.",
			},
			"client_secret_wo": schema.StringAttribute{
				Optional: true, WriteOnly: true, Sensitive: true,
				Validators: []validator.String{clientSecretValidator{}},
				MarkdownDescription: "Your own secret, write-only: it enters neither plan nor state. Without `client_secret_wo_version` its hash is " +
					"compared with `secret_hash` in every plan, and a changed value replaces by itself.",
			},
			"client_secret_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "With it, `client_secret_wo` is looked at only when this number changes, which then replaces.",
			},
			"omit_secret": schema.BoolAttribute{
				Optional: true, Computed: true,
				Default: booldefault.StaticBool(false),
				MarkdownDescription: "With `true` the generated secret never enters plan or state; read it with the ephemeral resource " +
					"`oktacreds_app_client_secret`.",
			},
			"status":              statusAttribute("secret"),
			"rotate_when_changed": rotateWhenChangedAttribute("secret"),
			"rotate_after": schema.StringAttribute{
				Optional: true, CustomType: timetypes.GoDurationType{},
				Validators: []validator.String{positiveDuration{}},
				MarkdownDescription: "Age at which the secret is replaced, such as `2160h` (90 days): the first plan that finds it older shows the replacement. " +
					"A changed `rotate_after` is recorded by one apply and counts from the next plan on.",
			},
			"on_destroy": onDestroyAttribute("secret"),
			"when_full": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:    stringdefault.StaticString(whenFullFail),
				Validators: []validator.String{stringvalidator.OneOf(whenFullFail, whenFullDeleteInactive)},
				MarkdownDescription: "What a create may do when both of the app's places are taken: `fail` (default), or `delete_inactive`: an `INACTIVE` " +
					"secret gives way, also to the stand-in of `allow_last_credential_destroy`. An `ACTIVE` one never does.",
			},
			"allow_last_credential_destroy": allowLastCredentialDestroyAttribute("secret", "a secret that nobody knows"),
			"verify": schema.BoolAttribute{
				Optional: true, Computed: true,
				Default: booldefault.StaticBool(false),
				MarkdownDescription: "With `true`, a new secret counts as created when Okta accepts it at the introspection endpoint; until then, whatever " +
					"depends on it waits, and so does the end of the old one.",
			},
			"id":           idAttribute("client secret"),
			"secret_hash":  computedString("Okta's hash of the secret: the first 16 bytes of its SHA-256, in base64url."),
			"created":      computedString("When the secret was created (RFC 3339)."),
			"last_updated": schema.StringAttribute{Computed: true, MarkdownDescription: "When its status last changed (RFC 3339)."},
			"version":      versionAttribute("secret"),
			"timeouts":     timeoutsAttribute(ctx, timeouts.Opts{Create: true, Update: true, Delete: true}),
		},
	}
}

// ValidateConfig finds contradictions before anything is sent. Its errors name
// no attribute path: Terraform prints the line of the configuration that a path
// leads to, and there the secret may stand.
func (r *appClientSecretResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config appClientSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	given := func(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }
	if given(config.ClientSecret) && given(config.ClientSecretWO) {
		resp.Diagnostics.AddError("client_secret contradicts client_secret_wo",
			"Both give the secret. Keep client_secret_wo, which enters neither plan nor state, or client_secret, which does.")
	}
	if given(config.ClientSecret) && config.OmitSecret.ValueBool() {
		resp.Diagnostics.AddError("client_secret contradicts omit_secret",
			"A client_secret in the configuration is stored in state. Give your own secret as client_secret_wo, or remove omit_secret.")
	}
	if !config.ClientSecretWOVersion.IsNull() && config.ClientSecretWO.IsNull() {
		resp.Diagnostics.AddError("client_secret_wo_version without client_secret_wo",
			"The version says when to look at client_secret_wo. Add that, or remove the version.")
	}
}

func (r *appClientSecretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config appClientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, end, ok := r.begin(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app := plan.AppID.ValueString()
	present, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		resp.Diagnostics.Append(failure(createOf(app), err))
		return
	}
	facts := newSecretFacts(app, okta.ClientSecret{}, present, r.isRecorded, r.now())
	if diags := r.checkCreate(ctx, plan, config, facts); diags.HasError() {
		resp.Diagnostics.Append(diags...)
		return
	}
	value, wanted, err := r.wanted(plan, config)
	if err != nil {
		resp.Diagnostics.Append(failure(createOf(app), err))
		return
	}
	created, err := r.client.Secrets.Create(ctx, app, wanted)
	if err != nil {
		resp.Diagnostics.Append(failure(createOf(app), err))
		return
	}
	secret := created.Credential
	r.recorded.add(secret.ID)
	if created.Existing {
		resp.Diagnostics.AddWarning("Took over client secret "+secret.ID+" of app "+app,
			"Okta already held it: an earlier run created it and could not record it. No other was created.")
		value = secret.Value
	}
	// Also one of this run may have another status: its answer was lost, and
	// somebody has turned it off before the list was read.
	if secret, err = r.setStatus(ctx, app, secret, plan.Status.ValueString()); err != nil {
		resp.Diagnostics.Append(failure("take over client secret "+created.Credential.ID+" of app "+app, err))
		return
	}
	plan.Version = types.Int64Value(nextVersion(secret, present))
	if plan.Verify.ValueBool() && secret.Status == okta.StatusActive {
		if err := r.verify(ctx, app, value); err != nil {
			r.takeBack(ctx, &plan, created, value, err, resp)
			return
		}
	}
	resp.Diagnostics.Append(r.record(ctx, &plan, secret, value, resp)...)
}

// wanted is the value of a new secret and what Okta is asked for.
func (r *appClientSecretResource) wanted(plan, config appClientSecretModel) (string, okta.Wanted[okta.ClientSecret], error) {
	wanted := okta.Wanted[okta.ClientSecret]{ReclaimInactive: plan.WhenFull.ValueString() == whenFullDeleteInactive}
	app := plan.AppID.ValueString()
	var value string
	switch {
	case !config.ClientSecretWO.IsNull():
		value = config.ClientSecretWO.ValueString()
	case !config.ClientSecret.IsNull():
		value = config.ClientSecret.ValueString()
	default:
		var err error
		if value, err = r.client.GenerateSecret(app); err != nil {
			return "", wanted, err
		}
		r.recorded.add(okta.SecretHash(value)) // or another create of this run takes it for a leftover
		wanted.Unrecorded = func(present []okta.ClientSecret) (okta.ClientSecret, bool) {
			return unrecorded(app, present, r.isRecorded, r.now())
		}
	}
	hash := okta.SecretHash(value)
	wanted.Is = func(s okta.ClientSecret) bool { return s.Hash == hash }
	wanted.Body = okta.NewClientSecret{Value: value, Status: okta.Status(plan.Status.ValueString())}
	return value, wanted, nil
}

// isRecorded tells whether state holds the secret, as far as this run knows.
func (r *appClientSecretResource) isRecorded(secret okta.ClientSecret) bool {
	return r.recorded.has(secret.ID) || r.recorded.has(secret.Hash)
}

// record saves the state of a secret that now exists.
func (r *appClientSecretResource) record(ctx context.Context, plan *appClientSecretModel, secret okta.ClientSecret, value string, resp *resource.CreateResponse) (diags diag.Diagnostics) {
	plan.take(secret)
	if plan.ClientSecret.IsUnknown() {
		plan.ClientSecret = types.StringValue(value)
	}
	diags.Append(resp.State.Set(ctx, plan)...)
	diags.Append(resp.Identity.Set(ctx, plan.identity())...)
	return diags
}

func (r *appClientSecretResource) setStatus(ctx context.Context, app string, secret okta.ClientSecret, status string) (okta.ClientSecret, error) {
	switch {
	case string(secret.Status) == status:
		return secret, nil
	case status == string(okta.StatusActive):
		return r.client.Secrets.Activate(ctx, app, secret.ID)
	default:
		return r.client.Secrets.Deactivate(ctx, app, secret.ID)
	}
}

func (r *appClientSecretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state appClientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	app, id := state.AppID.ValueString(), state.ID.ValueString()
	r.recorded.add(id)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, state.identity(), resp) {
		return
	}
	if r.takeovers.has(id) {
		resp.Diagnostics.Append(ownedAlready(app, id))
		return
	}
	secret, secrets, err := r.lookUp(ctx, app, id)
	switch {
	case okta.IsAppNotFound(err):
		r.vanish(ctx, app, appGone("client secrets", app), resp)
		return
	case okta.IsNotFound(err):
		r.vanish(ctx, app, r.secretGone(ctx, app, id), resp)
		return
	case err != nil:
		resp.Diagnostics.Append(failure("read client secret "+id+" of app "+app, err))
		return
	}
	state.take(secret)
	if !state.ClientSecret.IsNull() {
		state.ClientSecret = types.StringValue(secret.Value)
	}
	facts := newSecretFacts(app, secret, secrets, r.isRecorded, r.now())
	facts.Reached = reached(state.RotateAfter, secret.Created, r.now(), &resp.Diagnostics)
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// lookUp finds the secret in the app's list, which one request brings for all
// secrets of the app. That it is missing there is confirmed by its own GET
// before anybody believes it.
func (r *appClientSecretResource) lookUp(ctx context.Context, app, id string) (okta.ClientSecret, []okta.ClientSecret, error) {
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		return okta.ClientSecret{}, nil, err
	}
	if secret, ok := find(secrets, id); ok {
		return secret, secrets, nil
	}
	secret, err := r.client.Secrets.Get(ctx, app, id)
	return secret, secrets, err
}

// secretGone is the warning under which a secret leaves state. Okta deletes all
// client secrets of an app that is switched to private_key_jwt [D]: then that
// is what happened, and creating another would be refused.
func (r *appClientSecretResource) secretGone(ctx context.Context, app, id string) diag.Diagnostic {
	detail := "It was deleted outside of Terraform and leaves the state; the plan shows what takes its place."
	if found, err := r.client.App(ctx, app); err == nil && found.AuthMethod == okta.AuthMethodPrivateKeyJWT {
		detail = "The app's token_endpoint_auth_method was switched to private_key_jwt, at which Okta deletes all client secrets. " +
			"Switch it back, or remove the resource from the configuration."
	}
	return diag.NewWarningDiagnostic("Client secret "+id+" of app "+app+" is gone", detail)
}

func (r *appClientSecretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state appClientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, end, ok := r.begin(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app, id := plan.AppID.ValueString(), plan.ID.ValueString()
	value, secret, err := r.update(ctx, app, id, plan, state)
	if err != nil {
		resp.Diagnostics.Append(failure("update client secret "+id+" of app "+app, err))
		return
	}
	plan.LastUpdated = state.LastUpdated
	if secret.ID != "" {
		plan.take(secret)
	}
	if plan.ClientSecret.IsUnknown() {
		plan.ClientSecret = types.StringValue(value)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// update does what Okta has to be asked for; most changes concern the provider
// alone, and then the secret it returns is empty. The value is there if the plan
// wants it, from a list: the answer to a change of status may come without [?].
func (r *appClientSecretResource) update(ctx context.Context, app, id string, plan, state appClientSecretModel) (value string, secret okta.ClientSecret, err error) {
	if plan.ClientSecret.IsUnknown() {
		if secret, _, err = r.lookUp(ctx, app, id); err != nil {
			return "", secret, err
		}
		value = secret.Value
	}
	if !plan.Status.Equal(state.Status) {
		secret, err = r.setStatus(ctx, app, okta.ClientSecret{
			Metadata: okta.Metadata{ID: id, Status: okta.Status(state.Status.ValueString())},
		}, plan.Status.ValueString())
	}
	return value, secret, err
}

func (r *appClientSecretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state appClientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if state.OnDestroy.ValueString() == onDestroyRetain {
		return
	}
	ctx, end, ok := r.begin(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app, id := state.AppID.ValueString(), state.ID.ValueString()
	retirement := okta.Retirement{
		KeepInactive:    state.OnDestroy.ValueString() == onDestroyDeactivate,
		ReclaimInactive: state.WhenFull.ValueString() == whenFullDeleteInactive,
	}
	if state.AllowLastCredentialDestroy.ValueBool() {
		retirement.StandIn = r.standIn
	}
	if err := r.client.Secrets.Retire(ctx, app, id, retirement); err != nil {
		resp.Diagnostics.Append(failure("retire client secret "+id+" of app "+app, err))
	}
}

// standInPurpose marks a stand-in, see [okta.GeneratedFor].
const standInPurpose = "stand-in"

// standIn is a secret that nobody knows: its value is never looked at again. It
// stays until somebody ends it: an ACTIVE secret never gives way by itself.
func (r *appClientSecretResource) standIn() (any, error) {
	value, err := r.client.GenerateSecret(standInPurpose)
	return okta.NewClientSecret{Value: value, Status: okta.StatusActive}, err
}
