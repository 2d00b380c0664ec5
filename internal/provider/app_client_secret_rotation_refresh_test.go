// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// killing kills the provider when it sends a request other than a GET.
type killing struct {
	core **tfcore.Core
	on   *bool
}

// RoundTrip implements [http.RoundTripper].
func (k killing) RoundTrip(req *http.Request) (*http.Response, error) {
	if *k.on && req.Method != http.MethodGet {
		(*k.core).KillProvider(req.Context())
		return nil, http.ErrServerClosed
	}
	return http.DefaultTransport.RoundTrip(req)
}

// Terraform drops private state when the provider dies during an update. A plan without a refresh then knows
// nothing of the app, and must not forget the previous secret.
func TestAppClientSecretRotation_KilledAndThenNotRefreshed_RefusesToPlan(t *testing.T) {
	t.Parallel()
	const address = "oktacreds_app_client_secret_rotation.this"
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var (
		core  *tfcore.Core
		given reasons
		kills bool
	)
	core = newCore(t, killing{&core, &kills}, &given)
	config := func(overlap string) tfcore.Config {
		return coreConfig(org, tfcore.Resource{
			Address: address, Values: map[string]any{"app_id": app.ID, "overlap": overlap, "grace": "1h", "warn_on_retire": false},
		})
	}
	mustRun(t, core, config("1h"), tfcore.Options{})
	previous := core.State.Current(address).Attribute("previous_secret_id")
	given.includes(t, "begins")

	org.Sim(t).Advance(time.Minute) // the provider takes the org's time for earlier when a response takes seconds
	kills = true
	if run := core.Run(t.Context(), config("0s"), tfcore.Options{}); !run.Failed() {
		t.Fatal("a provider that is killed doesn't fail")
	}
	kills = false
	given.expect(t, "begins")
	if run := core.Run(t.Context(), config("0s"), tfcore.Options{NoRefresh: true}); !run.Failed() {
		t.Error("a plan is made of nothing")
	}
	given.expect(t, rotation.NotRefreshed)
	if run := core.Run(t.Context(), config("0s"), tfcore.Options{}); run.Failed() || core.State.Current(address).Attribute("previous_secret_id") != previous {
		t.Errorf("the previous secret %s is forgotten: %v", previous, run.Diagnostics())
	}
}
