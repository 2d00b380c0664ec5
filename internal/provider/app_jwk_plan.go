// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// keyPlanFacts is what private state keeps of a key for a plan that isn't given the prior state.
type keyPlanFacts struct {
	App string `json:"app"`
	ID  string `json:"id"`
	// Replacing says that the plan has decided for a replacement: Terraform plans the new object next.
	Replacing bool `json:"replacing,omitempty"`
}

// ModifyPlan decides between keeping and replacing, shows what is known of the key already, and shows
// in the plan what Create would refuse.
//
// Terraform calls it with the prior state; for a replacement, however it was asked for, a second time
// without, but with the private state of the first call; and again at apply. It must decide the same
// each time, so it decides from configuration, state and private state alone.
//
// An app may have 50 keys, and most plans change none: reading and writing a whole model, which takes
// the framework longest, is left out where it can be.
func (r *appJWKResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, plan, state appJWKModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.Diagnostics.Append(r.planDestroy(ctx, keyObject, state.AppID, state.ID, state.OnDestroy, resp)...)
		resp.Diagnostics.Append(r.destroysOwnKey(state)...)
		return
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	key, known, diags := configuredKey(config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	proposed := plan

	if req.State.Raw.IsNull() {
		facts, _ := getPrivate[keyPlanFacts](ctx, req.Private, keyFacts, &resp.Diagnostics)
		plan.renew(config, key, known)
		if replaces := facts.App == plan.AppID.ValueString(); !replaces || !facts.Replacing {
			if !replaces {
				facts = keyPlanFacts{}
			} else {
				resp.Diagnostics.Append(r.ledger.replacesAfterAll(facts.App, keyObject, facts.ID)...)
			}
			resp.Diagnostics.Append(r.planNew(ctx, plan, config, key, known, facts.ID, false)...)
		}
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}

	if state = plan; !req.State.Raw.Equal(req.Plan.Raw) {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	app, id := state.AppID.ValueString(), state.ID.ValueString()
	facts := keyPlanFacts{App: app, ID: id}
	replace, refused := decideKeyReplacement(config, plan, state, key, known)
	switch {
	case !plan.AppID.Equal(state.AppID):
		facts.App = plan.AppID.ValueString()
		plan.renew(config, key, known)
		resp.Diagnostics.Append(r.destroysOwnKey(state)...)
		resp.Diagnostics.Append(r.leaves(keyObject, state.AppID, state.ID, state.OnDestroy)...)
		resp.Diagnostics.Append(r.planNew(ctx, plan, config, key, known, "", true)...)
	case replace:
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("id"))
		plan.renew(config, key, known)
		resp.Diagnostics.Append(r.destroysOwnKey(state)...)
		resp.Diagnostics.Append(r.enterKey(app, state, replaces)...)
		resp.Diagnostics.Append(r.planNew(ctx, plan, config, key, known, id, false)...)
	default:
		plan.keep(config, state, key, known)
		resp.Diagnostics.Append(r.enterKey(app, plan, keeps)...)
		resp.Diagnostics.Append(r.explainKey(app, refused, rotation.HeldSecret{ID: id}, diag.SeverityWarning)...)
		resp.Diagnostics.Append(r.rewritten(app, plan, state)...)
		resp.Diagnostics.Append(r.encryptsWithOwnKey(plan, state)...)
		if !plan.Status.Equal(state.Status) && plan.Status.ValueString() == string(okta.StatusInactive) {
			resp.Diagnostics.Append(r.deactivatesOwnKey(state)...)
		}
	}
	facts.Replacing = replace
	if replace {
		resp.Diagnostics.Append(r.warnOfLateArguments(keyObject, app, id, credentialEnd{state.OnDestroy, state.Drain}, credentialEnd{plan.OnDestroy, plan.Drain})...)
	}
	setPrivate(ctx, resp.Private, keyDestroy, !plan.AppID.Equal(state.AppID), &resp.Diagnostics)
	setPrivate(ctx, resp.Private, keyFacts, facts, &resp.Diagnostics)
	if !reflect.DeepEqual(plan, proposed) {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

// rewritten warns when someone has written the key without the use that it was created with, as
// okta_app_oauth does: its schema doesn't have use [C]. Without it, an encryption key is one for signatures, and
// the whole of okta_app_oauth may fail to plan.
func (r *appJWKResource) rewritten(app string, plan, state appJWKModel) (diags diag.Diagnostics) {
	if plan.Use.ValueString() != "enc" || !state.Use.IsNull() {
		return nil
	}
	r.report(useDropped, app, state.ID.ValueString())
	diags.AddWarning("Key "+state.ID.ValueString()+" of app "+app+" has lost its use",
		"The key was created with use = \"enc\", and Okta doesn't have that any more: an update of okta_app_oauth drops it. This apply restores it. Don't manage an encryption key of an app "+
			"that okta_app_oauth updates, or add ignore_changes = [jwks] to the app and avoid updating the app.")
	return diags
}

// useDropped is the reason of that warning.
const useDropped rotation.Reason = "use_dropped"

// enterKey tells the other objects of the run what becomes of the key.
func (r *appJWKResource) enterKey(app string, key appJWKModel, role role) diag.Diagnostics {
	return r.ledger.add(app, entry{object: keyObject, role: role, id: key.ID.ValueString(), logsIn: role != replaces && key.logsIn(), retained: key.OnDestroy.ValueString() == onDestroyRetain, proof: true})
}

// logsIn tells whether a client can log in with the key, as far as is known.
func (m *appJWKModel) logsIn() bool {
	return (m.Status.IsUnknown() || m.Status.ValueString() == string(okta.StatusActive)) && m.Use.ValueString() != "enc"
}

// renew plans a new key: unknown is what Okta makes, the rest follows from the
// key. A write-only key may come from an ephemeral resource that makes another
// one for the apply: nothing of it can be promised.
func (m *appJWKModel) renew(config appJWKModel, key jwk.Key, known bool) {
	for _, value := range []*types.String{&m.ID, &m.Kty, &m.N, &m.E, &m.Crv, &m.X, &m.Y, &m.Thumbprint, &m.Created} {
		*value = types.StringUnknown()
	}
	m.Version = types.Int64Unknown()
	m.Kid, m.Use, m.Alg = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	if known && config.PublicKeyWO.IsNull() {
		m.takeMaterial(key)
		m.Kid, m.Use, m.Alg = types.StringValue(key.Kid), types.StringValue(key.Use), stringOrNull(key.Alg)
	}
	m.takeGiven(config)
}

// keep plans the key that is there, with use and alg as configured. Of a
// write-only key, which may be another one by now, only its attributes count.
func (m *appJWKModel) keep(config, state appJWKModel, key jwk.Key, known bool) {
	m.ID = state.ID
	m.Kty, m.N, m.E, m.Crv, m.X, m.Y = state.Kty, state.N, state.E, state.Crv, state.X, state.Y
	if state.Kty.ValueString() == "EC" && state.Crv.IsNull() { // lost: x and y tell which it is
		m.Crv = stringOrNull(canonical(state.key()).Crv)
	}
	m.Thumbprint, m.Created, m.Version = state.Thumbprint, state.Created, state.Version
	m.Use, m.Alg = state.Use, state.Alg
	switch {
	case known && isKeyOf(state, key):
		m.Use, m.Alg = types.StringValue(key.Use), stringOrNull(key.Alg)
	case state.Use.IsNull(): // lost: no key is created without
		m.Use = types.StringValue(cmp.Or(key.Use, "sig"))
	}
	m.takeGiven(config)
	if !state.Kid.IsNull() {
		m.Kid = state.Kid
	} else if known && isKeyOf(state, key) {
		m.Kid = types.StringValue(key.Kid)
	}
	if okta.SameJSON([]byte(config.JWK.ValueString()), []byte(state.JWK.ValueString())) {
		m.JWK = state.JWK
	}
}

// takeGiven adopts the members of a key that have attributes of their own.
func (m *appJWKModel) takeGiven(config appJWKModel) {
	for _, member := range []struct {
		planned *types.String
		given   types.String
	}{
		{&m.Kid, config.Kid}, {&m.Use, config.Use}, {&m.Alg, config.Alg},
	} {
		if !member.given.IsNull() {
			*member.planned = member.given
		}
	}
}

// isKeyOf tells whether the key is the one in state, no matter what its kid is.
func isKeyOf(state appJWKModel, key jwk.Key) bool {
	return key.Thumbprint() == state.Thumbprint.ValueString()
}

// decideKeyReplacement is a pure function of what ModifyPlan is given. refused is the reason why what is
// asked for can't happen, if there is one: then the key is kept, and Update fails.
func decideKeyReplacement(config, plan, state appJWKModel, key jwk.Key, known bool) (replace bool, refused rotation.Reason) {
	if !plan.AppID.Equal(state.AppID) {
		return true, rotation.NoReason // the other app doesn't have the key, no matter which it is
	}
	triggered := rotationAsked(plan.RotateWhenChanged, state.RotateWhenChanged)
	looked := triggered || isLookedAt(config, state)
	unknown := looked && !triggered && !known && !config.PublicKeyWO.IsNull() && !isVersioned(config, state)
	changed := looked && !unknown && !(known && isKeyOf(state, key)) // one that isn't known yet is taken for another
	newKid := looked && known && key.Kid != state.Kid.ValueString() || !config.Kid.IsNull() && !config.Kid.Equal(state.Kid)
	if newKid && !changed && state.Kid.IsNull() {
		newKid = false // a key without kid gets one in place
	}
	switch kid := cmp.Or(key.Kid, config.Kid.ValueString()); {
	case looked && len(config.inputs()) == 0:
		return false, noValue
	case triggered && !changed && !newKid:
		return false, rotation.SameValue
	case changed && kid != "" && kid == state.Kid.ValueString():
		return false, rotation.KidTaken
	}
	return changed || newKid, rotation.NoReason
}

// isLookedAt tells whether the key of the configuration counts: a write-only one with a version does
// when its version has changed.
func isLookedAt(config, state appJWKModel) bool {
	return !config.JWK.IsNull() || !config.PublicKeyPEM.IsNull() || !isVersioned(config, state) || !config.PublicKeyWOVersion.Equal(state.PublicKeyWOVersion)
}

// isVersioned tells whether public_key_wo_version says when the key changes.
func isVersioned(config, state appJWKModel) bool {
	return !config.PublicKeyWOVersion.IsNull() && !state.PublicKeyWOVersion.IsNull()
}

// planNew shows what Create would refuse or adopt. It costs one GET of the app, which a refresh of the
// app's other keys has made already, and which Create uses. replaced is the id of the key of this
// app that is replaced, as far as that is known. moves says that the new key replaces one of another app. An apply
// is told neither, so that with either this is a plan.
func (r *appJWKResource) planNew(ctx context.Context, plan, config appJWKModel, key jwk.Key, known bool, replaced string, moves bool) (diags diag.Diagnostics) {
	if !r.ready() {
		return nil
	}
	proof := replaced != "" || moves
	app := cmp.Or(plan.AppID.ValueString(), unknownApp)
	var conflicts diag.Diagnostics // whose severity is right already
	if replaced == "" && app != unknownApp {
		conflicts = r.ledger.add(app, entry{object: keyObject, logsIn: plan.logsIn(), apart: true, proof: proof})
	}
	switch {
	case len(config.inputs()) == 0: // without create_before_destroy, the old key would be deleted anyway
		return append(conflicts, r.planErrors(app, proof, r.explainKey(app, noValue, rotation.HeldSecret{}, diag.SeverityError))...)
	case !known || config.Kid.IsUnknown() || app == unknownApp:
		return conflicts
	}
	found, err := r.client.App(ctx, app)
	if err == nil {
		err = r.checkKeyForApp(found)
	}
	if err != nil {
		diags.Append(failure("add key "+key.Kid+" to app "+app, err))
		return append(conflicts, r.planErrors(app, proof, diags)...)
	}
	judgment := rotation.JudgeKey(newKeyWish(key, plan), replaced, r.heldKeys(found, key, func(id string) bool { return r.ledger.held(app, id) }))
	wanted := entry{object: keyObject, role: wants, proof: proof, value: "the key with the thumbprint " + key.Thumbprint() + " and the kid " + key.Kid}
	if held, ok := find(found.Keys, judgment.Subject.ID); ok && sameKey(key)(held) {
		wanted.id = held.ID
	}
	conflicts.Append(r.ledger.add(app, wanted)...)
	if judgment.Reason != rotation.HeldByAnother { // the ledger has said so
		diags.Append(r.explainKey(app, judgment.Reason, judgment.Subject, refusalSeverity(judgment.Reason, proof))...)
	}
	return append(conflicts, r.planErrors(app, proof, diags)...)
}

// refusalSeverity is what a plan makes of a key that Create would refuse. Without create_before_destroy,
// which a provider isn't told of, the old key is deleted first: a replacement that can't end must not
// begin. At 50 keys it depends on that order. A key that exists may be adopted or imported in the same
// apply, by another resource's means.
func refusalSeverity(reason rotation.Reason, replaces bool) diag.Severity {
	switch {
	case reason == rotation.KeysFull, reason == rotation.Unrecorded && !replaces:
		return diag.SeverityWarning
	default:
		return diag.SeverityError
	}
}

func newKeyWish(key jwk.Key, plan appJWKModel) rotation.KeyWish {
	return rotation.KeyWish{Kid: key.Kid, Adopt: plan.AdoptInterrupted.ValueBool()}
}

// heldKeys is what JudgeKey has to know of the app's keys.
func (r *appJWKResource) heldKeys(app okta.App, key jwk.Key, managed func(id string) bool) (held []rotation.HeldKey) {
	same := sameKey(key)
	for _, k := range app.Keys {
		held = append(held, rotation.HeldKey{ID: k.ID, Kid: k.Kid, Active: k.Status == okta.StatusActive, Same: same(k), Managed: managed(k.ID)})
	}
	return held
}

// checkKeyForApp says why an app takes no key.
func (r *appJWKResource) checkKeyForApp(app okta.App) error {
	if app.FromCatalog() {
		return r.catalogError(app.ID, "its keys")
	}
	if app.JWKSURI != "" {
		return fmt.Errorf("app %s has the jwks_uri %s, and Okta keeps either a JWKS URI or saved keys: publish the key there, or remove the URI first", app.ID, app.JWKSURI)
	}
	return nil
}
