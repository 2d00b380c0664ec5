// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

var (
	_ resource.ResourceWithConfigure      = (*apiServiceIntegrationSecretResource)(nil)
	_ resource.ResourceWithIdentity       = (*apiServiceIntegrationSecretResource)(nil)
	_ resource.ResourceWithImportState    = (*apiServiceIntegrationSecretResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*apiServiceIntegrationSecretResource)(nil)
	_ resource.ResourceWithValidateConfig = (*apiServiceIntegrationSecretResource)(nil)
)

func newAPIServiceIntegrationSecretResource() resource.Resource {
	return &apiServiceIntegrationSecretResource{}
}

// apiServiceIntegrationSecretResource is one of the two client secrets of an API
// service integration. Okta's API for these is smaller than that for apps: no
// secret of one's own, no get of one, and a value is shown once [S].
type apiServiceIntegrationSecretResource struct{ configured }

type apiServiceIntegrationSecretModel struct {
	APIServiceIntegrationID    types.String   `tfsdk:"api_service_integration_id"`
	ClientSecret               types.String   `tfsdk:"client_secret"`
	Status                     types.String   `tfsdk:"status"`
	RotateWhenChanged          types.Map      `tfsdk:"rotate_when_changed"`
	RotateAfter                types.String   `tfsdk:"rotate_after"`
	Stagger                    types.String   `tfsdk:"stagger"`
	OnBlocked                  types.String   `tfsdk:"on_blocked"`
	Drain                      types.String   `tfsdk:"drain"`
	RotatesAt                  types.String   `tfsdk:"rotates_at"`
	Overdue                    types.Bool     `tfsdk:"overdue"`
	BlockedBy                  types.String   `tfsdk:"blocked_by"`
	OnDestroy                  types.String   `tfsdk:"on_destroy"`
	WhenFull                   types.String   `tfsdk:"when_full"`
	AllowLastCredentialDestroy types.Bool     `tfsdk:"allow_last_credential_destroy"`
	ID                         types.String   `tfsdk:"id"`
	SecretHash                 types.String   `tfsdk:"secret_hash"`
	Created                    types.String   `tfsdk:"created"`
	LastUpdated                types.String   `tfsdk:"last_updated"`
	Version                    types.Int64    `tfsdk:"version"`
	Timeouts                   timeouts.Value `tfsdk:"timeouts"`
}

// serviceIdentityModel is the identity's data.
type serviceIdentityModel struct {
	APIServiceIntegrationID types.String `tfsdk:"api_service_integration_id"`
	ID                      types.String `tfsdk:"id"`
}

func (m *apiServiceIntegrationSecretModel) identity() serviceIdentityModel {
	return serviceIdentityModel{APIServiceIntegrationID: m.APIServiceIntegrationID, ID: m.ID}
}

// appSecret is the part that this resource shares with the secret of an app, so
// that one piece of code decides and converts for both.
func (m *apiServiceIntegrationSecretModel) appSecret() appClientSecretModel {
	return appClientSecretModel{
		AppID: m.APIServiceIntegrationID, ID: m.ID, SecretHash: m.SecretHash, Status: m.Status, WhenFull: m.WhenFull, OnBlocked: m.OnBlocked,
		OnDestroy: m.OnDestroy, Drain: m.Drain, AllowLastCredentialDestroy: m.AllowLastCredentialDestroy,
		RotateWhenChanged: m.RotateWhenChanged, RotateAfter: m.RotateAfter, Stagger: m.Stagger, RotatesAt: m.RotatesAt, Overdue: m.Overdue, BlockedBy: m.BlockedBy, Created: m.Created, LastUpdated: m.LastUpdated, Version: m.Version,
	}
}

// set takes that part back.
func (m *apiServiceIntegrationSecretModel) set(shared appClientSecretModel) {
	m.ID, m.SecretHash, m.Status = shared.ID, shared.SecretHash, shared.Status
	m.Created, m.LastUpdated, m.Version = shared.Created, shared.LastUpdated, shared.Version
	m.RotatesAt, m.Overdue, m.BlockedBy = shared.RotatesAt, shared.Overdue, shared.BlockedBy
}

