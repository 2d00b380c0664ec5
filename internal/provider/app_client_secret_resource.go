// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
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
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
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

func (r *appClientSecretResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_client_secret"
	resp.ResourceBehavior.MutableIdentity = true // see adoptSuccessor
}

func (r *appClientSecretResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = credentialIdentity("client secret")
}

func (r *appClientSecretResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages one client secret of an app. An app can have two, so that a replacement with `create_before_destroy` rotates in one apply: the new secret is created, everything that depends on it is " +
			"updated, and then the old one is deactivated and deleted. No login is refused if every consumer uses the new secret when the apply has updated it, or within `drain`. If a secret store is involved, whose " +
			"consumers cache what they read, use `oktacreds_app_client_secret_rotation`.",
		Attributes: map[string]schema.Attribute{
			"app_id": appIDAttribute(),
			"client_secret": schema.StringAttribute{
				Optional: true, Computed: true, Sensitive: true,
				Validators: []validator.String{clientSecretValidator{}},
				MarkdownDescription: "The client secret. If not set, the provider generates one. Your own has 14 to 100 characters of printable ASCII, and at least 32 if the app uses `client_secret_jwt`. " +
					"Null with `omit_secret` or `client_secret_wo`. Changing it replaces the secret.",
			},
			"client_secret_wo": schema.StringAttribute{
				Optional: true, WriteOnly: true, Sensitive: true,
				Validators: []validator.String{clientSecretValidator{}},
				MarkdownDescription: "Your own secret as a write-only argument: it is stored in neither plan nor state. Without `client_secret_wo_version`, its hash is compared with `secret_hash` in every plan, " +
					"and a different value replaces the secret.",
			},
			"client_secret_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "If set, the provider uses `client_secret_wo` only when this number changes; a change replaces the secret. `client_secret_wo` may then be null in all other runs.",
			},
			"omit_secret": schema.BoolAttribute{
				Optional: true, Computed: true,
				Default: booldefault.StaticBool(true),
				MarkdownDescription: "Keeps the generated secret out of plan and state. Read it with the ephemeral resource `oktacreds_app_client_secret`. " +
					"If `false`, `client_secret` is stored in state in plain text. Default: `true`.",
			},
			"status":              statusAttribute("secret"),
			"rotate_when_changed": rotateWhenChangedAttribute("secret"),
			"rotate_after":        rotateAfterAttribute("secret"),
			"stagger":             staggerAttribute(),
			"rotates_at":          rotatesAtAttribute(),
			"overdue":             overdueAttribute(),
			"blocked_by":          blockedByAttribute(),
			"on_blocked":          onBlockedAttribute(),
			"drain":               drainAttribute("secret"),
			"initial_secret": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(initialSecretKeep),
				Validators: []validator.String{stringvalidator.OneOf(initialSecretKeep, initialSecretReplace)},
				MarkdownDescription: "What happens to the secret that Okta generates when it creates the app. `keep`: nothing, and because it takes the second slot, no rotation can happen until it is " +
					"imported or deleted. `replace`: creating this resource deactivates and deletes it, if the app is less than an hour old and the secret was created together with the app. " +
					"Use `replace` only for an app that is created in the same configuration and whose initial secret nothing uses. Not for your own `client_secret`. Default: `keep`.",
			},
			"adopt_interrupted": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Declares that no other configuration manages the client secrets of this app. If `true`, a secret that an interrupted run created and couldn't record " +
					"becomes the new secret. If `false`, such a secret blocks the rotation, and the message shows both ways out. Requires `on_destroy = \"delete\"`. Default: `false`.",
			},
			"on_destroy": onDestroyAttribute("secret"),
			"when_full": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:             stringdefault.StaticString(whenFullFail),
				Validators:          []validator.String{stringvalidator.OneOf(whenFullFail, whenFullDeleteInactive)},
				MarkdownDescription: whenFullDescription,
			},
			"allow_last_credential_destroy": allowLastCredentialDestroyAttribute("secret"),
			"verify": schema.BoolAttribute{
				Optional: true, Computed: true,
				Default:             booldefault.StaticBool(false),
				MarkdownDescription: "If `true`, waits until Okta's introspection endpoint accepts the new secret before updating dependents and revoking the old one. Costs two requests or more. Default: `false`.",
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
	if given(config.ClientSecret) && !config.ClientSecretWOVersion.IsNull() {
		resp.Diagnostics.AddError("client_secret_wo_version contradicts client_secret",
			"The version belongs to client_secret_wo. Remove the version, or pass the secret as client_secret_wo.")
	}
	if config.InitialSecret.ValueString() == initialSecretReplace && config.hasOwnValue() {
		resp.Diagnostics.AddError("initial_secret = \"replace\" needs a generated secret",
			"Your own secret can't be told from the one that the app was created with. Remove initial_secret, or let the provider generate the secret.")
	}
	resp.Diagnostics.Append(checkSchedule(config.RotateAfter, config.Stagger)...)
	resp.Diagnostics.Append(checkDrain(ctx, config.Drain, config.Timeouts)...)
	if config.AdoptInterrupted.ValueBool() && given(config.OnDestroy) && config.OnDestroy.ValueString() != onDestroyDelete {
		resp.Diagnostics.AddError("adopt_interrupted requires on_destroy = \"delete\"",
			"An old secret that is kept in Okta can't be told from the predecessor of an interrupted run. Remove adopt_interrupted, or set on_destroy to \"delete\".")
	}
}

