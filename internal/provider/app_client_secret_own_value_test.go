// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// Three secrets of a user's own.
const (
	ownFirst  = "first of my own secrets, 42 characters long"
	ownSecond = "second of my own secrets, as long as that"
	ownThird  = "third of my own secrets, neither is short"
)

// writeOnly skips a test where the CLI has no write-only arguments.
var writeOnly = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)}

func TestAppClientSecret_OwnValue_ReplacesWhenItChanges(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_post")
	initial := app.Secrets(t)[0]
	s := newAppStory(t, org, app, secretAddress)
	own := func(value string) values {
		return values{"allow_last_credential_destroy": true, "client_secret": value}
	}
	s.apply(t, tfcore.Create, own(ownFirst))
	first := s.held(s.address, "id")
	app.Delete(t, "secrets", initial.ID)
	s.apply(t, tfcore.CreateThenDelete, own(ownSecond))
	mustHold(t, app, s.held(s.address, "id"))
	mustNotHold(t, app, first)
	if app.Login(t, ownFirst) || !app.Login(t, ownSecond) {
		t.Error("Okta accepts the secret before, or does not accept the one configured")
	}
}

func TestAccAppClientSecret_OwnValue_UnknownUntilApplyAndThenTheSame_IsRefused(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	config := func(generation int) string {
		return secretConfig(org, app, fmt.Sprintf(`allow_last_credential_destroy = true
  client_secret = "%s${terraform_data.nothing.output}"`, ownFirst)) + fmt.Sprintf(`
resource "terraform_data" "nothing" {
  input            = ""
  triggers_replace = %d
}
`, generation)
	}
	var made seenSecret

	var given reasons
	said := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps: []resource.TestStep{
			{
				Config:            config(1),
				ConfigStateChecks: []statecheck.StateCheck{made.see()},
			},
			{
				PreConfig: func() { app.Delete(t, "secrets", initial.ID) },
				Config:    config(2), // the value is unknown in the plan, which therefore replaces
			},
			{
				Config:            config(2), // and nothing was lost
				ConfigPlanChecks:  planned(plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{acctest.Do(func() { mustHold(t, app, made.id) })},
			},
		},
	})
	given.includes(t, rotation.ValueTaken)
	acctest.Says(t, said, made.id, "If this resource manages it, nothing needs to be replaced: plan again.")
	acctest.Hides(t, said, ownFirst)
}

func TestAccAppClientSecret_WriteOnlyWithoutVersion_ReplacesByItselfWhenTheValueChanges(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	own := func(value string) string {
		return acctest.Folder + secretConfig(org, app, fmt.Sprintf("allow_last_credential_destroy = true\nclient_secret_wo = %q", value))
	}
	hidden := acctest.RawState(func(state string) { acctest.Hides(t, state, ownFirst, ownSecond) })
	var first, second seenSecret

	resource.ParallelTest(t, resource.TestCase{
		TerraformVersionChecks:   writeOnly,
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            own(ownFirst),
				ConfigStateChecks: []statecheck.StateCheck{first.see(), hidden, secretIs("client_secret", knownvalue.Null())},
			},
			{
				PreConfig:         func() { app.Delete(t, "secrets", initial.ID) },
				Config:            own(ownSecond),
				ConfigPlanChecks:  planned(plancheck.ResourceActionCreateBeforeDestroy),
				ConfigStateChecks: []statecheck.StateCheck{second.see(), hidden},
			},
		},
	})
	if first.id == second.id || first.hash == second.hash {
		t.Error("a new value kept the old secret")
	}
}

func TestAppClientSecret_WriteOnlyWithVersion_ReplacesWhenTheVersionChanges(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	own := func(value string, version int) tfcore.Resource {
		return testSecret(app, values{"allow_last_credential_destroy": true, "client_secret_wo": value, "client_secret_wo_version": version})
	}

	s.applies(t, tfcore.Create, own(ownFirst, 1))
	first := s.held(secretAddress, "id")
	app.Delete(t, "secrets", initial.ID)
	s.applies(t, tfcore.NoOp, own(ownSecond, 1)) // not looked at
	s.applies(t, tfcore.CreateThenDelete, own(ownSecond, 2))
	second := s.held(secretAddress, "id")
	mustHold(t, app, second)
	mustNotHold(t, app, first)
	said := s.fails(t, own(ownSecond, 3)) // a new version of the same value would retire the secret it asks for
	s.given.includes(t, rotation.SameValue)
	acctest.Hides(t, said, ownFirst, ownSecond)
	s.applies(t, tfcore.NoOp, own(ownSecond, 2))
	mustHold(t, app, second)
}

func TestAppClientSecret_OwnValueThatReachesRotateAfter_IsNotReplacedByItself(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]
	s := newStory(t, org)
	secret := testSecret(app, values{"allow_last_credential_destroy": true, "rotate_after": "720h", "client_secret": ownThird, "omit_secret": false})

	s.applies(t, tfcore.Create, secret)
	made := s.held(secretAddress, "id")
	app.Delete(t, "secrets", initial.ID)
	org.Sim(t).Age(app.ID, 721*hour)
	s.applies(t, tfcore.NoOp, secret) // its age moved, but only a new value makes another secret
	mustHold(t, app, made)
	if run := s.run(t); run.Failed() {
		t.Error(run.Diagnostics())
	}
	mustNotHold(t, app, made)
}
