// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
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
	return newCLIOf(t, org, func(*testing.T, string) {})
}

func newCLIOf(t *testing.T, org *acctest.Org, require func(t *testing.T, path string)) *cli {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	path := cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform")
	require(t, path)
	dir, err := os.MkdirTemp(os.Getenv("TF_ACC_TEMP_DIR"), "cli") //nolint:usetesting // where acctest.Main will look for secrets
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_LOG_PATH", filepath.Join(dir, "terraform.log"))
	c := &cli{path: path, dir: dir, env: []string{
		"TF_CLI_ARGS_apply=-no-color", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"OKTA_HTTP_PROXY=" + org.URL, "OKTA_API_TOKEN=" + org.Token(),
	}}
	c.write(t, "main.tf", "terraform {\n  required_providers {\n    oktacreds = { source = \"oktacreds/oktacreds\" }\n  }\n}\nprovider \"oktacreds\" {}\n")
	c.takeProvider(t)
	return c
}

func requireTerraform114(t *testing.T, path string) {
	t.Helper()
	if is := minorVersion(t, path); is < 14 || os.Getenv("TF_ACC_PROVIDER_HOST") == "registry.opentofu.org" {
		t.Skipf("Terraform 1.%d is below minimum version 1.14, or another CLI", is)
	}
}

// requireWriteOnly skips the test where the CLI is too old for write-only arguments.
func requireWriteOnly(t *testing.T, path string) {
	t.Helper()
	if is := minorVersion(t, path); is < 11 {
		t.Skipf("1.%d is below minimum version 1.11", is)
	}
}

// minorVersion returns the 11 of the CLI's version 1.11.4.
func minorVersion(t *testing.T, path string) (minor int) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), path, "version", "-json").Output() //nolint:gosec // the user's own choice of program
	if err != nil {
		t.Fatal(err)
	}
	var is struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(output, &is); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	if _, err := fmt.Sscanf(is.Version, "1.%d", &minor); err != nil {
		t.Fatalf("the version is %q: %v", is.Version, err)
	}
	return minor
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
	binary := filepath.Join(dir, terraformcli.ProviderName)
	return binary, terraformcli.Build(context.Background(), binary, "")
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
		if d.Severity == "warning" {
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