func (r *appClientSecretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config appClientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, end, ok := r.creating(ctx, secretObject, plan.AppID.ValueString(), plan.Timeouts.Create, resp.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app := plan.AppID.ValueString()
	present, err := r.client.Secrets.Snapshot(ctx, app)
	inventory := newInventory(app, "", present, func(id string) bool { return r.ledger.isCurrent(app, id) })
	if err == nil {
		err = r.checkMethod(ctx, inventory, config.ownLength())
	}
	if err != nil {
		resp.Diagnostics.Append(failure(createOf(app), err))
		return
	}
	wish := newSecretWish(plan, config)
	verdict := judge(request{wish: wish, noValue: config.hasOwnValue() && wish.Hash == ""}, secretFacts{}, inventory)
	secret, value, err := r.realize(ctx, app, config, inventory, verdict)
	switch {
	case verdict.Action == rotation.Refuse:
		resp.Diagnostics.Append(r.explainVerdict(secretObject, inventory, verdict, diag.SeverityError)...)
		return
	case err != nil:
		resp.Diagnostics.Append(failure(createOf(app), err))
		return
	}
	r.ledger.created(app, secret.ID)
	// Also a secret of this run may have another status: the response was lost, and someone has
	// deactivated the secret before the list was read.
	if status := okta.Status(plan.Status.ValueString()); secret.Status != status {
		id := secret.ID
		if secret, err = r.client.Secrets.SetStatus(ctx, app, id, status); err != nil {
			resp.Diagnostics.Append(failure("set the status of client secret "+id+" of app "+app, err))
			return
		}
	}
	plan.Version = types.Int64Value(nextVersion(secret, present))
	setPrivate(ctx, resp.Private, keyFacts, factsOf(app, secret, present, verdict), &resp.Diagnostics)
	if plan.Verify.ValueBool() && secret.Status == okta.StatusActive {
		if err := r.verify(ctx, app, value); err != nil {
			r.takeBack(ctx, &plan, secret, verdict, value, err, resp)
			return
		}
	}
	resp.Diagnostics.Append(r.record(ctx, &plan, secret, value, resp)...)
	if plan.InitialSecret.ValueString() == initialSecretReplace && !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(r.replaceInitial(ctx, app, secret, present)...)
	}
}

// realize creates or adopts the secret that the verdict speaks of.
func (r *appClientSecretResource) realize(
	ctx context.Context, app string, config appClientSecretModel, inventory rotation.Inventory, verdict rotation.Judgment,
) (secret okta.ClientSecret, value string, err error) {
	switch verdict.Action {
	case rotation.Adopt:
		if secret, err = r.client.Secrets.Get(ctx, app, verdict.Subject.ID); err == nil {
			value, err = secret.CheckedValue()
		}
		return secret, value, err
	case rotation.Create:
		if value = cmp.Or(config.ClientSecretWO.ValueString(), config.ClientSecret.ValueString()); value == "" {
			if value, err = r.client.GenerateSecret(purpose(inventory, verdict)...); err != nil {
				return secret, "", err
			}
		}
		hash := okta.SecretHash(value)
		secret, err = r.client.Secrets.Create(ctx, app, okta.Wanted[okta.ClientSecret]{
			Body:            okta.NewClientSecret{Value: value, Status: okta.StatusActive},
			Is:              func(s okta.ClientSecret) bool { return s.Hash == hash },
			ReclaimInactive: verdict.Reason == rotation.Reclaims,
		})
	}
	return secret, value, err
}

