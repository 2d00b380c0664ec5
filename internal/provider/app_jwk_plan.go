package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// ModifyPlan decides between keeping and replacing, shows what is known of the
// key already, and finds what Okta would refuse. It decides from configuration,
// state and private state alone.
func (r *appJWKResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config, plan appJWKModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	key, known, diags := configuredKey(config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	// A write-only key may come from an ephemeral resource that makes another
	// one for the apply: nothing of it can be promised.
	shown := known && config.PublicKeyWO.IsNull()

	if req.State.Raw.IsNull() {
		plan.forget()
		plan.show(config, key, shown)
		_, replacing := getPrivate[bool](ctx, req.Private, keyFacts, &resp.Diagnostics)
		if known && !replacing && r.ready() && !plan.AppID.IsUnknown() {
			resp.Diagnostics.Append(r.checkCreate(ctx, plan.AppID.ValueString(), key)...)
		}
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}

	var state appJWKModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	replace, diags := decideKeyReplacement(config, plan, state, key, known)
	resp.Diagnostics.Append(diags...)
	if replace {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("id"))
		plan.forget()
		plan.show(config, key, shown)
	} else {
		plan.keep(config, state, key, known)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// show puts what follows from the configuration into the plan of a new key.
func (m *appJWKModel) show(config appJWKModel, key jwk.Key, known bool) {
	if known {
		m.takeMaterial(key)
		m.Kid, m.Use, m.Alg = types.StringValue(key.Kid), types.StringValue(key.Use), stringOrNull(key.Alg)
		return
	}
	m.Kid, m.Use, m.Alg = orUnknown(config.Kid), orUnknown(config.Use), orUnknown(config.Alg)
}

func orUnknown(value types.String) types.String {
	if value.IsNull() {
		return types.StringUnknown()
	}
	return value
}

// keep plans the key that is there, with use and alg as configured.
func (m *appJWKModel) keep(config, state appJWKModel, key jwk.Key, known bool) {
	m.ID, m.Kid = state.ID, state.Kid
	m.Kty, m.N, m.E, m.Crv, m.X, m.Y = state.Kty, state.N, state.E, state.Crv, state.X, state.Y
	m.Thumbprint, m.Created, m.Version = state.Thumbprint, state.Created, state.Version
	m.Use, m.Alg = state.Use, state.Alg
	switch {
	case known && config.PublicKeyWO.IsNull():
		m.Use, m.Alg = types.StringValue(key.Use), stringOrNull(key.Alg)
	default: // a write-only key may be another one now; only its attributes count
		if !config.Use.IsNull() {
			m.Use = config.Use
		}
		if !config.Alg.IsNull() {
			m.Alg = config.Alg
		}
	}
}

// decideKeyReplacement is a pure function of what ModifyPlan is given.
func decideKeyReplacement(config, plan, state appJWKModel, key jwk.Key, known bool) (replace bool, diags diag.Diagnostics) {
	triggered := !plan.RotateWhenChanged.Equal(state.RotateWhenChanged)
	changed := keyChanged(config, state, key, known)
	if !config.PublicKeyWO.IsNull() && !known && !versioned(config, state) {
		diags.AddAttributeError(path.Root("public_key_wo"), "public_key_wo is not known yet",
			"Whether it has changed shows only in a value that is known during plan. Set public_key_wo_version, and change it with the value.")
		return false, diags
	}
	newKid := known && config.PublicKeyWO.IsNull() && key.Kid != state.Kid.ValueString() ||
		!config.Kid.IsNull() && !config.Kid.Equal(state.Kid)
	if triggered && !changed && !newKid {
		diags.AddAttributeError(path.Root("rotate_when_changed"), "A rotation to the same key",
			"rotate_when_changed asks for a new key, but the key given is the one that is there. Give another.")
		return false, diags
	}
	if changed && !config.Kid.IsNull() && config.Kid.Equal(state.Kid) {
		diags.AddAttributeWarning(path.Root("kid"), "The new key has the kid of the old one",
			"Kids are unique within an app, so that with create_before_destroy Okta refuses the new key while the old one is there. "+
				"Leave kid out (the default is the key's thumbprint), or change it with the key.")
	}
	return changed || newKid || triggered, diags
}

// versioned tells whether public_key_wo_version says when the key changes.
func versioned(config, state appJWKModel) bool {
	return !config.PublicKeyWOVersion.IsNull() && !state.PublicKeyWOVersion.IsNull()
}

// keyChanged tells whether the configuration gives another key than the one
// that is there. One that isn't known yet is taken for another.
func keyChanged(config, state appJWKModel, key jwk.Key, known bool) bool {
	if !config.PublicKeyWO.IsNull() && versioned(config, state) {
		return !config.PublicKeyWOVersion.Equal(state.PublicKeyWOVersion)
	}
	return !known || key.Thumbprint() != state.Thumbprint.ValueString()
}

// checkCreate finds what would keep the key from being added. It costs one GET
// of the app, which a refresh of the app's other keys has made already.
func (r *appJWKResource) checkCreate(ctx context.Context, app string, key jwk.Key) (diags diag.Diagnostics) {
	found, err := r.client.App(ctx, app)
	if err != nil {
		diags.Append(failure("add key "+key.Kid+" to app "+app, err))
		return diags
	}
	if found.JWKSURI != "" {
		diags.AddError("App "+app+" takes its keys from a JWKS URI",
			"It has the jwks_uri "+found.JWKSURI+", and Okta keeps either a URI or saved keys. Publish the key there, or take the URI away first.")
	}
	for _, held := range found.Keys {
		switch {
		case sameKey(key)(held):
			diags.Append(existingKeyWarning(app, held))
			return diags
		case held.Kid == key.Kid:
			diags.AddAttributeError(path.Root("kid"), "The kid is taken",
				fmt.Sprintf("App %s has another key with the kid %q: %s. Choose another kid, or leave it out for the key's thumbprint.",
					app, key.Kid, held.Holding()))
		case held.Kid == "":
			diags.AddError("App "+app+" has a key without kid",
				fmt.Sprintf("Okta adds no key while %s has none. Retire that key first: import it as %s/%s and remove it from the configuration, or use the Admin Console.",
					held.Holding(), app, held.ID))
		}
	}
	if len(found.Keys) >= okta.MaxKeys {
		diags.AddError("App "+app+" already has 50 keys", "Okta allows no more. Retire one that nobody uses.")
	}
	return diags
}
