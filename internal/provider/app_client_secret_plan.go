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
	facts, _ := getPrivate[secretFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	if req.State.Raw.IsNull() {
		plan.ClientSecret = plannedValue(config, plan, types.StringUnknown())
		resp.Diagnostics.Append(r.claim(plan)...)
		resp.Diagnostics.Append(r.foresee(ctx, plan, config, facts)...)
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
	if plan.Status.Equal(state.Status) {
		plan.LastUpdated = state.LastUpdated
	}
	if plan.AppID.Equal(state.AppID) { // else it is replaced anyhow, and the facts are of the other app
		decision := decideReplacement(config, plan, state, facts, pending)
		resp.Diagnostics.Append(decision.diags...)
		if decision.hold && decision.asked {
			setPrivate(ctx, resp.Private, keyPending, true, &resp.Diagnostics)
		}
		if other, found := facts.successor(config.ownHash()); found && decision.replace {
			resp.Diagnostics.Append(r.announce(state.AppID.ValueString(), other)...)
		}
		if decision.replace {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root("id"))
			plan.forget()
			plan.ClientSecret = plannedValue(config, plan, types.StringUnknown())
		}
	}
	resp.Diagnostics.Append(r.claim(plan)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// claim tells the other objects of the run which secret this one manages.
func (r *appClientSecretResource) claim(plan appClientSecretModel) diag.Diagnostics {
	if plan.AppID.IsUnknown() {
		return nil
	}
	return r.claims.add(plan.AppID.ValueString(), claim{object: secretObject, id: plan.ID.ValueString()})
}

// forget makes unknown what another secret will have another one of.
func (m *appClientSecretModel) forget() {
	m.ID = types.StringUnknown()
	m.SecretHash = types.StringUnknown()
	m.Created = types.StringUnknown()
	m.LastUpdated = types.StringUnknown()
	m.Version = types.Int64Unknown()
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
//
// Its errors name no attribute path: Terraform prints the line of the
// configuration that a path leads to, and there the secret may stand.
func decideReplacement(config, plan, state appClientSecretModel, facts secretFacts, pending bool) (d replacement) {
	app := state.AppID.ValueString()
	newValue, unknown := valueChanged(config, state)
	if unknown {
		d.diags.AddError("client_secret_wo is not known yet",
			"Whether it has changed shows only in a value that is known during plan. Set client_secret_wo_version, and change it with the value.")
		return d
	}
	own := config.ownHash()
	same := own != "" && own == state.SecretHash.ValueString()
	triggered := rotationAsked(plan.RotateWhenChanged, state.RotateWhenChanged)
	// The refresh has judged the duration in state, not another one in the plan.
	due := facts.Reached != "" && facts.Reached == plan.RotateAfter.ValueString()
	d.asked = newValue || triggered || pending && !same

	if !d.asked && (!due || same) {
		if due {
			d.diags.AddWarning("Client secret "+state.ID.ValueString()+" of app "+app+" has reached rotate_after",
				"The configuration gives the secret that is there. Give a new value to rotate it.")
		}
		if other, found := facts.successor(own); found {
			d.diags.Append(unrecordedWarning(app, other))
		}
		return d
	}
	if same {
		d.diags.AddError("A rotation to the same secret",
			"A new client secret of app "+app+" is asked for, but the configuration gives the one that is there. Change its value.")
		return d
	}
	other, blocked := facts.blocker(own, plan.WhenFull.ValueString())
	if !blocked {
		d.replace = true
		if successor, found := facts.successor(own); found {
			d.diags.Append(takeOverWarning(app, successor))
		}
		return d
	}
	d.hold = true
	if newValue && !config.ClientSecret.IsNull() { // what is configured can't be planned as another value
		d.diags.AddError("Both places of app "+app+" are taken",
			holdDetail(state, other)+" If there is a deposed object, or if an interrupted run created the other one, give the value of before once more and apply; then the new one.")
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
	case config.ownHash() == "":
		return false, false
	case config.ClientSecret.IsNull() && !version.IsNull() && !before.IsNull():
		return !version.Equal(before), false
	default:
		return config.ownHash() != state.SecretHash.ValueString(), config.ClientSecretWO.IsUnknown()
	}
}

func holdDetail(state appClientSecretModel, other otherSecret) string {
	whatToDo := "If the plan shows a deposed object of this resource, that is it: this apply removes it, and the next one rotates. " +
		"Otherwise somebody else created it, or a allow_last_credential_destroy left it: deactivate and delete it when nobody uses it, or import it and remove it from the configuration."
	if other.StandIn {
		whatToDo = "It was made for nobody to use, when the app's last secret was to end. It stays ACTIVE until you deactivate and delete it, in the Admin Console."
	}
	return fmt.Sprintf("An app has two places for client secrets, and the second one is taken by %s. %s "+
		"An INACTIVE one may give way with when_full = \"delete_inactive\". Until then client secret %s stays in use.",
		other, whatToDo, state.ID.ValueString())
}

func takeOverWarning(app string, other otherSecret) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Client secret "+other.ID+" of app "+app+" will be taken over",
		"An interrupted run created "+other.String()+" and could not record it. It becomes the new secret; no other is created.")
}

func unrecordedWarning(app string, other otherSecret) diag.Diagnostic {
	return diag.NewWarningDiagnostic("App "+app+" has a client secret that is not in this resource's state",
		"This provider created "+other.String()+", so an interrupted run may have left it. The next rotation of this resource takes it over. "+
			"To get rid of it now, deactivate and delete it in the Admin Console. If another configuration manages it, nothing is wrong.")
}

// orphanWarning speaks of a secret whose predecessor, the resource's own, is gone:
// at apply nothing tells it from a secret that is being replaced, so that it is
// not taken over.
func orphanWarning(app string, other otherSecret) diag.Diagnostic {
	return diag.NewWarningDiagnostic("App "+app+" has a client secret that may be nobody's",
		"This provider created "+other.String()+", and an interrupted run may have left it. It is not taken over: this plan creates another. "+
			"If no other configuration manages it, deactivate and delete it in the Admin Console after the apply.")
}

// foresee says at plan what Create would refuse.
//
// During an apply it must not fail: Terraform has made the live secret a deposed
// object by then, and puts it back only when Create fails. It would destroy it in
// the next apply, before dependents have the new one. A call of the apply can't
// be told from the plan of a first creation but by what is around it: a refresh
// comes before plans only, and where no secret of the app can be the one that is
// being replaced, none is deposed. In doubt the errors are warnings; and so they
// are where the secret was found gone, see [configured.vanish].
func (r *appClientSecretResource) foresee(ctx context.Context, plan, config appClientSecretModel, facts secretFacts) diag.Diagnostics {
	if !r.ready() || plan.AppID.IsUnknown() {
		return nil
	}
	app, own := plan.AppID.ValueString(), config.ownHash()
	if facts.App == app { // a replacement in the plan: at apply there are no facts
		return r.checkCreate(ctx, plan, config, facts)
	}
	present, err := r.client.Secrets.Snapshot(ctx, app)
	var diags diag.Diagnostics
	if err != nil {
		diags.Append(failure(createOf(app), err))
	} else {
		facts = newSecretFacts(app, okta.ClientSecret{}, present, r.isRecorded, r.now())
		diags = r.checkCreate(ctx, plan, config, facts)
		if other, found := facts.successor(own); found {
			diags.Append(r.announce(app, other)...)
		} else if r.vanished.has(app) {
			for _, other := range facts.orphans() {
				diags.Append(orphanWarning(app, other))
			}
		}
	}
	replaceable := func(s okta.ClientSecret) bool { return s.Hash == own || okta.GeneratedFor(s.Value, app) }
	planning := r.refreshed.Load() || okta.IsAppNotFound(err) || err == nil && !slices.ContainsFunc(present, replaceable)
	return cautious(diags, planning && !r.vanished.has(app))
}

// announce says that a secret will be taken over, as far as is known one that no
// state holds. Objects are planned in no order: if its owner is among those that
// are read later, Read finds out.
func (r *appClientSecretResource) announce(app string, other otherSecret) (diags diag.Diagnostics) {
	r.takeovers.add(other.ID)
	if r.recorded.has(other.ID) {
		diags.Append(ownedAlready(app, other.ID))
	}
	return diags
}

func ownedAlready(app, id string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("App "+app+" already has two client secrets",
		"Okta allows no third, so that a resource for a new one would take over "+id+", which another resource of this configuration manages. "+
			"Remove the resource that is too many.")
}

// cautious turns errors into warnings unless it is certain that they may fail
// the call.
func cautious(diags diag.Diagnostics, certain bool) (out diag.Diagnostics) {
	for _, d := range diags {
		if d.Severity() == diag.SeverityError && !certain {
			d = diag.NewWarningDiagnostic(d.Summary(), d.Detail())
		}
		out.Append(d)
	}
	return out
}

func createOf(app string) string { return "create a client secret of app " + app }

// checkCreate finds what keeps a secret from being created beside those that
// the facts tell of.
func (r *appClientSecretResource) checkCreate(ctx context.Context, plan, config appClientSecretModel, facts secretFacts) (diags diag.Diagnostics) {
	if err := r.checkMethod(ctx, facts, config.ownLength()); err != nil {
		diags.Append(failure(createOf(facts.App), err))
		return diags
	}
	return checkPlaces(plan, config.ownHash(), facts)
}

// checkMethod asks for the app's authentication method where it may matter: an
// app under private_key_jwt has no secrets, since Okta deleted them [D], and a
// short one is refused under client_secret_jwt [S].
func (r *appClientSecretResource) checkMethod(ctx context.Context, facts secretFacts, length int) error {
	secretless := facts.ID == "" && len(facts.Others) == 0
	if !secretless && (length == 0 || length >= okta.MinJWTSecretLength) {
		return nil
	}
	found, err := r.client.App(ctx, facts.App)
	if err != nil {
		return err
	}
	return checkSecretForApp(found, length)
}

// checkPlaces is a pure function of what is there and of what is wanted.
func checkPlaces(plan appClientSecretModel, own string, facts secretFacts) (diags diag.Diagnostics) {
	app := facts.App
	if successor, found := facts.successor(own); found {
		if facts.ID == "" {
			diags.Append(takeOverWarning(app, successor))
		}
		return diags
	}
	if holder, found := facts.holder(own); found {
		diags.AddError("App "+app+" already has this client secret",
			"The configuration gives the value of "+holder+". To rotate, change the value. To manage that secret, import it.")
		return diags
	}
	if _, blocked := facts.blocker(own, plan.WhenFull.ValueString()); blocked {
		diags.AddError("App "+app+" already has two client secrets",
			"Okta allows no third. Present are "+facts.holdings()+". Import the one that Terraform is to manage, or deactivate and delete one that "+
				"nobody uses; an INACTIVE one may give way with when_full = \"delete_inactive\". "+
				"If the plan shows a deposed object of this resource, an apply without a new rotation removes it first.")
	}
	return diags
}
