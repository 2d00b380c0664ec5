// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
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
	_ resource.ResourceWithConfigure      = (*appClientSecretRotationResource)(nil)
	_ resource.ResourceWithIdentity       = (*appClientSecretRotationResource)(nil)
	_ resource.ResourceWithImportState    = (*appClientSecretRotationResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*appClientSecretRotationResource)(nil)
	_ resource.ResourceWithValidateConfig = (*appClientSecretRotationResource)(nil)
)

func newAppClientSecretRotationResource() resource.Resource {
	return &appClientSecretRotationResource{}
}

// appClientSecretRotationResource is both client secrets of an app and the way
// from one to the next. What to do when is decided in internal/rotation; here
// it is shown in the plan and done.
type appClientSecretRotationResource struct{ configured }

// defaultStay is how long a previous secret remains ACTIVE, and then INACTIVE.
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
		MarkdownDescription: "Manages both client secrets of an app, for consumers that pick up a new secret minutes or days later. A rotation takes several applies: " +
			"a new secret becomes current while the previous one remains `ACTIVE` (`overlap`), then the previous one is deactivated and can still be restored (`grace`), " +
			"then it is deleted. No login is refused if every consumer picks up the new secret within `overlap`. " +
			"Each apply takes exactly the steps that its plan lists in `pending`. If there is nothing to do, the plan is empty, so you can schedule " +
			"`terraform plan -detailed-exitcode`: 2 means that there is a step to take. While a rotation is on hold or blocked, there is none and the exit code is 0: check `overdue`, or set " +
			"`on_blocked = \"error\"`, which makes it 1. Destroying the resource doesn't change the app's secrets.\n\n" +
			"The first apply creates a secret and makes the app's initial secret the previous one, so its `overlap` begins; the plan says when it ends. " +
			"To begin without that deadline, import the resource, or begin with `hold = true` and remove it when consumers can follow.\n\n" +
			"The oldest secret that Okta accepts is `rotate_after` + `overlap` (`max_age`) + twice the interval between applies. If you change a duration, the plan after that apply shows what follows.",
		Attributes: map[string]schema.Attribute{
			"id":     computedString("The same as `app_id`."),
			"app_id": appIDAttribute(),
			"rotate_after": durationAttribute("", "Age at which the current secret is replaced, for example `90d`. Default: not set; only `rotate_when_changed` starts a rotation.",
				durationValidator{aboveZero: true}),
			"stagger": staggerAttribute(),
			"rotate_when_changed": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any strings. If one of them changes, a rotation starts as soon as the one in progress is over. Adding the argument starts none. " +
					"If you add or change it in the apply that imports the rotation, none starts: change it again in a later apply. Default: not set.",
			},
			"overlap": durationAttribute(defaultStay, "How long both secrets are `ACTIVE`, counted from when the new one became current: the time to deliver it, and for consumers to pick it up. "+
				"If an apply fails, apply again within this time, or set `hold`: Terraform doesn't tell a provider whether the resources that depend on the secret were updated. "+
				"Must be shorter than `rotate_after`. Default: `24h`.",
				durationValidator{}),
			"grace": durationAttribute(defaultStay, "How long the previous secret remains `INACTIVE` before it is deleted. Until then, `hold = true` reactivates it. Default: `24h`.",
				durationValidator{}),
			"hold": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Pauses the rotation. While `true`, nothing is rotated, deactivated or deleted, and an `INACTIVE` previous secret is reactivated. " +
					"Every plan then warns that the rotation is on hold. Default: `false`.",
			},
			"retire_when": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(retireWhenOverlapEnded),
				Validators: []validator.String{stringvalidator.OneOf(retireWhenOverlapEnded, retireWhenUnused)},
				MarkdownDescription: "When the previous secret is deactivated. `overlap_ended`: when `overlap` has ended. `unused` (experimental): when `overlap` has ended and Okta's System Log shows that " +
					"there was no login with the secret for the length of `overlap`, and would have shown one. That needs the scope `okta.logs.read`; without proof, the secret remains `ACTIVE` and plans warn. " +
					"Costs at most 4 requests a plan, only while the retirement is overdue or the secret is `INACTIVE`. The data source `oktacreds_app_client_secret_usage` lists what the System Log can't show. Default: `overlap_ended`.",
			},
			"on_blocked": onBlockedAttribute(),
			"warn_on_retire": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether a plan that deactivates or deletes a secret says so in a warning. Terraform counts both as a change, not as a destroy. Default: `true`.",
			},
			"omit_secret": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether to keep the secret out of plan and state. Read it with the ephemeral resource `oktacreds_app_client_secret`. Default: `true`.",
			},
			"verify": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether to check at Okta's introspection endpoint that a new secret is accepted before it becomes current. Default: `false`.",
			},
			"phase": computed("`steady`, `overlap` (the previous secret is `ACTIVE`) or `grace` (the previous secret is `INACTIVE`)."),
			"pending": schema.ListNestedAttribute{
				Computed: true,
				MarkdownDescription: "In a plan: what applying it does, in order. In the JSON of the plan (`terraform show -json`), that is `resource_changes[].change.after.pending`. " +
					"Unknown in a plan that creates the resource; that apply never deactivates or deletes a secret. In state: what the last apply did that changed the resource.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"action":    computed("`create`, `adopt` (the secret of an interrupted run becomes current), `activate`, `deactivate` or `delete`."),
					"secret_id": computed("Id of the secret. Unknown in a plan that creates it."),
					"reason": computed("Why: `rotate_after`, `rotate_when_changed`, `adopted` (the current secret was there before), `missing` (the current secret was deleted outside of Terraform) or " +
						"`no_secret` for a new secret; `deactivated` (outside of Terraform) or `hold` for `activate`; `overlap_ended` or `unused` for `deactivate`; " +
						"`grace_ended` or `slot_needed` for `delete`."),
				}},
			},
			"last_transition":    computed("The last step performed: `create`, or `adopt`, `activate`, `deactivate` or `delete` with the id of the secret. If a plan changes this value, applying it performs that step."),
			"next_transition_at": computed("When the next step is scheduled (RFC 3339). Null if no step is scheduled."),
			"rotates_at":         rotatesAtAttribute(),
			"overdue":            overdueAttribute(),
			"blocked_by":         blockedByAttribute(),
			"max_age":            computed("`rotate_after` plus `overlap`: how old a secret can be that Okta accepts, plus twice the interval between applies, because a rotation waits for the next apply, and so does the deactivation after the overlap. Null without `rotate_after`."),
			"current_secret_id":  computed("Id of the secret that consumers should use."),
			"current_status":     computed("Status of the current secret."),
			"client_secret": schema.StringAttribute{
				Computed: true, Sensitive: true, MarkdownDescription: "The current secret. Null unless `omit_secret = false`.",
			},
			"secret_hash":           computed("Okta's hash of the current secret."),
			"created":               computed("When the current secret was created (RFC 3339)."),
			"version":               schema.Int64Attribute{Computed: true, MarkdownDescription: "A number that changes when consumers need the current secret again, and never decreases: the time in seconds at which it was created, or its status last changed. Set the `_wo_version` argument of the resource that receives the secret to it."},
			"previous_secret_id":    computed("Id of the secret that consumers used before. Null if there is none."),
			"previous_status":       computed("Status of the previous secret."),
			"usage":                 computed("Whether the previous secret is still used, if `retire_when = \"unused\"` had to find out: `in_use`, `quiet` or `inconclusive` (never treat it as `quiet`). Else null."),
			"previous_last_used_at": computed("The last login with the previous secret that the System Log shows (RFC 3339), failed ones included. Null if there is none, or if `usage` is null."),
			"current_last_used_at":  computed("The last login with the current secret that the System Log shows (RFC 3339). Null if there is none, or if `usage` is null."),
			"timeouts":              timeoutsAttribute(ctx, timeouts.Opts{Create: true, Update: true}),
		},
	}
}

