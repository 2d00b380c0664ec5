// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// A blocked rotation names requests that free the slot: of the app's API for an app, of the integration's for an API
// service integration. Sent as they stand, they work, and the next apply rotates.
func TestBlockedRotation_TheRequestsOfTheMessage_FreeTheSlot(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(t *testing.T) (org *acctest.Org, secret func(n int) tfcore.Resource){
		"app": func(t *testing.T) (*acctest.Org, func(int) tfcore.Resource) {
			t.Helper()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			return org, func(n int) tfcore.Resource { return testSecret(app, generation(n, nil)) }
		},
		"API service integration": func(t *testing.T) (*acctest.Org, func(int) tfcore.Resource) {
			t.Helper()
			org, sim, service := serviceOrg(t)
			if held := sim.Secrets(service); len(held) != 1 || held[0].Status != oktasim.StatusActive {
				t.Fatalf("the integration begins with %v", held)
			}
			return org, func(n int) tfcore.Resource {
				return of(serviceAddress, "api_service_integration_id", service, generation(n, nil))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, secret := begin(t)
			s := newStory(t, org)
			address := secret(1).Address
			s.applies(t, tfcore.Create, secret(1))
			before := s.held(address, "id")
			blocked := s.run(t, secret(2))
			s.given.includes(t, rotation.SlotActive)
			if blocked.Failed() || s.held(address, "id") != before {
				t.Fatalf("current is %s after %s: %v", s.held(address, "id"), before, blocked.Diagnostics())
			}
			requests := regexp.MustCompile(`(POST|DELETE) (/\S+)`).FindAllStringSubmatch(blocked.Plan.Diagnostics.String(), -1)
			if len(requests) != 2 {
				t.Fatalf("the plan names %d requests, want two: %v", len(requests), blocked.Plan.Diagnostics)
			}
			for _, request := range requests {
				org.Send(t, request[1], request[2])
			}
			s.applies(t, tfcore.CreateThenDelete, secret(2))
		})
	}
}
