// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

func TestAppClientSecret_InitialSecret_IsReplacedOnlyWhereItIsTheNewApps(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		setting  string
		before   func(t *testing.T, org *acctest.Org, app *acctest.App)
		replaced bool
		reasons  []rotation.Reason
	}{
		"keep":    {"keep", nil, false, []rotation.Reason{"unmanaged"}},
		"replace": {"replace", nil, true, nil},
		"replace, and the app is older than an hour": {
			"replace", func(t *testing.T, org *acctest.Org, _ *acctest.App) {
				t.Helper()
				org.Sim(t).Advance(61 * time.Minute)
			}, false, []rotation.Reason{"not_initial"},
		},
		"replace, and the secret was created later than the app": {
			"replace", func(t *testing.T, org *acctest.Org, app *acctest.App) {
				t.Helper()
				initial := app.Secrets(t)[0]
				org.Sim(t).Advance(time.Minute)
				app.AddSecret(t, ownFirst)
				app.Delete(t, "secrets", initial.ID)
			}, false, []rotation.Reason{"not_initial"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			if test.before != nil {
				test.before(t, org, app)
			}
			other := app.Secrets(t)[0]
			s := newAppStory(t, org, app, secretAddress)
			s.apply(t, tfcore.Create, values{"initial_secret": test.setting, "allow_last_credential_destroy": true})
			want := []string{s.held(s.address, "id")}
			if !test.replaced {
				want = append(want, other.ID)
			}
			mustHold(t, app, want...)
			s.given.expect(t, test.reasons...)
		})
	}
}

// Sixty apps would show sixty times the same text.
func TestAccAppClientSecret_OtherSecretsThatNothingManages_AreWarnedOfOnceInARun(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	t.Parallel()
	org := acctest.NewOrg(t)
	org.Sim(t)
	config := org.Provider() + "terraform {\n  required_providers {\n    oktacreds = { source = \"oktacreds/oktacreds\" }\n  }\n}\n"
	for i := range 3 {
		config += fmt.Sprintf("resource \"oktacreds_app_client_secret\" \"app%d\" {\n  app_id = %q\n}\n", i, org.NewApp(t, "client_secret_basic").ID)
	}
	c := workspace(t, org, config)
	if got := c.warnings(t, "plan"); got != 1 {
		t.Errorf("%d warnings, want one", got)
	}
}

// During apply, Terraform plans the new secret again without saying that it replaces the old one.
func TestAccAppClientSecret_ARotation_DoesNotWarnOfTheSecretThatItReplaces(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	t.Parallel()
	org := acctest.NewOrg(t)
	org.Sim(t)
	config := org.Provider() + fmt.Sprintf(`
terraform {
  required_providers {
    oktacreds = { source = "oktacreds/oktacreds" }
  }
}
resource "oktacreds_app_client_secret" "test" {
  app_id              = %q
  initial_secret      = "replace"
  rotate_when_changed = { generation = "1" }
  lifecycle {
    create_before_destroy = true
  }
}
`, org.NewApp(t, "client_secret_basic").ID)
	c := workspace(t, org, config)
	c.must(t, "apply", "-auto-approve")
	c.write(t, "main.tf", strings.Replace(config, `generation = "1"`, `generation = "2"`, 1))
	if got := c.warnings(t, "apply", "-auto-approve"); got != 0 {
		t.Errorf("%d warnings, want none", got)
	}
}
