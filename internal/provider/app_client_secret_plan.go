package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// ModifyPlan decides between keeping and replacing, and finds at plan what Okta
// would refuse at apply.
//
// Terraform calls it with the prior state; for a replacement a second time
// without, but with the private state of before; and at apply again. It must
// decide the same each time, so it decides from configuration, state and
// private state alone: the clock was read by Read.
func (r *appClientSecretResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config, plan appClientSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	facts, refreshed := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)

	if req.State.Raw.IsNull() {
		plan.ClientSecret = plannedValue(config, plan, types.StringUnknown())
		if refreshed {
			resp.Diagnostics.Append(checkReplacement(plan, config, facts)...)
		} else {
			resp.Diagnostics.Append(r.checkCreate(ctx, plan, config)...)
		}
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}

	var state appClientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	pending, _ := getPrivate[bool](ctx, req.Private, keyPending, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ClientSecret = plannedValue(config, plan, state.ClientSecret)
	decision := decideReplacement(config, plan, state, facts, pending)
	resp.Diagnostics.Append(decision.diags...)
	if decision.hold && decision.asked {
		setPrivate(ctx, resp.Private, keyPending, true, &resp.Diagnostics)
	}
	if decision.replace {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("id"))
		plan.ID = types.StringUnknown()
		plan.SecretHash = types.StringUnknown()
		plan.Created = types.StringUnknown()
		plan.LastUpdated = types.StringUnknown()
		plan.Version = types.Int64Unknown()
		plan.ClientSecret = plannedValue(config, plan, types.StringUnknown())
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// plannedValue is what the plan says of client_secret: the configuration's
// value, null where it stays out of state, else what is there already.
func plannedValue(config, plan appClientSecretModel, present types.String) types.String {
	switch {
	case !config.ClientSecret.IsNull():
		return config.ClientSecret
	case plan.OmitSecret.ValueBool() || !config.ClientSecretWO.IsNull():
		return types.StringNull()
	case present.IsNull():
		return types.StringUnknown() // read from Okta
	default:
		return present
	}
}

// replacement is the outcome of decideReplacement.
type replacement struct {
	replace bool
	hold    bool // it is due, but a place must become free first
	asked   bool // by the configuration, which must not be forgotten
	diags   diag.Diagnostics
}

// decideReplacement is a pure function of what ModifyPlan is given.
func decideReplacement(config, plan, state appClientSecretModel, facts secretFacts, pending bool) (d replacement) {
	newValue, unknown := valueChanged(config, state)
	if unknown {
		d.diags.AddAttributeError(path.Root("client_secret_wo"), "client_secret_wo is not known yet",
			"Whether it has changed shows only in a value that is known during plan. Set client_secret_wo_version, and change it with the value.")
		return d
	}
	triggered := !plan.RotateWhenChanged.Equal(state.RotateWhenChanged)
	d.asked = newValue || triggered || pending
	if !d.asked && !facts.Due {
		if other, found := facts.successor(); found {
			d.diags.Append(unrecordedWarning(state.AppID.ValueString(), other))
		}
		return d
	}
	if triggered && !newValue && sameValue(config, state) {
		d.diags.AddAttributeError(path.Root("rotate_when_changed"), "A rotation to the same secret",
			"rotate_when_changed asks for a new secret, but client_secret is the one that is there. Change it too.")
		return d
	}
	other, blocked := facts.blocker(plan.OnLimit.ValueString())
	if !blocked {
		d.replace = true
		if successor, found := facts.successor(); found {
			d.diags.Append(takeOverWarning(state.AppID.ValueString(), successor))
		}
		return d
	}
	d.hold = true
	if newValue && !config.ClientSecret.IsNull() {
		d.diags.AddAttributeError(path.Root("client_secret"), "Both places of app "+state.AppID.ValueString()+" are taken", holdDetail(state, other))
		return d
	}
	d.diags.AddWarning("Rotation of client secret "+state.ID.ValueString()+" is held back", holdDetail(state, other))
	return d
}

// valueChanged tells whether the configuration asks for another secret than the
// one that is there. It can't be told when a write-only value is unknown.
func valueChanged(config, state appClientSecretModel) (changed, unknown bool) {
	version, before := config.ClientSecretWOVersion, state.ClientSecretWOVersion
	switch {
	case !config.ClientSecret.IsNull():
		return !sameValue(config, state), false
	case config.ClientSecretWO.IsNull():
		return false, false
	case !version.IsNull() && !before.IsNull():
		return !version.Equal(before), false
	default:
		return !sameValue(config, state), config.ClientSecretWO.IsUnknown()
	}
}

// sameValue tells whether the configuration gives the secret that is there.
func sameValue(config, state appClientSecretModel) bool {
	for _, value := range []types.String{config.ClientSecret, config.ClientSecretWO} {
		if !value.IsNull() && !value.IsUnknown() {
			return okta.SecretHash(value.ValueString()) == state.SecretHash.ValueString()
		}
	}
	return false
}

func holdDetail(state appClientSecretModel, other otherSecret) string {
	return fmt.Sprintf("An app has two places for client secrets, and the second one is taken by %s. "+
		"If the plan shows a deposed object of this resource, that is it: this apply removes it, and the next one rotates. "+
		"Otherwise somebody else created it: deactivate and delete it when nobody uses it, or import it and remove it from the configuration. "+
		"An INACTIVE one may give way with on_limit = \"delete_inactive\". Until then client secret %s stays in use.",
		other, state.ID.ValueString())
}

func takeOverWarning(app string, other otherSecret) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The rotation takes over client secret "+other.ID+" of app "+app,
		"An interrupted run created "+other.String()+" and could not record it. It becomes the new secret; no other is created.")
}

