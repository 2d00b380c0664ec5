// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// importedRotation applies a rotation with an import block, wants the next plan to show nothing, and
// returns the attributes.
func importedRotation(t *testing.T, org *acctest.Org, app *acctest.App) func(attribute string) string {
	t.Helper()
	var given reasons
	core := newCore(t, nil, &given)
	config := coreConfig(org, tfcore.Resource{Address: rotationAddress, Values: map[string]any{"app_id": app.ID}})
	config.Imports = []tfcore.Import{{To: rotationAddress, ID: app.ID}}
	mustRun(t, core, config, tfcore.Options{})
	if run := core.Run(t.Context(), config, tfcore.Options{}); !run.Converged() {
		t.Errorf("the plan is %s\n%s", run.Plan, run.Diagnostics())
	}
	return core.State.Current(rotationAddress).Attribute
}

// Either of two active secrets may be in use, however old they are.
func TestAppClientSecretRotation_ImportOfTwoActiveSecrets_GivesTheOlderTheWholeOverlap(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	older := app.Secrets(t)[0]
	sim.Age(app.ID, time.Hour)
	newer := app.AddSecret(t, "a-second-one-of-thirty-two-signs-or-more")
	sim.Age(app.ID, 30*24*time.Hour)
	state := importedRotation(t, org, app)
	for attribute, want := range map[string]string{
		"phase": "overlap", "last_transition": "", "current_secret_id": newer.ID, "previous_secret_id": older.ID,
	} {
		if got := state(attribute); got != want {
			t.Errorf("%s is %q, want %q", attribute, got, want)
		}
	}
	mustHold(t, app, older.ID, newer.ID)
}

func TestAppClientSecretRotation_ImportOfAnInactiveSecret_DoesNotEndIt(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	current := app.Secrets(t)[0]
	inactive := app.AddSecret(t, "a-second-one-of-thirty-two-signs-or-more")
	app.Deactivate(t, "secrets", inactive.ID)
	sim.Age(app.ID, 30*24*time.Hour)
	if phase := importedRotation(t, org, app)("phase"); phase != "steady" {
		t.Errorf("the phase is %s", phase)
	}
	mustHold(t, app, current.ID, inactive.ID)
}

func TestAppClientSecretRotation_OfAnAppThatWentOverToKeys_CanBeDestroyed(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var given reasons
	core := newCore(t, nil, &given)
	config := coreConfig(org, tfcore.Resource{Address: rotationAddress, Values: map[string]any{"app_id": app.ID}})
	mustRun(t, core, config, tfcore.Options{})
	app.AddKey(t, acctest.FirstKey())
	app.SetAuthMethod(t, "private_key_jwt")
	mustRun(t, core, config, tfcore.Options{Destroy: true})
	if core.State.Current(rotationAddress) != nil {
		t.Error("it is still there")
	}
}
