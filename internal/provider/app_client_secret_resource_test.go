// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

const secretAddress = "oktacreds_app_client_secret.test"

const hour = time.Hour

// secretConfig is a secret that is replaced in the right order.
func secretConfig(org *acctest.Org, app *acctest.App, attributes string) string {
	if !strings.Contains(attributes, "omit_secret") {
		attributes += "\nomit_secret = false" // so that a test finds the value in state
	}
	return org.Provider() + fmt.Sprintf(`
resource "oktacreds_app_client_secret" "test" {
  app_id = %q
  %s
  lifecycle {
    create_before_destroy = true
  }
}
`, app.ID, attributes)
}

// seenSecret is what state holds of the secret after a step.
type seenSecret struct {
	id, value, hash, version string
	attributes               map[string]any
}

// see keeps what state holds of the secret under test.
func (s *seenSecret) see() statecheck.StateCheck { return s.seeAt(secretAddress) }

func (s *seenSecret) seeAt(address string) statecheck.StateCheck {
	return acctest.Inspect(address, func(attributes map[string]any) {
		text := func(name string) string {
			if attributes[name] == nil {
				return ""
			}
			return fmt.Sprint(attributes[name])
		}
		*s = seenSecret{text("id"), text("client_secret"), text("secret_hash"), text("version"), attributes}
	})
}

// secretIs checks an attribute of the secret under test.
func secretIs(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(secretAddress, tfjsonpath.New(attribute), want)
}

// planned checks what a step's plan does with the secret under test.
func planned(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(secretAddress, action)}}
}

// mustHold fails the test unless the app has exactly these secrets.
func mustHold(t *testing.T, app *acctest.App, ids ...string) {
	t.Helper()
	var there []string
	for _, secret := range app.Secrets(t) {
		there = append(there, secret.ID)
	}
	slices.Sort(there)
	slices.Sort(ids)
	if !slices.Equal(there, ids) {
		t.Errorf("the app has the secrets %q, want %q", there, ids)
	}
}

// mustNotHold fails the test if the app has the secret.
func mustNotHold(t *testing.T, app *acctest.App, id string) {
	t.Helper()
	if _, there := app.Secret(t, id); there {
		t.Errorf("the app still has secret %s", id)
	}
}

func TestAccAppClientSecret_Create_RecordsASecretThatOktaAccepts(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	var made seenSecret

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:           secretConfig(org, app, ""),
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				made.see(),
				secretIs("client_secret_wo", knownvalue.Null()),
				secretIs("client_secret_wo_version", knownvalue.Null()),
				secretIs("created", knownvalue.NotNull()),
				secretIs("allow_last_credential_destroy", knownvalue.Bool(false)),
				secretIs("last_updated", knownvalue.NotNull()),
				secretIs("omit_secret", knownvalue.Bool(false)),
				secretIs("on_destroy", knownvalue.StringExact("delete")),
				secretIs("when_full", knownvalue.StringExact("fail")),
				secretIs("rotate_after", knownvalue.Null()),
				secretIs("rotate_when_changed", knownvalue.Null()),
				secretIs("status", knownvalue.StringExact("ACTIVE")),
				secretIs("verify", knownvalue.Bool(false)),
				statecheck.ExpectSensitiveValue(secretAddress, tfjsonpath.New("client_secret")),
				acctest.Do(func() {
					mustHold(t, app, initial.ID, made.id)
					if len(made.value) != 64 || !app.Login(t, made.value) {
						t.Errorf("Okta does not accept the %d characters in state", len(made.value))
					}
					if made.hash != okta.SecretHash(made.value) {
						t.Errorf("secret_hash is %q, which is not that of client_secret", made.hash)
					}
				}),
			},
		}},
	})
	mustHold(t, app, initial.ID) // and the destroy has taken away what the apply made
}

func TestAppClientSecret_Status_ChangesInPlaceBothWaysAndDriftIsMended(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	s := newAppStory(t, org, app, secretAddress)
	accepted := func(want bool) {
		t.Helper()
		if app.Login(t, s.held(s.address, "client_secret")) != want {
			t.Errorf("Okta accepts the secret: %t, want %t", !want, want)
		}
	}
	identity := func() []string {
		return []string{s.held(s.address, "id"), s.held(s.address, "client_secret"), s.held(s.address, "version")}
	}

	active, inactive := values{"omit_secret": false}, values{"omit_secret": false, "status": "INACTIVE"}
	s.apply(t, tfcore.Create, active)
	made := identity()
	s.apply(t, tfcore.Update, inactive)
	accepted(false)
	app.Activate(t, "secrets", made[0]) // behind Terraform's back: the same configuration mends it
	s.apply(t, tfcore.Update, inactive)
	accepted(false)
	s.apply(t, tfcore.Update, active)
	accepted(true)
	if !slices.Equal(identity(), made) {
		t.Error("a change of status made another secret")
	}
}

