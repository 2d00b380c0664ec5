// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// cli is Terraform at work in a directory of its own, with this provider and an
// org: for what terraform-plugin-testing does not run.
type cli struct {
	path string
	dir  string
	env  []string
}

// newCLI skips the test where the CLI is not Terraform, or older than 1.14.
func newCLI(t *testing.T, org *acctest.Org) *cli {
	t.Helper()
	return newCLIOf(t, org, requireTerraform114)
}

// newAnyCLI does it with every CLI that runs acceptance tests.
func newAnyCLI(t *testing.T, org *acctest.Org) *cli {
	t.Helper()
	return newCLIOf(t, org, func(*testing.T, terraformcli.CLI) {})
}

func newCLIOf(t *testing.T, org *acctest.Org, require func(*testing.T, terraformcli.CLI)) *cli {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	found, err := findCLI()
	if err != nil {
		t.Fatal(err)
	}
	require(t, found)
	dir, err := os.MkdirTemp(os.Getenv("TF_ACC_TEMP_DIR"), "cli") //nolint:usetesting // where acctest.Main will look for secrets
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_LOG_PATH", filepath.Join(dir, "terraform.log"))
	c := &cli{path: found.Path, dir: dir, env: []string{
		"TF_CLI_ARGS_apply=-no-color", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"OKTA_HTTP_PROXY=" + org.URL, "OKTA_API_TOKEN=" + org.Token(),
	}}
	c.write(t, "main.tf", "terraform {\n  required_providers {\n    oktacreds = { source = \"oktacreds/oktacreds\" }\n  }\n}\nprovider \"oktacreds\" {}\n")
	c.takeProvider(t)
	return c
}

var findCLI = sync.OnceValues(func() (terraformcli.CLI, error) {
	return terraformcli.Find(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"))
})

func requireTerraform114(t *testing.T, is terraformcli.CLI) {
	t.Helper()
	if is.Minor < 14 || !strings.HasPrefix(is.Version, "Terraform") {
		t.Skipf("%s is below minimum version 1.14, or another CLI", is.Version)
	}
}

// requireWriteOnly skips the test where the CLI is too old for write-only arguments.
func requireWriteOnly(t *testing.T, is terraformcli.CLI) {
	t.Helper()
	if is.Minor < 11 {
		t.Skipf("%s is below minimum version 1.11", is.Version)
	}
}

// takeProvider has the CLI take the provider's binary, which is built once, from a
// folder of its own.
func (c *cli) takeProvider(t *testing.T) {
	t.Helper()
	built, err := build()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(c.dir, "bin")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.Symlink(built, filepath.Join(folder, terraformcli.ProviderName))); err != nil {
		t.Fatal(err)
	}
	override, err := terraformcli.Override(folder)
	if err != nil {
		t.Fatal(err)
	}
	c.env = append(c.env, override)
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(os.Getenv("TF_ACC_TEMP_DIR"), "bin")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, terraformcli.ProviderName), terraformcli.Build(context.Background(), dir, "")
})

func (c *cli) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (c *cli) read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// exec runs a command.
func (c *cli) exec(t *testing.T, arguments ...string) terraformcli.Output {
	t.Helper()
	workspace := terraformcli.Workspace{CLI: terraformcli.CLI{Path: c.path}, Dir: c.dir, Env: append(os.Environ(), c.env...)}
	output, err := workspace.Run(t.Context(), arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// run returns what Terraform said, every run of white space being one space,
// and whether it was content.
func (c *cli) run(t *testing.T, arguments ...string) (said string, ok bool) {
	t.Helper()
	output := c.exec(t, arguments...)
	return strings.Join(strings.Fields(string(output.Text)), " "), output.Exit == 0
}

// exitCode is what a pipeline sees.
func (c *cli) exitCode(t *testing.T, arguments ...string) int {
	t.Helper()
	return c.exec(t, arguments...).Exit
}

// warnings is how many warnings about resources a command shows.
func (c *cli) warnings(t *testing.T, arguments ...string) (count int) {
	t.Helper()
	for _, d := range c.exec(t, append(arguments, "-json")...).Read().Diagnostics {
		if d.Severity == "warning" && d.Address != "" {
			count++
		}
	}
	return count
}

func (c *cli) must(t *testing.T, arguments ...string) string {
	t.Helper()
	said, ok := c.run(t, arguments...)
	if !ok {
		t.Fatalf("terraform %s:\n%s", strings.Join(arguments, " "), said)
	}
	return said
}
