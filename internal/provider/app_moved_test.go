// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// A credential is replaced by one of another app, and that app changes between the plan and its apply. An apply
// plans the new one again after it has made the live one a deposed object: an error there, and the next apply
// deletes what a consumer uses. Create refuses, and the live one stays current.
func TestAppID_TheOtherAppChangesBeforeTheApply_LeavesTheLiveCredentialCurrent(t *testing.T) {
	t.Parallel()
	const uri = "https://keys.example/jwks.json"
	removed := func(t *testing.T, org *acctest.Org, id string) {
		t.Helper()
		org.App(id).Remove(t)
	}
	for name, test := range map[string]struct {
		kind   string
		change func(t *testing.T, org *acctest.Org, id string)
	}{
		"secret, app deleted": {secretObject, removed},
		"secret, app with private_key_jwt": {secretObject, func(t *testing.T, org *acctest.Org, id string) {
			t.Helper()
			org.App(id).AddKey(t, acctest.NewEC(t).Members())
			org.App(id).SetAuthMethod(t, okta.AuthMethodPrivateKeyJWT)
		}},
		"rotation, app deleted": {rotationKind, removed},
		"rotation, app with private_key_jwt": {rotationKind, func(t *testing.T, org *acctest.Org, id string) {
			t.Helper()
			org.App(id).AddKey(t, acctest.NewEC(t).Members())
			org.App(id).SetAuthMethod(t, okta.AuthMethodPrivateKeyJWT)
		}},
		"secret of a service, service deleted": {serviceKind, func(t *testing.T, org *acctest.Org, id string) {
			t.Helper()
			org.Send(t, "DELETE", "/integrations/api/v1/api-services/"+id)
		}},
		"key, app deleted":         {keyKind, removed},
		"key, app with a JWKS URI": {keyKind, func(t *testing.T, org *acctest.Org, id string) { t.Helper(); org.App(id).SetJWKSURI(t, uri) }},
		"JWKS URI, app deleted":    {uriKind, removed},
		"JWKS URI, app with saved keys": {uriKind, func(t *testing.T, org *acctest.Org, id string) {
			t.Helper()
			org.App(id).AddKey(t, acctest.NewEC(t).Members())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, given := acctest.NewOrg(t), &reasons{}
			core := newCore(t, nil, given)
			owner, arguments := ownerArgument(test.kind), values{}
			switch test.kind {
			case keyKind:
				arguments = values{"public_key_pem": acctest.NewEC(t).PEM(t)}
			case uriKind:
				arguments = values{"jwks_uri": uri}
			}
			one, _, other := newSecretOwners(t, org, test.kind)
			address := test.kind + ".test"
			mustRun(t, core, coreConfig(org, of(address, owner, one, arguments)), tfcore.Options{})
			given.forget()
			live := core.State.Current(address).Attribute("id")

			plan := core.Plan(t.Context(), coreConfig(org, of(address, owner, other, arguments)), tfcore.Options{})
			if plan.Failed() {
				t.Fatal(plan.Diagnostics)
			}
			test.change(t, org, other)
			if applied := core.Apply(t.Context(), plan); !applied.Failed() {
				t.Error("applied")
			}
			if current := core.State.Current(address); current == nil || current.Attribute("id") != live || len(core.State.Deposed(address)) > 0 {
				t.Errorf("the live credential is not current, and deposed are %d", len(core.State.Deposed(address)))
			}
			given.forget()
			if back := core.Plan(t.Context(), coreConfig(org, of(address, owner, one, arguments)), tfcore.Options{}); !back.Empty() {
				t.Errorf("after it the configuration of before plans %v, %v", back, back.Diagnostics)
			}
		})
	}
}

// What Create would refuse fails the plan of such a replacement, because without create_before_destroy the live
// credential is deleted first: a value that isn't given in this run, also where the new app isn't created yet, and a
// key that the new app has already.
func TestAppID_WhatTheOtherAppWouldRefuse_FailsThePlan(t *testing.T) {
	t.Parallel()
	pair := acctest.NewEC(t)
	secret, key := values{"client_secret_wo_version": 1}, values{"public_key_wo_version": 1}
	for name, test := range map[string]struct {
		kind         string
		before, more values // at first, and then
		unknown      bool   // the id of the other app
		want         rotation.Reason
	}{
		"secret without its value":                   {secretObject, values{"client_secret_wo": ownFirst}, secret, false, "no_value"},
		"secret without its value, app that is made": {secretObject, values{"client_secret_wo": ownFirst}, secret, true, "no_value"},
		"key without its value":                      {keyKind, values{"public_key_wo": pair.PEM(t)}, key, false, "no_value"},
		"key without its value, app that is made":    {keyKind, values{"public_key_wo": pair.PEM(t)}, key, true, "no_value"},
		"key that the app has":                       {keyKind, nil, values{"public_key_pem": pair.PEM(t)}, false, rotation.Unrecorded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, given := acctest.NewOrg(t), &reasons{}
			core := newCore(t, nil, given)
			app, other := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
			other.AddKey(t, withMembers(pair, acctest.Members{"kid": pair.Thumbprint(t)}))
			address := test.kind + ".test"
			before := of(address, "app_id", app.ID, test.before)
			maps.Copy(before.Values, test.more)
			mustRun(t, core, coreConfig(org, before), tfcore.Options{})
			given.forget()
			after := of(address, "app_id", other.ID, test.more)
			config := coreConfig(org, after)
			if test.unknown {
				made := tfcore.Resource{Address: "terraform_data.app"}
				after.Values["app_id"] = tfcore.Ref{Address: made.Address, Attribute: "id"}
				config = coreConfig(org, made, after)
			}
			for _, noRefresh := range []bool{false, true} {
				mustRefuse(t, core, given, config, tfcore.Options{NoRefresh: noRefresh}, test.want)
			}
		})
	}
}

