package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// cli is the real Terraform or OpenTofu.
type cli struct {
	path    string
	version string // as it calls itself: "Terraform v1.11.4"
	env     []string
}

// newCLI finds the program that TERRAFORM names, by default terraform.
func newCLI(ctx context.Context, name, dir string) (*cli, error) {
	if name == "" {
		name = "terraform"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("there is no %q to run; name another with TERRAFORM=/path/to/terraform: %w", name, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	c := &cli{path: path, env: environment("TF_CLI_CONFIG_FILE=" + os.DevNull)}
	answer, err := c.command(ctx, dir, "version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s version: %w", path, err)
	}
	c.version, _, _ = strings.Cut(string(answer), "\n")
	return c, nil
}

// environment is the user's, without what would make the CLI do something else
// or reach another org.
func environment(add ...string) []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "OKTA_") {
			kept = append(kept, variable)
		}
	}
	return append(append(kept, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"), add...)
}

// taking is the same CLI, which takes the provider from where it was built.
func (c *cli) taking(provider string) (*cli, error) {
	folder := filepath.Dir(provider)
	configFile := filepath.Join(folder, "cli.tfrc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n  }\n  direct {}\n}\n",
		"registry.terraform.io/oktacreds/oktacreds", folder, "registry.opentofu.org/oktacreds/oktacreds", folder)
	return c.with([]string{"TF_CLI_CONFIG_FILE=" + configFile}), os.WriteFile(configFile, []byte(overrides), 0o600)
}

// with is the same CLI with more in its environment.
func (c *cli) with(env []string) *cli {
	return &cli{path: c.path, version: c.version, env: append(slices.Clone(c.env), env...)}
}

func (c *cli) command(ctx context.Context, dir string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.path, arguments...) //nolint:gosec // the user's own choice of program
	command.Dir, command.Env = dir, c.env
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	return command
}

// time runs a command that must succeed and tells how long it took, from before
// its process begins until it has ended.
func (c *cli) time(ctx context.Context, dir string, arguments ...string) (time.Duration, error) {
	command := c.command(ctx, dir, arguments...)
	began := time.Now()
	said, err := command.CombinedOutput()
	took := time.Since(began)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 2 {
		err = errors.New("it shows changes where there are none") // -detailed-exitcode
	}
	if err != nil {
		return 0, fmt.Errorf("terraform %s: %w\n%s", strings.Join(arguments, " "), err, said)
	}
	return took, nil
}
