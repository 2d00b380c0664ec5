// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// A receiver that fails leaves the replaced secret as a deposed object, which the next run, another process, destroys:
// that one, and never the current one.
func TestAPIServiceIntegrationSecret_ReceiverFails_TheNextApplyDeletesTheReplacedSecretAlone(t *testing.T) {
	t.Parallel()
	for _, tainted := range []bool{false, true} {
		for _, noRefresh := range []bool{false, true} {
			t.Run(fmt.Sprintf("tainted=%t,refresh=%t", tainted, !noRefresh), func(t *testing.T) {
				t.Parallel()
				org, sim, service := serviceOrg(t)
				first := sim.Secrets(service)[0]
				s := newStory(t, org)
				fails := false
				resources := func(n int) []tfcore.Resource {
					receiver := tfcore.Resource{
						Address:     tfcore.Data + ".receiver",
						Values:      values{"triggers_replace": values{"id": tfcore.Ref{Address: serviceAddress, Attribute: "id"}}},
						Environment: values{"id": tfcore.Ref{Address: serviceAddress, Attribute: "id"}},
						Provision: func(map[string]string) error {
							if fails {
								return errors.New("the store is down")
							}
							return nil
						},
					}
					return []tfcore.Resource{of(serviceAddress, "api_service_integration_id", service, generation(n, nil)), receiver}
				}
				s.applies(t, tfcore.Create, resources(1)...)
				removeServiceSecret(t, sim, service, first.ID)
				mustRun(t, s.core, s.config(resources(1)), tfcore.Options{}) // which sees that a slot is free
				before, generationNow := s.held(serviceAddress, "id"), 2
				if tainted {
					generationNow = 1
					if err := s.core.State.Taint(serviceAddress, true); err != nil {
						t.Fatal(err)
					}
				}

				fails = true
				failed := s.core.Run(t.Context(), s.config(resources(generationNow)), tfcore.Options{NoRefresh: noRefresh})
				current := s.held(serviceAddress, "id")
				if !failed.Failed() || current == before || len(s.core.State.Deposed(serviceAddress)) != 1 {
					t.Fatalf("current is %s after %s, %d are deposed: %v", current, before, len(s.core.State.Deposed(serviceAddress)), failed.Diagnostics())
				}
				if got := serviceSecrets(sim, service); !slices.Contains(got, before+" ACTIVE") || !slices.Contains(got, current+" ACTIVE") {
					t.Fatalf("Okta has %v, want %s and %s", got, before, current)
				}

				fails = false
				mustRun(t, s.core, s.config(resources(generationNow)), tfcore.Options{NoRefresh: noRefresh})
				if got := serviceSecrets(sim, service); !slices.Equal(got, []string{current + " ACTIVE"}) {
					t.Errorf("Okta has %v, want %s alone", got, current)
				}
				s.resources = resources(generationNow)
				s.nothingLeft(t)
			})
		}
	}
}