// record saves the state of a secret that now exists.
func (r *appClientSecretResource) record(ctx context.Context, plan *appClientSecretModel, secret okta.ClientSecret, value string, resp *resource.CreateResponse) (diags diag.Diagnostics) {
	plan.take(secret)
	plan.showSchedule(secret.Created, r.now(), false)
	plan.BlockedBy = types.StringNull() // what Terraform destroys after this doesn't block; the next refresh knows
	if plan.ClientSecret.IsUnknown() {
		plan.ClientSecret = types.StringValue(value)
	}
	diags.Append(resp.State.Set(ctx, plan)...)
	diags.Append(resp.Identity.Set(ctx, plan.identity())...)
	return diags
}

// factsOf is what a plan without a refresh has to know of a secret that was created next to others.
func factsOf(app string, secret okta.ClientSecret, present []okta.ClientSecret, verdict rotation.Judgment) secretFacts {
	others := slices.DeleteFunc(slices.Clone(present), func(other okta.ClientSecret) bool {
		return other.ID == secret.ID || verdict.Reason == rotation.Reclaims && other.ID == verdict.Subject.ID
	})
	nobody := func(string) bool { return false }
	return secretFacts{Inventory: newInventory(app, secret.ID, append(others, secret), nobody)}
}

func (r *appClientSecretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state appClientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	app, id := state.AppID.ValueString(), state.ID.ValueString()
	before, _ := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, state.identity(), resp) {
		return
	}
	resp.Diagnostics.Append(r.ledger.add(app, entry{object: secretObject, role: holds, id: id, retained: state.OnDestroy.ValueString() == onDestroyRetain})...)
	secret, secrets, err := r.lookUp(ctx, app, id)
	if okta.IsNotFound(err) && !okta.IsAppNotFound(err) && state.AdoptInterrupted.ValueBool() {
		secret, err = r.adoptSuccessor(ctx, &state, secrets, err, resp)
	}
	switch {
	case okta.IsAppNotFound(err):
		r.missing(ctx, app, appMissing("client secrets", app), resp)
		return
	case okta.IsNotFound(err):
		r.missing(ctx, app, r.secretMissing(ctx, app, id), resp)
		return
	case err != nil:
		resp.Diagnostics.Append(failure("read client secret "+id+" of app "+app, err))
		return
	}
	facts := r.refreshedFacts(app, secret, secrets, state.Status, state.schedule(), before)
	state.take(secret)
	if value, err := secret.CheckedValue(); err == nil && !state.ClientSecret.IsNull() { // else state keeps what it has
		state.ClientSecret = types.StringValue(value)
	}
	state.showSchedule(secret.Created, r.now(), facts.Pending)
	state.BlockedBy = blockedBy(facts.Inventory, newSecretWish(state, appClientSecretModel{}))
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// adoptSuccessor finds what has become of a secret that doesn't exist any more: a run has replaced it,
// and its state was lost, as remote backends that save every 20 seconds can lose it. The successor is
// proved by its mark. notFound is what is returned if there is none.
func (r *appClientSecretResource) adoptSuccessor(
	ctx context.Context, state *appClientSecretModel, secrets []okta.ClientSecret, notFound error, resp *resource.ReadResponse,
) (okta.ClientSecret, error) {
	app, id := state.AppID.ValueString(), state.ID.ValueString()
	for _, secret := range active(secrets) {
		if okta.GeneratedFor(secret.Value, successorPurpose(app, id)...) && !r.ledger.held(app, secret.ID) {
			r.report(rotation.Declared, app, secret.ID)
			resp.Diagnostics.AddWarning("Client secret "+secret.ID+" of app "+app+" was adopted",
				"Client secret "+id+" doesn't exist any more. "+secret.ID+" was created by this provider to replace it, by a run whose state was lost, and adopt_interrupted is set.")
			resp.Diagnostics.Append(r.ledger.add(app, entry{object: secretObject, role: adopts, id: secret.ID})...)
			state.ID, state.Version = types.StringValue(secret.ID), types.Int64Value(max(state.Version.ValueInt64()+1, secret.Created.Unix()))
			resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
			return secret, nil
		}
	}
	return okta.ClientSecret{}, notFound
}

// lookUp finds the secret in the app's list, which one request brings for all
// secrets of the app. That it is missing there is confirmed by its own GET
// before anyone believes it.
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

