// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// refusedAtPlan plans a configuration, which must fail, and returns what
// Terraform said.
func refusedAtPlan(t *testing.T, config string) string {
	t.Helper()
	refusal := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: config}},
	})
	acctest.Says(t, refusal, "Error running pre-apply plan")
	return refusal
}

func TestAccAppClientSecret_InvalidValues_AreRefusedBeforeAnythingIsSentAndNotRepeated(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	sim.ResetRequests()
	short, long, umlaut := "thirteen char", strings.Repeat("just too long.", 8)[:101], "an umlaut, as in Schlüssel"
	config := org.Provider()
	for name, attributes := range map[string]string{
		"short":       fmt.Sprintf("client_secret = %q", short),
		"short_wo":    fmt.Sprintf("client_secret_wo = %q", short),
		"long":        fmt.Sprintf("client_secret = %q", long),
		"long_wo":     fmt.Sprintf("client_secret_wo = %q", long),
		"umlaut":      fmt.Sprintf("client_secret = %q", umlaut),
		"umlaut_wo":   fmt.Sprintf("client_secret_wo = %q", umlaut),
		"both":        fmt.Sprintf("client_secret = %q\nclient_secret_wo = %q", ownFirst, ownSecond),
		"kept":        fmt.Sprintf("client_secret = %q\nomit_secret = true", ownThird),
		"versioned":   fmt.Sprintf("client_secret = %q\nclient_secret_wo_version = 1", ownThird),
		"status":      `status = "DELETED"`,
		"on_destroy":  `on_destroy = "forget"`,
		"when_full":   `when_full = "delete_active"`,
		"age":         `rotate_after = "ninety days"`,
		"negative":    `rotate_after = "-1h"`,
		"unusable_id": `depends_on = []`,
	} {
		id := app.ID
		if name == "unusable_id" {
			id = "../users"
		}
		config += fmt.Sprintf("resource \"oktacreds_app_client_secret\" %q {\n  app_id = %q\n  %s\n}\n", name, id, attributes)
	}

	said := refusedAtPlan(t, config)
	acctest.Says(t, said,
		"Okta would refuse the client_secret with oktacreds_app_client_secret.short,",
		"Okta would refuse the client_secret_wo with oktacreds_app_client_secret.short_wo,",
		"this one has 13", "this one has 101", "printable ASCII", "oktacreds_app_client_secret.long,", "oktacreds_app_client_secret.long_wo,",
		"oktacreds_app_client_secret.umlaut,", "oktacreds_app_client_secret.umlaut_wo,",
		"client_secret contradicts client_secret_wo", "client_secret contradicts omit_secret", "client_secret_wo_version contradicts client_secret",
		`Attribute status value must be one of: ["ACTIVE" "INACTIVE"]`,
		`Attribute on_destroy value must be one of: ["delete" "deactivate" "retain"]`,
		`Attribute when_full value must be one of: ["fail" "delete_inactive"]`,
		"oktacreds_app_client_secret.age,", "Invalid duration", "must be an id of Okta's",
	)
	// Terraform prints the line of the configuration that a diagnostic's path leads to.
	acctest.Hides(t, said, short, long, umlaut, ownFirst, ownSecond, ownThird)
	if sent := sim.Requests(); len(sent) > 0 {
		t.Errorf("before the refusal was sent %v", sent)
	}
}

func TestAccAppClientSecret_ThirdSecret_IsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial, second := app.Secrets(t)[0], app.AddSecret(t, ownFirst)

	var given reasons
	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps:                    []resource.TestStep{{Config: secretConfig(org, app, "")}},
	})
	given.expect(t, rotation.SlotActive)
	acctest.Says(t, said, app.ID, initial.ID, second.ID, "terraform import ADDRESS "+app.ID) // one of the two
	mustHold(t, app, initial.ID, second.ID)
	if posts := creations(t, app); posts != 1 {
		t.Errorf("there were %d POSTs, want that of the test alone", posts)
	}
}

func TestAppClientSecret_SecondResource_IsNoWayToAThirdSecret(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) { // whichever of the two is created first
		org := acctest.NewOrg(t)
		app := org.NewApp(t, "client_secret_basic")
		initial := app.Secrets(t)[0]
		s := newStory(t, org)
		s.core.Random = rand.New(rand.NewPCG(seed, 0))
		instance := func(n int) tfcore.Resource {
			return tfcore.Resource{Address: fmt.Sprintf("%s[%d]", secretAddress, n), Values: values{"app_id": app.ID}}
		}

		// The first one is young and generated, as one of an interrupted run would be; the second must not adopt it.
		for range 2 {
			acctest.Says(t, s.fails(t, instance(0), instance(1)), app.ID)
			if secrets := app.Secrets(t); len(secrets) != 2 || secrets[0].ID != initial.ID {
				t.Errorf("after the apply the app has %d secrets, want the initial and a new one", len(secrets))
			}
		}
		if run := s.run(t); run.Failed() {
			t.Error(run.Diagnostics())
		}
		s.applies(t, tfcore.Create, instance(0))
		if run := s.run(t); run.Failed() {
			t.Error(run.Diagnostics())
		}
		mustHold(t, app, initial.ID)
	}
}

