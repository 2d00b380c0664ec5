// SPDX-License-Identifier: MPL-2.0

// Package terraformcli finds the real Terraform or OpenTofu for the programs and
// tests that run it, and lets it find the provider that was built for it.
package terraformcli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// provider is the module whose main package is the provider.
const provider = "github.com/oktacreds/terraform-provider-oktacreds"

// CLI is a Terraform or OpenTofu that can be run.
type CLI struct {
	Path    string
	Version string // as it calls itself: "Terraform v1.11.4"
	Minor   int    // the 11 of that
}

// Find finds the program that a name on PATH or a path means, by default
// terraform, and asks it for its version.
func Find(ctx context.Context, name string) (CLI, error) {
	if name == "" {
		name = "terraform"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return CLI{}, fmt.Errorf("there is no %q to run. Install Terraform 1.11 or OpenTofu 1.11 or newer, "+
			"or name the program: TERRAFORM=tofu, or TERRAFORM=/path/to/terraform (%w)", name, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return CLI{}, err
	}
	version := exec.CommandContext(ctx, path, "version") //nolint:gosec // the user's own choice of program
	version.Env = Environment("TF_CLI_CONFIG_FILE=" + os.DevNull)
	answer, err := version.Output()
	if err != nil {
		return CLI{}, fmt.Errorf("%s version: %w", path, err)
	}
	cli := CLI{Path: path}
	cli.Version, _, _ = strings.Cut(string(answer), "\n")
	if _, err := fmt.Sscanf(cli.Version, "%s v1.%d", new(string), &cli.Minor); err != nil {
		return CLI{}, fmt.Errorf("%s version: %w in %q", path, err, cli.Version)
	}
	return cli, nil
}

// Environment is the user's, without what would make the CLI do something else
// or reach another org, and with some more.
func Environment(more ...string) []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "OKTA_") {
			kept = append(kept, variable)
		}
	}
	return append(append(kept, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"), more...)
}

// Build builds a package of this module, by its path from the root, as a release
// is built: stripped and without C. It is a provider, and is called [ProviderName] in its folder.
func Build(ctx context.Context, folder, source string) error {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(folder, ProviderName), filepath.ToSlash(filepath.Join(provider, source))) //nolint:gosec // a fixed command
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", source, err, said)
	}
	return nil
}

// ProviderName is the name a CLI looks for in the folder of [Override].
const ProviderName = "terraform-provider-oktacreds"

// Override lets the CLI take the provider from a folder, without `init`. It
// returns what its environment needs for that. Each call writes a file of its own: a CLI
// that another test has started may be reading the one before.
func Override(folder string) (env string, err error) {
	file, err := os.CreateTemp(folder, "*.tfrc")
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(file, "provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n  }\n  direct {}\n}\n",
		"registry.terraform.io/oktacreds/oktacreds", folder, "registry.opentofu.org/oktacreds/oktacreds", folder)
	return "TF_CLI_CONFIG_FILE=" + file.Name(), errors.Join(err, file.Close())
}
