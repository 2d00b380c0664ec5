// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// The last credential of an app is left in Okta when its object is destroyed for good. A destroy that failed
// must not make the next replacement look like that.
func TestReplacement_AfterADestroyThatFailed_StillRefusesTheLastCredential(t *testing.T) {
	t.Parallel()
	another := acctest.NewEC(t)
	for name, object := range map[string]func(t *testing.T, org *acctest.Org) (r tfcore.Resource, prepare func()){
		"a client secret": func(t *testing.T, org *acctest.Org) (tfcore.Resource, func()) {
			t.Helper()
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0].ID
			return tfcore.Resource{Address: secretObject + ".this", Values: map[string]any{"app_id": app.ID}},
				func() { app.Delete(t, "secrets", initial) }
		},
		"a secret of an API service integration": func(t *testing.T, org *acctest.Org) (tfcore.Resource, func()) {
			t.Helper()
			sim := org.Sim(t)
			sim.KeepLastServiceSecret(true)
			service := sim.AddAPIService().ID
			initial := sim.Secrets(service)[0].ID
			return tfcore.Resource{Address: serviceAddress, Values: map[string]any{"api_service_integration_id": service}},
				func() {
					if err := errors.Join(sim.SetSecretStatus(service, initial, "INACTIVE"), sim.RemoveSecret(service, initial)); err != nil {
						t.Fatal(err)
					}
				}
		},
		"a key": func(t *testing.T, org *acctest.Org) (tfcore.Resource, func()) {
			t.Helper()
			app := org.NewApp(t, "private_key_jwt")
			initial := app.Keys(t)[0].ID
			return tfcore.Resource{Address: keyAddress, Values: map[string]any{"app_id": app.ID, "public_key_pem": acctest.NewEC(t).PEM(t)}},
				func() { app.Deactivate(t, "jwks", initial); app.Delete(t, "jwks", initial) }
		},
		"a JWKS URI": func(t *testing.T, org *acctest.Org) (tfcore.Resource, func()) {
			t.Helper()
			app := org.NewApp(t, "private_key_jwt")
			return tfcore.Resource{Address: uriAddress, Values: map[string]any{
				"app_id": app.ID, "jwks_uri": "https://keys.example/jwks.json", "allow_key_deletion": true,
			}}, func() {}
		},
	} {
		for _, noRefresh := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				org := acctest.NewOrg(t)
				sim := org.Sim(t)
				resource, prepare := object(t, org)
				var given reasons
				core := newCore(t, nil, &given)
				config := coreConfig(org, resource)
				mustRun(t, core, config, tfcore.Options{})
				prepare()
				mustRun(t, core, config, tfcore.Options{}) // a refresh

				sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: http.StatusForbidden})
				if run := core.Run(t.Context(), config, tfcore.Options{Destroy: true, NoRefresh: true}); !run.Failed() {
					t.Fatal("the destroy succeeds")
				}
				sim.ClearFaults()
				given.forget()
				replaced := coreConfig(org, resource)
				if _, isKey := resource.Values["public_key_pem"]; isKey {
					replaced.Resources[0].Values = map[string]any{"app_id": resource.Values["app_id"], "public_key_pem": another.PEM(t)}
				}
				if run := core.Run(t.Context(), replaced, tfcore.Options{Replace: []string{resource.Address}, NoRefresh: noRefresh}); !run.Failed() {
					t.Error("the replacement succeeds")
				}
				given.excludes(t, lastCredential)

				mustRun(t, core, config, tfcore.Options{Destroy: true, NoRefresh: noRefresh})
				given.includes(t, lastCredential)
			})
		}
	}
}
