// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

func TestConfigurations_AreTheExamplesAndTheCodeBlocks(t *testing.T) {
	found := configurations(map[string]string{
		"examples/module/main.tf":                 "output \"a\" {}\n",
		"examples/module/outputs.tf":              "output \"b\" {}\n",
		"examples/module/README.md":               "# Module\n\n```terraform\n# terraform.tfvars\nname = 1\n```\n",
		"examples/resources/x/resource.tf":        "resource \"x\" \"a\" {}\n",
		"examples/resources/x/import-by-id.tf":    "import {}\n",
		"examples/list-resources/x/l.tfquery.hcl": "list \"x\" \"a\" {}\n",
		"templates/guides/x.md.tmpl":              "1. First\n\n   ```hcl\n   a {\n     b = 1\n   }\n   ```\n\n```sh\nterraform plan\n```\n",
		"docs/guides/x.md":                        "```terraform\na {}\n```\n",
		"README.md":                               "```terraform\n# x.tftest.hcl\nrun \"a\" {}\n```\n",
	})
	var got []string
	for _, c := range found {
		got = append(got, fmt.Sprintf("%s:%d %s %v", c.name, c.line, c.main, slices.Sorted(maps.Keys(c.files))))
		if c.name == "templates/guides/x.md.tmpl" && c.files[c.main] != "a {\n  b = 1\n}\n" {
			t.Errorf("an indented block is %q", c.files[c.main])
		}
	}
	want := []string{
		"README.md:2 x.tftest.hcl [x.tftest.hcl]",
		"examples/list-resources/x/l.tfquery.hcl:1 l.tfquery.hcl [l.tfquery.hcl]",
		"examples/module/README.md:4 terraform.tfvars [main.tf outputs.tf terraform.tfvars]",
		"examples/module/main.tf:1 main.tf [main.tf outputs.tf]",
		"examples/resources/x/import-by-id.tf:1 import-by-id.tf [import-by-id.tf resource.tf]",
		"examples/resources/x/resource.tf:1 resource.tf [resource.tf]",
		"templates/guides/x.md.tmpl:4 main.tf [main.tf]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// codeBlock returns a code block as configurations does.
func codeBlock(text string) configuration {
	return configuration{name: "x.md", line: 10, main: "main.tf", files: map[string]string{"main.tf": text}}
}

func TestComplete_DeclaresWhatABlockRefersTo(t *testing.T) {
	for text, want := range map[string][]string{
		`output "a" { value = oktacreds_app_client_secret.web.id }`:                      {"oktacreds_app_client_secret.web", "okta_app_oauth.web"},
		`output "a" { value = var.app_id }`:                                              {"var.app_id"},
		`output "a" { value = local.app_id }`:                                            {"local.app_id"},
		"variable \"app_id\" {}\noutput \"a\" { value = var.app_id }":                    nil,
		"removed {\n  from = oktacreds_app_client_secret.web\n}":                         nil,
		`resource "okta_app_oauth" "web" { id = okta_app_oauth.web.id }`:                 nil,
		`hold = contains(var.live, each.key)`:                                            {"var.live"},
		"lifecycle {\n  ignore_changes = [jwks_uri]\n}":                                  {"var.live"}, // of the resource around it
		`output "a" { value = [for r in oktacreds_app_client_secret_rotation.app : r] }`: {"oktacreds_app_client_secret_rotation.app", "var.live"},
	} {
		c := codeBlock(text + "\n")
		if err := c.complete(); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		body, err := parse(c.files["docscheck.tf"], "docscheck.tf")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got := slices.Sorted(maps.Keys(addresses(body)))
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", text, diff)
		}
	}
}

func TestComplete_ABlockThatDoesNotParse_IsAnError(t *testing.T) {
	if err := codeBlock("resource {").complete(); err == nil {
		t.Error("no error")
	}
}

func TestUndeclared_NamesAValueWithoutAVariable(t *testing.T) {
	c := configuration{name: "README.md", line: 5, main: "terraform.tfvars", files: map[string]string{
		"terraform.tfvars": "apps = {}\nap = {}\n", "variables.tf": "variable \"apps\" {}\n",
	}}
	if diff := cmp.Diff([]finding{{"README.md", 6, "there is no variable ap"}}, c.undeclared(), cmp.AllowUnexported(finding{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSupports_SkipsWhatTheCLICannotRead(t *testing.T) {
	action, identity := codeBlock("action \"a\" \"b\" {\n}\n"), codeBlock("import {\n  identity = {\n  }\n}\n")
	for cli, want := range map[terraformcli.CLI][2]bool{
		{Version: "Terraform v1.11.4", Minor: 11}: {false, false},
		{Version: "Terraform v1.12.0", Minor: 12}: {false, true},
		{Version: "Terraform v1.14.3", Minor: 14}: {true, true},
		{Version: "OpenTofu v1.11.2", Minor: 11}:  {false, false},
		{Version: "OpenTofu v1.12.0", Minor: 12}:  {false, true},
	} {
		v := &validator{Workspace: terraformcli.Workspace{CLI: cli}}
		if got := [2]bool{v.supports(action), v.supports(identity)}; got != want {
			t.Errorf("%v reads an action, an identity: %v, want %v", cli, got, want)
		}
	}
}

// TestAccValidate_FindsWhatNoSchemaHas runs the CLI on configurations with one mistake each.
func TestAccValidate_FindsWhatNoSchemaHas(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs the CLI, with TF_ACC set")
	}
	t.Setenv("TERRAFORM", os.Getenv("TF_ACC_TERRAFORM_PATH"))
	v, err := newValidator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.stop)
	for text, want := range map[string]string{
		"resource \"vault_kv_secret_v2\" \"a\" {\n  mount = \"secret\"\n  name  = \"a\"\n}\n":                       "",
		"resource \"vault_kv_secret_v2\" \"a\" {\n  mount = \"secret\"\n  name  = \"a\"\n\n  data_wo = \"{}\"\n}\n": "14 Unsupported argument",
		"resource \"vault_kv_secret_v2\" \"a\" {\n  mount = \"secret\"\n}\n":                                        "10 Missing required argument",
		"resource \"vault_kv_secret\" \"a\" {\n}\n":                                                                 "10 Invalid resource type",
		"rotate_afterr = \"90d\"\n":                                             "10 Unsupported argument",
		"rotate_after = \"90 days\"\n":                                          "10 Invalid",
		"output \"a\" {\n  value = oktacreds_app_client_secret.web.hash\n}\n":   "11 Unsupported attribute",
		"output \"a\" {\n  value = oktacreds_app_client_secret.nowhere.id\n}\n": "11 Reference to undeclared resource",
		"ephemeral \"oktacreds_app_client_secret\" \"a\" {\n  app_id = \"0oa1\"\n}\nresource \"vault_kv_secret_v2\" \"a\" {\n" +
			"  mount = \"secret\"\n  name  = ephemeral.oktacreds_app_client_secret.a.client_secret\n}\n": "15 Invalid use of ephemeral value",
		"a  = 1\n": "10 not as terraform fmt writes it",
		"provider_installation {\n  direct {}\n}\n": "",
		"provider_installation {\n  direkt {}\n}\n": "10 ",
	} {
		c := codeBlock(text)
		found, err := v.validateAll(t.Context(), io.Discard, []configuration{c})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got := ""
		if len(found) > 0 {
			got = fmt.Sprintf("%d %s", found[0].line, strings.TrimPrefix(found[0].text, "error: "))
		}
		if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s\nfindings: %v\nwant one that begins with %q", text, found, want)
		}
	}
}
