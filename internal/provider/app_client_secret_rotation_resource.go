package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

var (
	_ resource.ResourceWithConfigure   = (*appClientSecretRotationResource)(nil)
	_ resource.ResourceWithIdentity    = (*appClientSecretRotationResource)(nil)
	_ resource.ResourceWithImportState = (*appClientSecretRotationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*appClientSecretRotationResource)(nil)
)

func newAppClientSecretRotationResource() resource.Resource {
	return &appClientSecretRotationResource{}
}

// appClientSecretRotationResource is both client secrets of an app and the way
// from one to the next. What to do when is decided in internal/rotation; here
// it is shown in the plan and done.
type appClientSecretRotationResource struct{ configured }

// defaultStay is how long a previous secret stays ACTIVE, and then INACTIVE.
const defaultStay = "24h"

func (r *appClientSecretRotationResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_client_secret_rotation"
}

func (r *appClientSecretRotationResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = appIdentity()
}

func (r *appClientSecretRotationResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Both client secrets of an app as one object, for consumers that pick a new secret up minutes or days later. A rotation spans several applies: " +
			"a new secret becomes current while the previous one stays `ACTIVE` (`overlap`), then the previous one is deactivated and can still be brought back (`grace`), " +
			"then it is deleted. Each apply makes one transition, exactly the one its plan showed; a plan that shows none has nothing due, so that a scheduled " +
			"`terraform plan -detailed-exitcode` tells when to apply. An app's initial secret becomes the first `previous` one: nothing to import, no downtime. " +
			"Destroying the resource leaves the secrets as they are.",
		Attributes: map[string]schema.Attribute{
			"app_id": appIDAttribute(),
			"rotate_after": durationAttribute("", "Age at which the current secret is replaced, for example `90d`. Default: not set; only `rotate_when_changed` starts a rotation.",
				durationValidator{aboveZero: true}),
			"rotate_when_changed": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any strings; when one of them changes, a rotation begins as soon as the one before is over. Adding it where there was none, as after an import, begins none.",
			},
			"overlap": durationAttribute(defaultStay, "How long both secrets are `ACTIVE`, counted from when the new one became current: the time to deliver it, and for consumers to pick it up. "+
				"If an apply fails, apply again within this time, or set `hold`: Terraform doesn't tell a provider whether the resources that depend on the secret were updated. Default: `24h`.",
				durationValidator{}),
			"grace": durationAttribute(defaultStay, "How long the previous secret stays `INACTIVE` before it is deleted. Until then, `hold = true` reactivates it. Default: `24h`.",
				durationValidator{}),
			"hold": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "The brake: with `true` nothing is rotated, deactivated or deleted, and a previous secret that is `INACTIVE` is activated again.",
			},
			"omit_secret": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "With `true` the secret never enters plan or state; read it with the ephemeral resource `oktacreds_app_client_secret`.",
			},
			"verify": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "With `true`, a new secret becomes current only when Okta accepts it at the introspection endpoint.",
			},
			"phase":              computed("`steady`, `overlap` (the previous secret is `ACTIVE`) or `grace` (it is `INACTIVE`)."),
			"last_transition":    computed("The transition made last: `create`, or `activate`, `deactivate`, `delete` with the id of the secret. A plan that shows another value makes that one."),
			"next_transition_at": computed("When the next transition is due (RFC 3339); null if nothing is due with time alone."),
			"current_secret_id":  computed("Id of the secret that consumers are to use."),
			"current_status":     computed("Its status."),
			"client_secret": schema.StringAttribute{
				Computed: true, Sensitive: true, MarkdownDescription: "The current secret. Null with `omit_secret`.",
			},
			"secret_hash":        computed("Okta's hash of the current secret."),
			"created":            computed("When the current secret was created (RFC 3339)."),
			"version":            schema.Int64Attribute{Computed: true, MarkdownDescription: "A number that grows with every new secret: wire it to the `…_wo_version` of whatever receives the value."},
			"previous_secret_id": computed("Id of the secret that consumers used before; null if there is none."),
			"previous_status":    computed("Its status."),
			"timeouts":           timeouts.Attributes(ctx, timeouts.Opts{Create: true, Update: true}),
		},
	}
}

