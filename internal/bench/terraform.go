// SPDX-License-Identifier: MPL-2.0

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

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// cli is the real Terraform or OpenTofu.
type cli struct {
	terraformcli.CLI

	env []string
}

// newCLI finds the program that TERRAFORM names.
func newCLI(ctx context.Context, name string) (*cli, error) {
	found, err := terraformcli.Find(ctx, name)
	return &cli{CLI: found, env: terraformcli.Environment()}, err
}

// taking is the same CLI, which takes the provider from where it was built.
func (c *cli) taking(provider string) (*cli, error) {
	override, err := terraformcli.Override(filepath.Dir(provider))
	return c.with([]string{override}), err
}

// with is the same CLI with more in its environment.
func (c *cli) with(env []string) *cli {
	return &cli{CLI: c.CLI, env: append(slices.Clone(c.env), env...)}
}

func (c *cli) command(ctx context.Context, dir string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.Path, arguments...) //nolint:gosec // the user's own choice of program
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