func (r *appClientSecretRotationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan appClientSecretRotationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	policy, diags := plan.policy()
	resp.Diagnostics.Append(diags...)
	ctx, end, ok := r.creating(ctx, rotationObject, plan.AppID.ValueString(), plan.Timeouts.Create, resp.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	app := plan.AppID.ValueString()
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		resp.Diagnostics.Append(failure("adopt the client secrets of app "+app, err))
		return
	}
	if resp.Diagnostics.Append(r.refusal(ctx, app, secrets)...); resp.Diagnostics.HasError() {
		return
	}
	facts := newRotationFacts(app, rotation.Memory{}, secrets, r.now())
	steps, _ := facts.first(policy)
	if policy.Hold {
		facts.HeldSince = facts.Now
	}
	r.run(ctx, transitions{plan, facts, policy, steps, func(model appClientSecretRotationModel, facts rotationFacts) {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: model.AppID})...)
		setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	}}, &resp.Diagnostics)
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
		r.missing(ctx, app, appMissing("client secrets", app), resp)
		return
	case err != nil:
		resp.Diagnostics.Append(failure("read the client secrets of app "+app, err))
		return
	}
	facts := newRotationFacts(app, before.Memory, secrets, r.now())
	facts = r.look(ctx, app, facts, policy, secrets, &resp.Diagnostics).settled(before, policy)
	facts.Refused, facts.HeldSince = r.refused(ctx, app, secrets), before.HeldSince
	facts = facts.remembered(policy)
	state.show(facts, policy)
	if state.Pending.IsNull() { // after an import
		state.Pending = pendingList(nil, types.StringNull())
	}
	if !state.ClientSecret.IsNull() {
		current, _ := find(secrets, facts.CurrentID)
		if value, err := current.CheckedValue(); err == nil { // else state keeps what it has
			state.ClientSecret = types.StringValue(value)
		}
	}
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// refusal is an error if the app would take no secret.
func (r *appClientSecretRotationResource) refusal(ctx context.Context, app string, secrets []okta.ClientSecret) (diags diag.Diagnostics) {
	if reason := r.refused(ctx, app, secrets); reason != "" {
		diags.AddError("Okta would reject a client secret of app "+app, reason)
	}
	return diags
}