func TestAppClientSecret_WhatTheMethodForbids_IsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	long31 := "exactly thirty-one characters.."
	for _, refusal := range []struct {
		name, method string
		attributes   values
		say          []string
	}{
		{"31 characters under client_secret_jwt", "client_secret_jwt", values{"client_secret": long31, "omit_secret": false}, []string{"client_secret_jwt", "at least 32", "has 31"}},
		{"a secret under private_key_jwt", "private_key_jwt", nil, []string{"private_key_jwt", "takes no client secret", "oktacreds_app_jwk"}},
	} {
		t.Run(refusal.name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, refusal.method)
			said := newStory(t, org).fails(t, testSecret(app, refusal.attributes))
			if sent := creations(t, app); sent > 0 {
				t.Error("a secret that the method forbids was sent")
			}
			acctest.Says(t, said, "create a client secret of app "+app.ID)
			acctest.Says(t, said, refusal.say...)
			acctest.Hides(t, said, long31)
		})
	}
}

func TestAppClientSecret_ReplacementWithAValueThatTheMethodForbids_IsRefusedAndKeepsTheSecret(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_jwt")
	initial := app.Secrets(t)[0]
	long31 := "exactly thirty-one characters.."
	s := newStory(t, org)
	own := func(value string) tfcore.Resource {
		return testSecret(app, values{"allow_last_credential_destroy": true, "client_secret": value, "omit_secret": false})
	}

	s.applies(t, tfcore.Create, own(ownFirst))
	made := s.held(secretAddress, "id")
	app.Delete(t, "secrets", initial.ID)
	said := s.fails(t, own(long31))
	acctest.Says(t, said, "at least 32", "has 31")
	acctest.Hides(t, said, ownFirst, long31)
	s.applies(t, tfcore.NoOp, own(ownFirst))
	mustHold(t, app, made)
}

func TestAppClientSecret_WhoMayNot_IsToldWhichItIsAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, refusal := range []struct {
		name  string
		login func(*testing.T, *acctest.Org) values // instead of the API token
		app   string                                // instead of the test's own
		say   []string
	}{
		{"unknown app", nil, "0oaUnknownUnknown000", []string{"E0000007", "The app does not exist in this org", "correct app_id"}},
		{"wrong token", func(*testing.T, *acctest.Org) values { return values{"api_token": "00-not-the-token"} }, "",
			[]string{"E0000011", "does not know the provider's credentials", "API token"}},
		{"token without the scope", func(t *testing.T, org *acctest.Org) values {
			t.Helper()
			return values{"access_token": org.AccessToken(t, "okta.apps.read")}
		}, "", []string{"insufficient_scope", "lacks a scope", "okta.apps.manage"}},
		{"org without the feature", func(t *testing.T, org *acctest.Org) values {
			t.Helper()
			org.Sim(t).SetSecretManagement(false)
			return values{"api_token": org.Token()}
		}, "", []string{"E0000015", "doesn't have the feature", "OAuth secrets and key management"}},
	} {
		t.Run(refusal.name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			id := cmp.Or(refusal.app, app.ID)
			s := newStory(t, org)
			if refusal.login != nil {
				delete(s.provider, "api_token")
				maps.Copy(s.provider, refusal.login(t, org))
			}
			said := s.fails(t, of(secretAddress, "app_id", id, nil))
			acctest.Says(t, said, "can't create a client secret of app "+id, "errorId")
			acctest.Says(t, said, refusal.say...)
			acctest.Hides(t, said, append(sim.Values(), "00-not-the-token")...)
			if secrets := sim.Secrets(app.ID); len(secrets) != 1 {
				t.Errorf("the app has %d secrets afterwards, want its initial one", len(secrets))
			}
		})
	}
}

func TestAppClientSecret_DeactivationOfTheOnlyActiveSecret_ChangesNothing(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)

	s.applies(t, tfcore.Create, testSecret(app, values{"allow_last_credential_destroy": true}))
	made := s.held(secretAddress, "id")
	app.Delete(t, "secrets", initial.ID)
	said := s.fails(t, testSecret(app, values{"allow_last_credential_destroy": true, "status": "INACTIVE"}))
	acctest.Says(t, said, "client secret "+made+" of app "+app.ID, "only active")
	s.applies(t, tfcore.NoOp, testSecret(app, values{"allow_last_credential_destroy": true})) // state does not say it was deactivated
}