// take adopts what Okta says of the secret, except its value.
func (m *apiServiceIntegrationSecretModel) take(secret okta.ClientSecret) {
	shared := m.appSecret()
	shared.take(secret)
	m.set(shared)
}

// showSchedule fills in what follows from the schedule, by the org's clock.
func (m *apiServiceIntegrationSecretModel) showSchedule(created, now time.Time, pending bool) {
	shared := m.appSecret()
	shared.showSchedule(created, now, pending)
	m.set(shared)
}

func (r *apiServiceIntegrationSecretResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_api_service_integration_secret"
}

func (r *apiServiceIntegrationSecretResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"api_service_integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the API service integration."},
		"id":                         identityschema.StringAttribute{RequiredForImport: true, Description: "Okta's id of the client secret."},
	}}
}

func (r *apiServiceIntegrationSecretResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages one client secret of an API service integration. It rotates like `oktacreds_app_client_secret`, by replacement with `create_before_destroy`, " +
			"and no login is refused under the same condition: every consumer uses the new secret when the apply has updated it, or within `drain`. " +
			"Okta generates the value and shows it once, so the provider stores it in state.",
		Attributes: map[string]schema.Attribute{
			"api_service_integration_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{isOktaID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Id of the API service integration. Changing it replaces the resource.",
			},
			"client_secret": schema.StringAttribute{
				Computed: true, Sensitive: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The secret, as Okta showed it at its creation; null after an import.",
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
			"on_destroy":          onDestroyAttribute("secret"),
			"when_full": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(whenFullFail),
				Validators:          []validator.String{stringvalidator.OneOf(whenFullFail, whenFullDeleteInactive)},
				MarkdownDescription: whenFullDescription,
			},
			"allow_last_credential_destroy": allowLastCredentialDestroyAttribute("secret"),
			"id":                            idAttribute("client secret"),
			"secret_hash":                   computedString("Okta's hash of the secret."),
			"created":                       computedString("When the secret was created (RFC 3339)."),
			"last_updated":                  schema.StringAttribute{Computed: true, MarkdownDescription: "When its status last changed (RFC 3339)."},
			"version":                       versionAttribute("secret"),
			"timeouts":                      timeoutsAttribute(ctx, timeouts.Opts{Create: true, Update: true, Delete: true}),
		},
	}
}

// ValidateConfig finds durations that contradict each other.
func (r *apiServiceIntegrationSecretResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config apiServiceIntegrationSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(checkSchedule(config.RotateAfter, config.Stagger)...)
	resp.Diagnostics.Append(checkDrain(ctx, config.Drain, config.Timeouts)...)
}

func (r *apiServiceIntegrationSecretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan apiServiceIntegrationSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, end, ok := r.creating(ctx, serviceSecretObject, plan.APIServiceIntegrationID.ValueString(), plan.Timeouts.Create, resp.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	service, status := plan.APIServiceIntegrationID.ValueString(), plan.Status
	present, err := r.client.ServiceSecrets.Snapshot(ctx, service)
	if err != nil {
		resp.Diagnostics.Append(failure("create a client secret of API service integration "+service, err))
		return
	}
	inventory := newInventory(service, "", present, func(id string) bool { return r.ledger.isCurrent(service, id) })
	verdict := rotation.Judge(newSecretWish(plan.appSecret(), appClientSecretModel{}), inventory)
	if verdict.Action == rotation.Refuse {
		resp.Diagnostics.Append(r.explainVerdict(serviceSecretObject, inventory, verdict, diag.SeverityError)...)
		return
	}
	secret, err := r.client.CreateServiceSecret(ctx, service, plan.WhenFull.ValueString() == whenFullDeleteInactive)
	if err != nil {
		resp.Diagnostics.Append(failure("create a client secret of API service "+service, err))
		return
	}
	r.ledger.created(service, secret.ID)
	setPrivate(ctx, resp.Private, keyFacts, factsOf(service, secret, present, verdict), &resp.Diagnostics)
	plan.take(secret)
	plan.showSchedule(secret.Created, r.now(), false)
	plan.BlockedBy = types.StringNull() // what Terraform destroys after this doesn't block; the next refresh knows
	plan.ClientSecret = types.StringValue(secret.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	if status.Equal(plan.Status) {
		return
	}
	if secret, err = r.client.ServiceSecrets.SetStatus(ctx, service, secret.ID, okta.Status(status.ValueString())); err != nil {
		resp.Diagnostics.Append(failure("deactivate client secret "+plan.ID.ValueString()+" of API service "+service, err))
		return
	}
	plan.take(secret)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *apiServiceIntegrationSecretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state apiServiceIntegrationSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	service, id := state.APIServiceIntegrationID.ValueString(), state.ID.ValueString()
	before, _ := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, state.identity(), resp) {
		return
	}
	resp.Diagnostics.Append(r.ledger.add(service, entry{object: serviceSecretObject, role: holds, id: id, retained: state.OnDestroy.ValueString() == onDestroyRetain})...)
	secrets, err := r.client.ServiceSecrets.Snapshot(ctx, service)
	if err != nil && !okta.IsNotFound(err) {
		resp.Diagnostics.Append(failure("read client secret "+id+" of API service "+service, err))
		return
	}
	secret, ok := find(secrets, id)
	if !ok {
		r.missing(ctx, service, diag.NewWarningDiagnostic("Client secret "+id+" of API service "+service+" does not exist any more",
			"It was deleted outside of Terraform, alone or together with the integration, and is removed from the state. The plan shows how it is replaced."), resp)
		return
	}
	facts := r.refreshedFacts(service, secret, secrets, state.Status, state.appSecret().schedule(), before)
	state.take(secret)
	state.showSchedule(secret.Created, r.now(), facts.Pending)
	state.BlockedBy = blockedBy(facts.Inventory, newSecretWish(state.appSecret(), appClientSecretModel{}))
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *apiServiceIntegrationSecretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state apiServiceIntegrationSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, end, ok := r.changing(ctx, plan.Timeouts.Update, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	plan.LastUpdated = state.LastUpdated
	if !plan.Status.Equal(state.Status) {
		service, id := plan.APIServiceIntegrationID.ValueString(), plan.ID.ValueString()
		secret, err := r.client.ServiceSecrets.SetStatus(ctx, service, id, okta.Status(plan.Status.ValueString()))
		if err != nil {
			resp.Diagnostics.Append(failure("change the status of client secret "+id+" of API service "+service, err))
			return
		}
		plan.take(secret)
	}
	if plan.Overdue.IsUnknown() {
		facts, _ := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
		plan.showSchedule(facts.Self.Created, r.now(), facts.Pending)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *apiServiceIntegrationSecretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state apiServiceIntegrationSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	service, id := state.APIServiceIntegrationID.ValueString(), state.ID.ValueString()
	if state.OnDestroy.ValueString() == onDestroyRetain || resp.Diagnostics.HasError() || !r.mayRetire(service, id) {
		return
	}
	ctx, end, ok := r.changing(ctx, state.Timeouts.Delete, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}
	// Okta generates the placeholder: the operation takes no body [S]. Its value is never read.
	how := retirement(state.OnDestroy, state.AllowLastCredentialDestroy, func() (any, error) { return nil, nil })
	err := drained(ctx, &r.configured, state.Drain, r.client.ServiceSecrets, service, id)
	if err == nil {
		err = r.client.ServiceSecrets.Retire(ctx, service, id, how)
	}
	resp.Diagnostics.Append(r.retired(ctx, serviceSecretObject, "client secret", service, id, err, okta.IsOnlyActive(err), req.Private)...)
}

// ModifyPlan decides between keeping and replacing as for the secret of an app.
func (r *apiServiceIntegrationSecretResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state apiServiceIntegrationSecretModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	facts, _ := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(r.planDestroy(ctx, serviceSecretObject, state.APIServiceIntegrationID, state.ID, state.OnDestroy, resp)...)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(r.planNew(ctx, plan, facts, false)...)
		return
	}
	moves := !plan.APIServiceIntegrationID.Equal(state.APIServiceIntegrationID)
	setPrivate(ctx, resp.Private, keyDestroy, moves, &resp.Diagnostics)
	if moves { // replaced by one of another integration, and the facts are of this one
		shared, before := plan.appSecret(), state.appSecret()
		resp.Diagnostics.Append(r.warnOfLateArguments(serviceSecretObject, before.AppID.ValueString(), before.ID.ValueString(), before.end(), shared.end())...)
		resp.Diagnostics.Append(r.leaves(serviceSecretObject, state.APIServiceIntegrationID, state.ID, state.OnDestroy)...)
		resp.Diagnostics.Append(r.planNew(ctx, plan, secretFacts{}, true)...)
		setPrivate(ctx, resp.Private, keyFacts, movedTo(plan.APIServiceIntegrationID, facts), &resp.Diagnostics)
		return
	}
	shared := plan.appSecret()
	if r.planInState(ctx, serviceSecretObject, appClientSecretModel{}, &shared, state.appSecret(), facts, resp) {
		plan.ClientSecret = types.StringUnknown()
	}
	plan.set(shared)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planNew shows what Create would refuse. Nothing can be adopted here: no list shows a value. moves is as for the
// secret of an app.
func (r *apiServiceIntegrationSecretResource) planNew(ctx context.Context, plan apiServiceIntegrationSecretModel, facts secretFacts, moves bool) (diags diag.Diagnostics) {
	service := plan.APIServiceIntegrationID.ValueString()
	replaces := facts.App != "" && facts.App == service
	if !r.ready() || plan.APIServiceIntegrationID.IsUnknown() || replaces && facts.Replacing {
		return nil
	}
	inventory, proof := facts.Inventory, replaces || moves
	var conflicts diag.Diagnostics // whose severity is right already
	if replaces {
		conflicts = r.ledger.replacesAfterAll(service, serviceSecretObject, facts.Self.ID)
	} else {
		conflicts = r.ledger.add(service, entry{object: serviceSecretObject, apart: true, proof: proof})
		present, err := r.client.ServiceSecrets.Snapshot(ctx, service)
		if err != nil {
			diags.Append(failure("create a client secret of API service integration "+service, err))
			return append(conflicts, r.planErrors(service, proof, diags)...)
		}
		inventory = newInventory(service, "", present, func(id string) bool { return r.ledger.held(service, id) })
	}
	wish, severity := newSecretWish(plan.appSecret(), appClientSecretModel{}), diag.SeverityWarning
	verdict := rotation.Judge(wish, inventory)
	if verdict.Conflict(wish) || replaces && isBlocked(verdict) {
		severity = diag.SeverityError
	}
	conflicts.Append(r.enterNew(serviceSecretObject, inventory, wish, verdict)...)
	return append(conflicts, r.planErrors(service, proof, r.explainVerdict(serviceSecretObject, inventory, verdict, severity))...)
}

// ImportState takes API_SERVICE_INTEGRATION_ID/SECRET_ID or the identity. The value can't be
// read any more.
func (r *apiServiceIntegrationSecretResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity serviceIdentityModel
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		service, id, diags := importID(ctx, req)
		resp.Diagnostics.Append(diags...)
		identity = serviceIdentityModel{APIServiceIntegrationID: types.StringValue(service), ID: types.StringValue(id)}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	setImported(ctx, resp, identity, map[string]any{
		"api_service_integration_id": identity.APIServiceIntegrationID, "id": identity.ID,
		"on_destroy": onDestroyDelete, "when_full": whenFullFail, "allow_last_credential_destroy": false, "on_blocked": onBlockedWarn, "drain": "0s",
	})
}