func unrecordedWarning(app string, other otherSecret) diag.Diagnostic {
	return diag.NewWarningDiagnostic("App "+app+" has a client secret that is not in this resource's state",
		"This provider created "+other.String()+", so an interrupted run may have left it. The next rotation of this resource takes it over. "+
			"To get rid of it now, deactivate and delete it in the Admin Console. If another configuration manages it, nothing is wrong.")
}

// checkReplacement looks at a replacement that Terraform was told to make
// (-replace): Okta's two places bound it as well.
func checkReplacement(plan, config appClientSecretModel, facts secretFacts) (diags diag.Diagnostics) {
	app := plan.AppID.ValueString()
	if sameValue(config, appClientSecretModel{SecretHash: types.StringValue(facts.Hash)}) {
		diags.AddError("A rotation to the same secret",
			"The client secret of app "+app+" is to be replaced, but the configuration gives the one that is there. Change its value.")
	}
	if other, blocked := facts.blocker(plan.OnLimit.ValueString()); blocked {
		diags.AddError("Both places of app "+app+" are taken",
			"Besides the secret to be replaced, the app has "+other.String()+". If the plan without -replace shows a deposed object, apply that first. "+
				"Otherwise deactivate and delete the other secret when nobody uses it.")
	}
	return diags
}

// checkCreate finds what would keep the secret from being created. It costs one
// list, which Create uses again, and the app only where the list leaves a
// doubt about the authentication method.
func (r *appClientSecretResource) checkCreate(ctx context.Context, plan, config appClientSecretModel) (diags diag.Diagnostics) {
	if !r.ready() || plan.AppID.IsUnknown() {
		return diags
	}
	app := plan.AppID.ValueString()
	doing := "create a client secret of app " + app
	present, err := r.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		diags.Append(failure(doing, err))
		return diags
	}
	length := configuredLength(config)
	// An app under private_key_jwt has no secrets: Okta deleted them [D].
	if len(present) == 0 || 0 < length && length < okta.MinJWTSecretLength {
		found, err := r.client.App(ctx, app)
		if err == nil {
			err = checkSecretForApp(found, length)
		}
		if err != nil {
			diags.Append(failure(doing, err))
			return diags
		}
	}
	r.checkPlaces(plan, config, present, &diags)
	return diags
}

// configuredLength is the length of the user's own secret, 0 if there is none
// or it isn't known yet.
func configuredLength(config appClientSecretModel) int {
	return max(len(config.ClientSecret.ValueString()), len(config.ClientSecretWO.ValueString()))
}

func (r *appClientSecretResource) checkPlaces(plan, config appClientSecretModel, present []okta.ClientSecret, diags *diag.Diagnostics) {
	app := plan.AppID.ValueString()
	if slices.ContainsFunc(present, func(s okta.ClientSecret) bool {
		return sameValue(config, appClientSecretModel{SecretHash: types.StringValue(s.Hash)})
	}) {
		return // Create takes it over
	}
	orphan, found := unrecorded(app, present, r.now())
	other := otherSecret{ID: orphan.ID, Status: orphan.Status, Created: orphan.Created}
	full := len(present) >= okta.MaxSecrets
	reclaimable := plan.OnLimit.ValueString() == onLimitDeleteInactive &&
		slices.ContainsFunc(present, func(s okta.ClientSecret) bool { return s.Status == okta.StatusInactive })
	switch {
	case found && full:
		diags.Append(takeOverWarning(app, other))
	case full && !reclaimable:
		diags.AddError("App "+app+" already has two client secrets",
			"Okta allows no third. Present are "+holdings(present)+". Import the one that Terraform is to manage, or deactivate and delete one that "+
				"nobody uses; an INACTIVE one may give way with on_limit = \"delete_inactive\".")
	}
}