// refused tells why the app would take no secret. Only an app without any is
// looked at: Okta deletes them all when it switches to private_key_jwt [D].
func (r *appClientSecretRotationResource) refused(ctx context.Context, app string, secrets []okta.ClientSecret) string {
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
	ctx, end, ok := r.changing(ctx, plan.Timeouts.Update, req.Private, &resp.Diagnostics)
	defer end()
	if !ok {
		return
	}

	facts := planned
	steps, _ := planned.due(policy)
	if len(steps) > 0 {
		current, err := r.recheck(ctx, plan.AppID.ValueString(), planned, policy, &resp.Diagnostics)
		if err != nil {
			resp.Diagnostics.Append(failure(describe(steps[0])+" in the rotation of app "+plan.AppID.ValueString(), err))
			return
		}
		facts = current
	}
	switch {
	case !policy.Hold:
		facts.HeldSince = time.Time{}
	case facts.HeldSince.IsZero():
		facts.HeldSince = r.now()
	}
	r.run(ctx, transitions{plan, facts, policy, steps, func(model appClientSecretRotationModel, facts rotationFacts) {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, appIdentityModel{AppID: model.AppID})...)
		setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	}}, &resp.Diagnostics)
}

// recheck looks at the app again before the first step: apply does what the plan
// said, or nothing.
func (r *appClientSecretRotationResource) recheck(
	ctx context.Context, app string, planned rotationFacts, policy rotation.Policy, diags *diag.Diagnostics,
) (rotationFacts, error) {
	secrets, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		return planned, err
	}
	facts := newRotationFacts(app, planned.Memory, secrets, planned.Now)
	facts.HeldSince, facts.Usage, facts.QuietID = planned.HeldSince, planned.Usage, planned.QuietID
	was, _ := planned.due(policy)
	is, _ := facts.due(policy)
	if slices.ContainsFunc(was, func(step rotation.Step) bool { return step.Reason == rotation.Unused }) {
		looked := r.look(ctx, app, facts, policy, secrets, diags)
		if looked.QuietID == "" {
			return planned, fmt.Errorf("client secret %s may be in use again (usage: %s). Nothing was done: plan again", was[0].TargetID, looked.Usage.Usage)
		}
	}
	if !slices.EqualFunc(was, is, sameStep) {
		return planned, fmt.Errorf("the app's secrets have changed since the plan; it has %s now. Nothing was done: plan again", okta.HoldingsOf(secrets).String())
	}
	return facts, nil
}

// Delete leaves the secrets as they are: the current one is in use.
func (r *appClientSecretRotationResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState takes APP_ID or the identity. Roles are given as by an adoption, and
// a previous secret gets the whole overlap; an import alone rotates nothing.
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
		if step.UnrecordedID != "" { // it was created to follow that one, and may have been delivered
			facts.CurrentID, facts.PreviousID = step.UnrecordedID, step.CurrentID
		}
	}
	setImported(ctx, resp, appIdentityModel{AppID: types.StringValue(app)}, map[string]any{
		"id": app, "app_id": app, "overlap": defaultStay, "grace": defaultStay, "hold": false, "on_blocked": onBlockedWarn,
		"retire_when": retireWhenOverlapEnded, "warn_on_retire": true, "omit_secret": true, "verify": false,
	})
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
}
