// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// TestAccExampleQuickstart_ImportsRotatesAndDelivers runs examples/quickstart as README and the
// guide "Testing modules offline" do: its own `terraform test`, and then apply by apply.
func TestAccExampleQuickstart_ImportsRotatesAndDelivers(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	cli := newCLIOf(t, org, requireWriteOnly)
	for _, name := range []string{"main.tf", "rotation.tftest.hcl"} {
		content, err := os.ReadFile(filepath.Join("../../examples/quickstart", name))
		if err != nil {
			t.Fatal(err)
		}
		cli.write(t, name, string(content))
	}
	// Outside of the CLI's directory, which is searched for secrets at the end.
	delivered := filepath.Join(t.TempDir(), "client_secret")
	cli.env = append(cli.env, "TF_VAR_path="+delivered, "TF_VAR_app_id="+org.NewApp(t, "client_secret_basic").ID)
	if said := cli.must(t, "test"); !strings.Contains(said, "2 passed, 0 failed") {
		t.Errorf("terraform test: %s", said)
	}

	old := app.Secrets(t)[0]
	cli.env = append(cli.env, "TF_VAR_app_id="+app.ID)
	works := func(when string, oldWorks bool) {
		t.Helper()
		value, err := os.ReadFile(delivered)
		if err != nil {
			t.Fatal(err)
		}
		if !app.Login(t, string(value)) || app.Login(t, old.Value) != oldWorks {
			t.Errorf("%s: the delivered secret works: %t; the old one: %t, want %t", when, app.Login(t, string(value)), app.Login(t, old.Value), oldWorks)
		}
	}
	cli.must(t, "apply", "-auto-approve")
	works("after the import", true)
	cli.must(t, "apply", "-auto-approve", "-var", "request=2")
	works("in the overlap", true)
	sim.Advance(8 * 24 * hour)
	cli.must(t, "apply", "-auto-approve", "-var", "request=2")
	works("after the overlap", false)
}
