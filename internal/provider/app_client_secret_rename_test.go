// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// unordered is the reason why a plan warns of a credential that it destroys while it creates another.
const unordered rotation.Reason = "unordered"

// A plan is warned of, in whichever order Terraform plans the two objects, and nothing that an ordinary
// rotation does is taken for it, also when its two halves are planned again during apply.
func TestAppClientSecret_RenamedWithoutMoved_IsWarnedOf(t *testing.T) {
	t.Parallel()
	const old, renamed = "oktacreds_app_client_secret.old", "oktacreds_app_client_secret.new"
	for seed := range uint64(8) {
		org := acctest.NewOrg(t)
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0].ID
		var given reasons
		core, err := tfcore.New(t.Context(), func() tfprotov6.ProviderServer {
			p := &provider.Provider{Version: "test", Transport: http.DefaultTransport}
			given.watch(p)
			return provider.NewServer(p)
		})
		if err != nil {
			t.Fatal(err)
		}
		core.Random = rand.New(rand.NewPCG(seed, 0))
		initialSecret := []string{"keep", "replace"}[seed%2]
		config := func(address, trigger string) tfcore.Config {
			return tfcore.Config{
				Provider: map[string]any{"http_proxy": org.URL, "api_token": org.Token()},
				Resources: []tfcore.Resource{{
					Address: address, CreateBeforeDestroy: true,
					Values: map[string]any{
						"app_id": app.ID, "rotate_when_changed": map[string]any{"n": trigger}, "initial_secret": initialSecret,
					},
				}},
			}
		}
		apply := func(c tfcore.Config, options tfcore.Options) {
			t.Helper()
			if run := core.Run(t.Context(), c, options); run.Failed() {
				t.Fatal(run.Diagnostics())
			}
		}

		apply(config(old, "1"), tfcore.Options{})
		if initialSecret == "keep" {
			app.Delete(t, "secrets", initial)
			given.expect(t, "unmanaged")
		}
		apply(config(old, "2"), tfcore.Options{}) // a rotation
		apply(config(old, "2"), tfcore.Options{Replace: []string{old}})
		if err := core.State.Taint(old, true); err != nil {
			t.Fatal(err)
		}
		apply(config(old, "2"), tfcore.Options{})
		given.expect(t)

		for _, options := range []tfcore.Options{{}, {NoRefresh: true}} {
			core.Plan(t.Context(), config(renamed, "2"), options)
			given.expect(t, unordered)
		}
		moved := config(renamed, "2")
		moved.Moved = []tfcore.Move{{From: old, To: renamed}}
		if run := core.Run(t.Context(), moved, tfcore.Options{}); !run.Converged() {
			t.Error("a moved block changes something")
		}
		given.expect(t)
	}
}