func TestAccAppClientSecret_CreateInactive_IsRefusedAtLogin(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var made seenSecret

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: secretConfig(org, app, `status = "INACTIVE"`),
			ConfigStateChecks: []statecheck.StateCheck{made.see(), acctest.Do(func() {
				if app.Login(t, made.value) {
					t.Error("Okta accepts a secret that was created INACTIVE")
				}
			})},
		}},
	})
}

func TestAccAppClientSecret_AppKnownOnlyAtApply_IsPlannedWithoutAskingOkta(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	sim.ResetRequests()
	var made seenSecret

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: org.Provider() + fmt.Sprintf(`
resource "terraform_data" "app" {
  input = %q
}
resource "oktacreds_app_client_secret" "test" {
  app_id = terraform_data.app.output
}
`, app.ID),
			ConfigPlanChecks: acctest.BeforeApply(func() {
				if sent := app.Requests(t); len(sent) > 0 {
					t.Errorf("the plan sent %q", sent)
				}
			}),
			ConfigStateChecks: []statecheck.StateCheck{made.see(), acctest.Do(func() {
				if _, there := app.Secret(t, made.id); !there {
					t.Error("the secret is not the app's")
				}
			})},
		}},
	})
}

func TestAccAppClientSecret_OmitSecret_KeepsTheValueOutOfStateAndComesAndGoesInPlace(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	var omitted, kept seenSecret
	value := func() string {
		secret, _ := app.Secret(t, omitted.id)
		return secret.Value
	}
	hidden := acctest.RawState(func(state string) { acctest.Hides(t, state, value()) })

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            acctest.Folder + secretConfig(org, app, `omit_secret = true`),
				ConfigStateChecks: []statecheck.StateCheck{omitted.see(), secretIs("client_secret", knownvalue.Null()), hidden},
			},
			{
				Config:           acctest.Folder + secretConfig(org, app, `omit_secret = false`),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{kept.see(), acctest.Do(func() {
					if kept.value != value() {
						t.Error("client_secret is not the value that Okta has")
					}
				})},
			},
		},
	})
	if omitted.id != kept.id || kept.value == "" {
		t.Errorf("omit_secret replaced the secret, or its value is missing afterwards")
	}
}

func TestAppClientSecret_WhatConcernsTheProviderAlone_IsRecordedWithoutARequest(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	s := newAppStory(t, org, app, secretAddress)
	s.apply(t, tfcore.Create, nil)
	made := s.held(s.address, "id")
	alone := values{
		"on_destroy": "deactivate", "when_full": "delete_inactive", "allow_last_credential_destroy": true, "verify": true,
		"rotate_after": "720h", "timeouts": values{"create": "1m", "update": "2m", "delete": "3m"},
	}
	// What does not change must not look as if it might: dependents would be planned with it.
	if planned := s.plan(t, alone).Change(s.address).After; !planned.GetAttr("last_updated").IsKnown() {
		t.Error("last_updated is unknown in the plan")
	}
	wantRequests(t, s.apply(t, tfcore.Update, alone))
	if s.held(s.address, "id") != made {
		t.Error("a change that concerns the provider alone replaced the secret")
	}
}

func TestAppClientSecret_AnotherApp_ReplacesTheSecret(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	old, next := org.NewApp(t, "client_secret_basic"), org.NewApp(t, "client_secret_basic")
	initial := old.Secrets(t)[0] // takes the old app's second place, which is nothing to the next one
	s := newStory(t, org)
	s.applies(t, tfcore.Create, testSecret(old, values{"client_secret": ownFirst}))
	s.applies(t, tfcore.CreateThenDelete, testSecret(next, values{"client_secret": ownSecond}))
	mustHold(t, old, initial.ID)
	mustHold(t, next, next.Secrets(t)[0].ID, s.held(secretAddress, "id"))
}

func TestAccAppClientSecret_UnknownProviderConfiguration_PlansFromState(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	late := func(generation int) string {
		return org.ProviderWith(fmt.Sprintf(`api_token = "%s${terraform_data.nothing.output}"`, org.Token())) + fmt.Sprintf(`
resource "terraform_data" "nothing" {
  input            = ""
  triggers_replace = %d
}
resource "oktacreds_app_client_secret" "test" {
  app_id = %q
}
`, generation, app.ID)
	}
	var before, after seenSecret

	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            late(1),
				ConfigStateChecks: []statecheck.StateCheck{before.see()},
			},
			{
				Config:            late(2), // the token is unknown while the secret is refreshed
				ConfigPlanChecks:  planned(plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{after.see()},
			},
		},
	})
	if before.id != after.id {
		t.Error("the secret was replaced")
	}
}