// secretMissing is the warning under which a secret leaves state. Okta deletes all
// client secrets of an app that is switched to private_key_jwt [D]: then that
// is what happened, and creating another would be refused.
func (r *appClientSecretResource) secretMissing(ctx context.Context, app, id string) diag.Diagnostic {
	detail := "It was deleted outside of Terraform, and is removed from the state. The plan shows how it is replaced."
	if found, err := r.client.App(ctx, app); err == nil && found.AuthMethod == okta.AuthMethodPrivateKeyJWT {
		detail = "The app's token_endpoint_auth_method was switched to private_key_jwt, which makes Okta delete all client secrets. " +
			"Switch it back, or remove the resource from the configuration."
	}
	return diag.NewWarningDiagnostic("Client secret "+id+" of app "+app+" does not exist any more", detail)
}

func (r *appClientSecretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, state appClientSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	facts, _ := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	ctx, end, ok := r.changing(ctx, plan.Timeouts.Update, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app, id := plan.AppID.ValueString(), plan.ID.ValueString()
	// What can't be done can't be left out either where the plan shows it: another value, a status.
	asked := secretRequest(config, plan, state, facts)
	verdict, stays := judge(asked, facts, facts.Inventory), judge(asked.withoutReplacement(), facts, facts.Inventory)
	refused := asked.changed || asked.wish.Activate && stays.Action != rotation.None
	switch {
	case refused && verdict.Action != rotation.Refuse: // a value that was not known at plan
		verdict = rotation.Judgment{Action: rotation.Refuse, Reason: knownOnlyNow, Subject: facts.Self}
	case refused && asked.wish.Activate && stays.Action == rotation.None:
		// First the status: while this secret is INACTIVE, Okta keeps the other one, which is in its way.
		secret, err := r.client.Secrets.SetStatus(ctx, app, id, okta.StatusActive)
		if err != nil {
			resp.Diagnostics.Append(failure("update client secret "+id+" of app "+app, err))
			return
		}
		state.take(secret)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	if refused {
		resp.Diagnostics.Append(r.explainVerdict(secretObject, facts.Inventory, verdict, diag.SeverityError)...)
		return
	}
	value, secret, err := r.update(ctx, app, id, plan, state)
	if err != nil {
		resp.Diagnostics.Append(failure("update client secret "+id+" of app "+app, err))
		return
	}
	plan.LastUpdated = state.LastUpdated
	if secret.ID != "" {
		plan.take(secret)
	}
	if plan.Overdue.IsUnknown() {
		plan.showSchedule(facts.Self.Created, r.now(), facts.Pending)
	}
	if plan.ClientSecret.IsUnknown() {
		plan.ClientSecret = types.StringValue(value)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// update does what Okta has to be asked for; most changes concern the provider
// alone, and then the secret it returns is empty. The value is there if the plan
// wants it, from a list: the response to a change of status may come without [?].
func (r *appClientSecretResource) update(ctx context.Context, app, id string, plan, state appClientSecretModel) (value string, secret okta.ClientSecret, err error) {
	if plan.ClientSecret.IsUnknown() {
		if secret, _, err = r.lookUp(ctx, app, id); err != nil {
			return "", secret, err
		}
		if value, err = secret.CheckedValue(); err != nil {
			return "", secret, err
		}
	}
	if !plan.Status.Equal(state.Status) {
		secret, err = r.client.Secrets.SetStatus(ctx, app, id, okta.Status(plan.Status.ValueString()))
	}
	return value, secret, err
}

func (r *appClientSecretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state appClientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	app, id := state.AppID.ValueString(), state.ID.ValueString()
	if state.OnDestroy.ValueString() == onDestroyRetain || resp.Diagnostics.HasError() || !r.mayRetire(app, id) {
		return
	}
	ctx, end, ok := r.changing(ctx, state.Timeouts.Delete, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	err := drained(ctx, &r.configured, state.Drain, r.client.Secrets, app, id)
	if err == nil {
		err = r.client.Secrets.Retire(ctx, app, id, retirement(state.OnDestroy, state.AllowLastCredentialDestroy, r.placeholder))
	}
	resp.Diagnostics.Append(r.retired(ctx, secretObject, "client secret", app, id, err, okta.IsOnlyActive(err), req.Private)...)
}

// placeholder is a secret that no one knows: its value is discarded. It remains ACTIVE until someone
// deletes it.
func (r *appClientSecretResource) placeholder() (any, error) {
	value, err := r.client.GenerateSecret(placeholderPurpose)
	return okta.NewClientSecret{Value: value, Status: okta.StatusActive}, err
}
