// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// A response that has something else in the place of the value changes no state, and
// delivers nothing.
func TestAppClientSecret_AValueThatIsNotTheSecret(t *testing.T) {
	t.Parallel()
	for name, mask := range map[string]oktasim.Fault{
		"masked":  {Edit: oktasim.EditSet, Value: "***DhOW"},
		"empty":   {Edit: oktasim.EditSet, Value: ""},
		"missing": {Edit: oktasim.EditRemove},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			mask.Kind, mask.Member = oktasim.FaultMember, "client_secret"
			s := newStory(t, org)
			secret := testSecret(app, values{"client_secret": ownFirst, "omit_secret": false})
			keeps := func(action tfcore.Action) {
				t.Helper()
				s.applies(t, action, secret)
				if s.held(secretAddress, "client_secret") != ownFirst {
					t.Error("state doesn't hold the value")
				}
			}

			keeps(tfcore.Create)
			sim.InjectFault(mask)
			keeps(tfcore.NoOp)

			s.ephemerals = []tfcore.Ephemeral{{Address: secretAddress, Values: values{
				"app_id": tfcore.Ref{Address: secretAddress, Attribute: "app_id"}, "id": tfcore.Ref{Address: secretAddress, Attribute: "id"},
			}}}
			acctest.Says(t, s.fails(t, secret), "doesn't contain the value")
			s.ephemerals = nil
			sim.ClearFaults()
			keeps(tfcore.NoOp)
		})
	}
}
