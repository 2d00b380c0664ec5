package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// keyReplaces is where ModifyPlan leaves the id of the key in state: a plan
// without prior state that finds it there is the second half of a replacement.
// Of a key that was found gone it may be left as well, and then it is nobody's.
const keyReplaces = "replaces"

// ModifyPlan decides between keeping and replacing, shows what is known of the
// key already, and finds what Okta would refuse.
//
// Terraform calls it with the prior state; for a replacement, whoever asked for
// it, a second time without, but with the private state of the first; and at
// apply again. It must decide the same each time, so it decides from
// configuration, state and private state alone.
//
// An app may have 50 keys, and most plans change none: what the framework takes
// longest for, reading and writing a whole model, is left out where it can be.
func (r *appJWKResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config, plan, state appJWKModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	key, known, diags := configuredKey(config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	proposed := plan

	if req.State.Raw.IsNull() {
		replaces, _ := getPrivate[string](ctx, req.Private, keyReplaces, &resp.Diagnostics)
		plan.renew(config, key, known)
		resp.Diagnostics.Append(r.claim(plan)...)
		resp.Diagnostics.Append(r.foresee(ctx, config, key, known, replaces)...)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}

	if state = plan; !req.State.Raw.Equal(req.Plan.Raw) {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	setPrivate(ctx, resp.Private, keyReplaces, state.ID.ValueString(), &resp.Diagnostics)
	replace, diags := decideKeyReplacement(config, plan, state, key, known)
	resp.Diagnostics.Append(diags...)
	if replace {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("id"))
		plan.renew(config, key, known)
		resp.Diagnostics.Append(r.foresee(ctx, config, key, known, state.ID.ValueString())...)
	} else {
		plan.keep(config, state, key, known)
	}
	resp.Diagnostics.Append(r.claim(plan)...)
	if !reflect.DeepEqual(plan, proposed) {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

// claim tells the other objects of the run which key this one manages.
func (r *appJWKResource) claim(plan appJWKModel) diag.Diagnostics {
	if plan.AppID.IsUnknown() {
		return nil
	}
	return r.claims.add(plan.AppID.ValueString(), claim{object: keyObject, id: plan.ID.ValueString(), logsIn: plan.logsIn()})
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
	m.Thumbprint, m.Created, m.Version = state.Thumbprint, state.Created, state.Version
	m.Use, m.Alg = state.Use, state.Alg
	switch {
	case known && isKeyOf(state, key):
		m.Use, m.Alg = types.StringValue(key.Use), stringOrNull(key.Alg)
	case state.Use.IsNull(): // lost: no key is created without
		m.Use = types.StringValue(cmp.Or(key.Use, "sig"))
	}
	m.takeGiven(config)
	m.Kid = state.Kid
	if sameJSON(config.JWK.ValueString(), state.JWK.ValueString()) {
		m.JWK = state.JWK
	}
}

// takeGiven takes over the members of a key that have attributes of their own.
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

// isKeyOf tells whether the key is the one in state, whatever its kid.
func isKeyOf(state appJWKModel, key jwk.Key) bool {
	return key.Thumbprint() == state.Thumbprint.ValueString()
}

// sameJSON tells whether two texts are the same JSON in other words.
func sameJSON(a, b string) bool {
	var left, right any
	return json.Unmarshal([]byte(a), &left) == nil && json.Unmarshal([]byte(b), &right) == nil && reflect.DeepEqual(left, right)
}

// decideKeyReplacement is a pure function of what ModifyPlan is given.
func decideKeyReplacement(config, plan, state appJWKModel, key jwk.Key, known bool) (replace bool, diags diag.Diagnostics) {
	if !plan.AppID.Equal(state.AppID) {
		return true, diags // whatever the key is, the other app lacks it
	}
	triggered := rotationAsked(plan.RotateWhenChanged, state.RotateWhenChanged)
	looked := triggered || isLookedAt(config, state)
	if looked && !known && !triggered && !config.PublicKeyWO.IsNull() && !isVersioned(config, state) {
		diags.AddAttributeError(path.Root("public_key_wo"), "public_key_wo is not known yet",
			"Whether it has changed shows only in a value that is known during plan. Set public_key_wo_version, and change it with the value.")
		return false, diags
	}
	changed := looked && !(known && isKeyOf(state, key)) // one that isn't known yet is taken for another
	newKid := looked && known && key.Kid != state.Kid.ValueString() || !config.Kid.IsNull() && !config.Kid.Equal(state.Kid)
	if triggered && !changed && !newKid {
		diags.Append(sameKeyError(state.AppID.ValueString(), "rotate_when_changed asks for a new key"))
		return false, diags
	}
	if kid := cmp.Or(key.Kid, config.Kid.ValueString()); changed && kid != "" && kid == state.Kid.ValueString() {
		diags.AddAttributeError(path.Root("kid"), "The new key has the kid of the old one",
			"Kids are unique within an app, so that Okta takes the new key only when the old one is gone, and nobody could log in meanwhile. "+
				"Leave kid out (the default is the key's thumbprint), or change it with the key.")
	}
	return changed || newKid, diags
}

// isLookedAt tells whether the key of the configuration counts: a write-only one
// with a version does when its version has changed.
func isLookedAt(config, state appJWKModel) bool {
	return config.PublicKeyWO.IsNull() || !isVersioned(config, state) || !config.PublicKeyWOVersion.Equal(state.PublicKeyWOVersion)
}

// isVersioned tells whether public_key_wo_version says when the key changes.
func isVersioned(config, state appJWKModel) bool {
	return !config.PublicKeyWOVersion.IsNull() && !state.PublicKeyWOVersion.IsNull()
}

func sameKeyError(app, asked string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("A rotation to the same key",
		asked+", but the key given is the one that app "+app+" already has. Give another.")
}

// foresee says at plan what Okta would refuse. It costs one GET of the app, which
// a refresh of the app's other keys has made already, and which Create uses. Of
// a replacement it knows the key that is to go; during an apply it doesn't, and
// with create_before_destroy that key is still there.
//
// An error must not come from that alone. Terraform has made the old key a
// deposed object by then, and puts it back only when Create fails: it would
// destroy it in the next apply, before dependents have the new one.
func (r *appJWKResource) foresee(ctx context.Context, config appJWKModel, key jwk.Key, known bool, replaces string) (diags diag.Diagnostics) {
	if !known || config.Kid.IsUnknown() || config.AppID.IsUnknown() || !r.ready() {
		return nil
	}
	app := config.AppID.ValueString()
	found, err := r.client.App(ctx, app)
	planning := replaces != "" || r.refreshed.Load() // an apply reads nothing from state
	if err != nil {
		diags.Append(failure("add key "+key.Kid+" to app "+app, err))
		return r.soften(app, cautious(diags, planning || okta.IsAppNotFound(err)))
	}
	diags.Append(checkKeyForApp(found, key, replaces)...)
	if _, held := holdsKey(found.Keys, key); !held {
		diags.Append(cautious(checkPlaceForKey(found, replaces), planning)...)
	}
	return r.soften(app, diags)
}

// holdsKey finds the very key among those of an app.
func holdsKey(keys []okta.Key, key jwk.Key) (okta.Key, bool) {
	if i := slices.IndexFunc(keys, sameKey(key)); i >= 0 {
		return keys[i], true
	}
	return okta.Key{}, false
}

// checkKeyForApp tells what an app has against this key.
func checkKeyForApp(app okta.App, key jwk.Key, replaces string) (diags diag.Diagnostics) {
	if app.JWKSURI != "" {
		diags.AddError("App "+app.ID+" takes its keys from a JWKS URI",
			"It has the jwks_uri "+app.JWKSURI+", and Okta keeps either a URI or saved keys. Publish the key there, or take the URI away first.")
	}
	if held, ok := holdsKey(app.Keys, key); ok {
		if held.ID == replaces {
			diags.Append(sameKeyError(app.ID, "The key is to be replaced"))
		} else {
			diags.Append(existingKeyWarning(app.ID, held))
		}
		return diags
	}
	for _, held := range app.Keys {
		if held.Kid == key.Kid && held.ID != replaces {
			diags.AddAttributeError(path.Root("kid"), "The kid is taken",
				fmt.Sprintf("App %s has another key with the kid %q: %s. Choose another kid, or leave it out for the key's thumbprint.",
					app.ID, key.Kid, held.Holding()))
		}
	}
	return diags
}

func existingKeyWarning(app string, key okta.Key) diag.Diagnostic {
	return diag.NewWarningDiagnostic("App "+app+" already has this key",
		"Key "+key.Holding().String()+" with kid "+key.Kid+" is the very same key: it is taken over, and no other is created. "+
			"If another resource manages it, remove one of the two.")
}

// checkPlaceForKey tells what an app has against any further key.
func checkPlaceForKey(app okta.App, replaces string) (diags diag.Diagnostics) {
	others := slices.DeleteFunc(slices.Clone(app.Keys), func(held okta.Key) bool { return held.ID == replaces })
	for _, held := range others {
		if held.Kid == "" {
			diags.AddError("App "+app.ID+" has a key without kid",
				fmt.Sprintf("Okta adds no key while %s has none. Retire that key first: import it as %s/%s and remove it from the configuration, or use the Admin Console.",
					held.Holding(), app.ID, held.ID))
		}
	}
	if len(others) >= okta.MaxKeys {
		diags.Append(noPlaceForKey(app.ID))
	}
	return diags
}

func noPlaceForKey(app string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(fmt.Sprintf("App %s already has %d keys", app, okta.MaxKeys), "Okta allows no more. Retire one that nobody uses.")
}
