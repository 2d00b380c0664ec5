// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
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
			owner, arguments := "app_id", values{}
			switch test.kind {
			case serviceKind:
				owner = "api_service_integration_id"
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
