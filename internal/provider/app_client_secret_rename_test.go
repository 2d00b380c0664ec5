// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"math/rand/v2"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
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
		core := newCore(t, nil, &given)
		core.Random = rand.New(rand.NewPCG(seed, 0))
		initialSecret := []string{"keep", "replace"}[seed%2]
		config := func(address, trigger string) tfcore.Config {
			return coreConfig(org, tfcore.Resource{
				Address: address, CreateBeforeDestroy: true,
				Values: map[string]any{
					"app_id": app.ID, "rotate_when_changed": map[string]any{"n": trigger}, "initial_secret": initialSecret,
				},
			})
		}
		mustRun(t, core, config(old, "1"), tfcore.Options{})
		if initialSecret == "keep" {
			app.Delete(t, "secrets", initial)
			given.expect(t, "unmanaged")
		}
		mustRun(t, core, config(old, "2"), tfcore.Options{}) // a rotation
		mustRun(t, core, config(old, "2"), tfcore.Options{Replace: []string{old}})
		if err := core.State.Taint(old, true); err != nil {
			t.Fatal(err)
		}
		mustRun(t, core, config(old, "2"), tfcore.Options{})
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