// The delete half of a move fails, and the configuration goes back to the app of before: what the plan knew was of
// the other app, and without a refresh it says nothing of this one.
func TestAppID_AMoveThatFailed_LeavesNothingBehindThatIsTakenForThisApp(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{secretObject, serviceKind} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			org, given := acctest.NewOrg(t), &reasons{}
			core := newCore(t, nil, given)
			owner := ownerArgument(kind)
			one, initial, other := newSecretOwners(t, org, kind)
			at := func(id string, n int) tfcore.Config {
				resource := of(kind+".test", owner, id, generation(n, nil))
				resource.CreateBeforeDestroy = false
				return coreConfig(org, resource)
			}
			mustRun(t, core, at(one, 1), tfcore.Options{})
			live := core.State.Current(kind + ".test").Attribute("id")
			org.Sim(t).InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: http.MethodDelete, Status: http.StatusForbidden})
			if run := core.Run(t.Context(), at(other, 1), tfcore.Options{}); run.Plan.Failed() || !run.Failed() {
				t.Errorf("planned: %t, applied: %t; want a move that fails", !run.Plan.Failed(), !run.Failed())
			}
			org.Sim(t).ClearFaults()
			given.forget()
			plan := core.Plan(t.Context(), at(one, 2), tfcore.Options{NoRefresh: true}) // both slots are taken
			if action := plan.Change(kind + ".test").Action; action != tfcore.Update {
				t.Errorf("the plan is to %s %s, which is next to %s", action, live, initial)
			}
			given.expect(t, rotation.NotRefreshed)

			mustRun(t, core, at(one, 2), tfcore.Options{}) // blocked, and asked for from now on
			org.Sim(t).InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: http.MethodDelete, Status: http.StatusForbidden})
			if run := core.Run(t.Context(), at(other, 2), tfcore.Options{}); !run.Failed() {
				t.Error("moved")
			}
			org.Sim(t).ClearFaults()
			given.forget()
			core.Plan(t.Context(), at(one, 2), tfcore.Options{})
			given.includes(t, rotation.SlotActive)
			given.forget()
		})
	}
}

// An object of the new app conflicts with the credential, and the id of that app is known only during the apply, which
// plans the credential again after it has made the live one a deposed object.
func TestAppID_AConflictThatIsKnownOnlyDuringTheApply_LeavesTheLiveCredentialCurrent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind, other string
		arguments   values // of the other
	}{
		"key and JWKS URI":           {keyKind, uriKind, values{"jwks_uri": "https://keys.example/jwks.json"}},
		"secret and rotation":        {secretObject, rotationKind, nil},
		"secret and private_key_jwt": {secretObject, clientAuthKind, values{"token_endpoint_auth_method": okta.AuthMethodPrivateKeyJWT}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inEveryOrder(t, func(t *testing.T, org *acctest.Org, core *tfcore.Core, given *reasons) {
				t.Helper()
				app, address, arguments := org.NewApp(t, "client_secret_basic"), test.kind+".test", values{}
				if test.kind == keyKind {
					arguments["public_key_pem"] = acctest.NewEC(t).PEM(t)
				}
				mustRun(t, core, coreConfig(org, of(address, "app_id", app.ID, arguments)), tfcore.Options{})
				live := core.State.Current(address).Attribute("id")
				made := tfcore.Resource{Address: "terraform_data.app"}
				moved, other := of(address, "app_id", app.ID, arguments), of(test.other+".new", "app_id", app.ID, test.arguments)
				moved.Values["app_id"] = tfcore.Ref{Address: made.Address, Attribute: "id"}
				other.Values["app_id"] = moved.Values["app_id"]
				plan := core.Plan(t.Context(), coreConfig(org, made, moved, other), tfcore.Options{})
				if plan.Failed() {
					t.Fatal(plan.Diagnostics)
				}
				if applied := core.Apply(t.Context(), plan); !applied.Failed() {
					t.Error("applied")
				}
				if current := core.State.Current(address); current == nil || current.Attribute("id") != live {
					t.Errorf("%s is not current", live)
				}
				given.forget()
			})
		})
	}
}
