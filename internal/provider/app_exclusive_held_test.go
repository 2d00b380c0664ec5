// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// An exclusive list leaves alone what another object of the state retires, when its consumers have the new one.

// retiresActive is the reason why a plan warns of an ACTIVE credential that isn't listed.
const retiresActive rotation.Reason = "retires_active"

// While the receiver fails, consumers use the deposed credential.
func TestAppExclusive_DeposedCredential_IsLeftToItsOwnObject(t *testing.T) {
	t.Parallel()
	pems := []string{acctest.NewEC(t).PEM(t), acctest.NewEC(t).PEM(t)}
	for kind, test := range map[string]struct {
		exclusive string
		arguments [2]values
	}{
		secretObject: {secretsExclusiveKind, [2]values{generation(1, values{"initial_secret": "replace"}), generation(2, nil)}},
		keyKind:      {keysExclusiveKind, [2]values{{"public_key_pem": pems[0]}, {"public_key_pem": pems[1]}}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			s := newStory(t, org)
			works, address := true, kind+".test"
			resources := func(n int) []tfcore.Resource {
				return []tfcore.Resource{
					of(address, "app_id", app.ID, test.arguments[n]),
					of(test.exclusive+".test", "app_id", app.ID, values{"ids": []any{tfcore.Ref{Address: address, Attribute: "id"}}}),
					{
						Address: "terraform_data.consumer", Values: values{"triggers_replace": values{"version": tfcore.Ref{Address: address, Attribute: "version"}}},
						Provision: func(map[string]string) error {
							if !works {
								return errors.ErrUnsupported
							}
							return nil
						},
					},
				}
			}
			mustRun(t, s.core, s.config(resources(0)), tfcore.Options{})
			mustRun(t, s.core, s.config(resources(0)), tfcore.Options{})
			old := s.held(address, "id")
			works = false
			s.fails(t, resources(1)...)
			if len(s.core.State.Deposed(address)) != 1 {
				t.Fatalf("nothing is deposed, current is %s after %s", s.held(address, "id"), old)
			}
			s.given.forget()
			for _, options := range []tfcore.Options{{}, {NoRefresh: true}} {
				if plan := s.core.Plan(t.Context(), s.config(resources(1)), options); plan.Failed() {
					t.Error(plan.Diagnostics)
				}
			}
			s.given.excludes(t, retiresActive)
			works = true
			mustRun(t, s.core, s.config(resources(1)), tfcore.Options{})
			s.resources = resources(1)
			s.nothingLeft(t)
			if len(s.core.State.Deposed(address)) != 0 {
				t.Error("the old object is still deposed")
			}
		})
	}
}

// During the overlap, consumers use the previous secret.
func TestAppExclusive_PreviousSecretOfARotation_IsLeftToTheRotation(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	s := newStory(t, org)
	s.resources = []tfcore.Resource{
		of(rotationAddress, "app_id", app.ID, values{"overlap": "7d"}),
		of(secretsExclusiveKind+".test", "app_id", app.ID, values{"ids": []any{tfcore.Ref{Address: rotationAddress, Attribute: "current_secret_id"}}}),
	}
	initial := app.Secrets(t)[0].ID
	mustRun(t, s.core, s.config(s.resources), tfcore.Options{}) // creates the current secret
	for _, options := range []tfcore.Options{{}, {NoRefresh: true}, {}} {
		s.given.forget()
		mustRun(t, s.core, s.config(s.resources), options)
		s.given.excludes(t, retiresActive)
	}
	if previous, there := app.Secret(t, initial); !there || previous.Status != "ACTIVE" || s.held(rotationAddress, "previous_secret_id") != initial {
		t.Errorf("the initial secret %s is there: %t, %s, and the previous one is %s", initial, there, previous.Status, s.held(rotationAddress, "previous_secret_id"))
	}
}