func (r *appClientSecretRotationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan appClientSecretRotationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	policy, diags := plan.policy()
	resp.Diagnostics.Append(diags...)
	ctx, end, ok := r.begin(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app := plan.AppID.ValueString()
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		resp.Diagnostics.Append(failure("take over the client secrets of app "+app, err))
		return
	}
	facts := newRotationFacts(app, rotation.Memory{}, secrets, r.now())
	r.transit(ctx, plan, facts, policy, &resp.Diagnostics, func(model appClientSecretRotationModel, facts rotationFacts) {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: model.AppID})...)
		setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	})
}

func (r *appClientSecretRotationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state appClientSecretRotationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	before, remembered := getPrivate[rotationFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if !remembered {
		before.Memory = state.memory(r.now())
	}
	policy, diags := state.policy()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !r.refreshing(ctx, appIdentityModel{AppID: state.AppID}, resp) {
		return
	}

	app := state.AppID.ValueString()
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	switch {
	case okta.IsNotFound(err):
		r.vanish(ctx, app, appGone("client secrets", app), resp)
		return
	case err != nil:
		resp.Diagnostics.Append(failure("read the client secrets of app "+app, err))
		return
	}
	facts := newRotationFacts(app, before.Memory, secrets, r.now()).settled(before, policy)
	facts.Refused = r.refusal(ctx, app, secrets)
	step := facts.next(policy)
	facts.Memory = step.Memory
	state.show(facts, step)
	if !state.ClientSecret.IsNull() {
		current, _ := find(secrets, step.CurrentID)
		state.ClientSecret = stringOrNull(current.Value)
	}
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// refusal tells why the app would take no secret. Only an app without any is
// looked at: Okta deletes them all when it switches to private_key_jwt [D].
func (r *appClientSecretRotationResource) refusal(ctx context.Context, app string, secrets []okta.ClientSecret) string {
	if len(secrets) > 0 {
		return ""
	}
	found, err := r.client.App(ctx, app)
	if err == nil {
		err = checkSecretForApp(found, 0)
	}
	if err != nil {
		return explain(err)
	}
	return ""
}

func (r *appClientSecretRotationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan appClientSecretRotationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	planned, _ := getPrivate[rotationFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	policy, diags := plan.policy()
	resp.Diagnostics.Append(diags...)
	ctx, end, ok := r.begin(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	facts := planned
	if step := planned.next(policy); step.Action != rotation.None {
		current, err := r.recheck(ctx, plan.AppID.ValueString(), planned, policy)
		if err != nil {
			resp.Diagnostics.Append(failure(describe(step)+" in the rotation of app "+plan.AppID.ValueString(), err))
			return
		}
		facts = current
	}
	r.transit(ctx, plan, facts, policy, &resp.Diagnostics, func(model appClientSecretRotationModel, facts rotationFacts) {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: model.AppID})...)
		setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	})
}

// recheck looks at the app again before a transition: apply does what the plan
// said, or nothing.
func (r *appClientSecretRotationResource) recheck(ctx context.Context, app string, planned rotationFacts, policy rotation.Policy) (rotationFacts, error) {
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		return planned, err
	}
	facts := newRotationFacts(app, planned.Memory, secrets, planned.Now)
	was, is := planned.next(policy), facts.next(policy)
	if is.Action != was.Action || is.TargetID != was.TargetID || is.CurrentID != was.CurrentID || is.PreviousID != was.PreviousID {
		return planned, fmt.Errorf("the app's secrets have changed since the plan; it has %s now. Nothing was done: plan again", holdings(secrets))
	}
	return facts, nil
}

// Delete leaves the secrets as they are: the current one is in use.
func (r *appClientSecretRotationResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState takes APP_ID or the identity. Roles are given as by a take-over, and
// a previous secret gets the whole overlap; nothing rotates by that.
func (r *appClientSecretRotationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	app, diags := importAppID(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !r.requireOrg(&resp.Diagnostics) {
		return
	}
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		resp.Diagnostics.Append(failure("import the client secrets of app "+app, err))
		return
	}
	facts := newRotationFacts(app, rotation.Memory{}, secrets, r.now())
	if step := facts.next(rotation.Policy{}); step.CurrentID != "" {
		facts.Memory = rotation.Memory{CurrentID: step.CurrentID, PreviousID: step.PreviousID, AdoptedAt: r.now()}
		if facts.Successor != "" { // it was made to follow that one, and may well do so
			facts.CurrentID, facts.PreviousID = facts.Successor, step.CurrentID
		}
	}
	for attribute, value := range map[string]any{
		"app_id": app, "overlap": defaultStay, "grace": defaultStay, "hold": false, "omit_secret": true, "verify": false,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: types.StringValue(app)})...)
}
