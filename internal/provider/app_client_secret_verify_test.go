// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

func TestAppClientSecret_Verify_WaitsUntilOktaAcceptsTheSecret(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	verified := values{"verify": true}

	s.applies(t, tfcore.Create, testSecret(app, generation(1, verified)))
	app.Delete(t, "secrets", initial.ID)
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: 1500 * time.Millisecond})
	sim.ResetRequests()
	s.applies(t, tfcore.CreateThenDelete, testSecret(app, generation(2, verified)))
	// Refused, refused, … accepted; and only then the end of the old one.
	var tries, accepted int
	requests := sim.Requests()
	for i, request := range requests {
		if strings.HasSuffix(request.Path, "/introspect") {
			tries++
			accepted = i
		}
	}
	end := slices.IndexFunc(requests, func(r oktasim.Request) bool { return strings.HasSuffix(r.Path, "/deactivate") })
	if tries < 2 || requests[accepted].Status != 200 || end < accepted {
		t.Errorf("the old secret was ended before the new one was accepted:\n%v", requests)
	}
}

func TestAppClientSecret_NeverAccepted_IsTakenBackAndTheOldSecretStays(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	hasty := values{"verify": true, "omit_secret": false, "timeouts": values{"create": "1s"}}

	s.applies(t, tfcore.Create, testSecret(app, generation(1, hasty)))
	app.Delete(t, "secrets", initial.ID)
	before, value := s.held(secretAddress, "id"), s.held(secretAddress, "client_secret")
	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: hour})
	said := s.fails(t, testSecret(app, generation(2, hasty)))
	acctest.Says(t, said, "Okta does not accept client secret", "app "+app.ID, "invalid_client", "deleted again", "timeouts.create")
	acctest.Hides(t, said, append(sim.Values(), value)...)
	mustHold(t, app, before)
	sim.ClearFaults()
	if !app.Login(t, value) {
		t.Error("the old secret does not work any more")
	}
	s.applies(t, tfcore.CreateThenDelete, testSecret(app, generation(2, hasty)))
	mustHold(t, app, s.held(secretAddress, "id"))
}

func TestAppClientSecret_NeverAcceptedOnAnAppWithoutAnyOther_IsRecorded(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	config := testSecret(app, values{"allow_last_credential_destroy": true, "verify": true, "timeouts": values{"create": "1s"}})

	sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: hour})
	go removeOnceThereAreTwo(sim, app.ID, initial.ID) // so that Okta keeps ours
	acctest.Says(t, s.fails(t, config), "Okta does not accept client secret", "only active one", "recorded")
	sim.ClearFaults()
	s.applies(t, tfcore.CreateThenDelete, config) // it was tainted
	mustHold(t, app, s.held(secretAddress, "id"))
}

// removeOnceThereAreTwo deletes the secret as soon as the app has another one.
func removeOnceThereAreTwo(sim *oktasim.Org, app, secret string) {
	for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
		if len(sim.Secrets(app)) == 2 {
			_ = sim.RemoveSecret(app, secret) // there is nobody to tell; the test's end shows it
			return
		}
	}
}
