// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// cli is the real Terraform or OpenTofu, at work in one directory.
type cli struct {
	terraformcli.CLI

	name    string // as it is typed
	dir     string
	env     []string
	printed bytes.Buffer // all that it ever printed
}

// newCLI finds the program that TERRAFORM names.
func newCLI(ctx context.Context, name string) (*cli, error) {
	found, err := terraformcli.Find(ctx, name)
	return &cli{CLI: found, name: filepath.Base(found.Path)}, err
}

// prepare lets the CLI find the provider that was just built, and the org.
func (c *cli) prepare(dir, providerDir string, org *org, variables map[string]any) error {
	values, err := json.Marshal(variables)
	if err != nil {
		return err
	}
	override, err := terraformcli.Override(providerDir)
	if err != nil {
		return err
	}
	c.dir = dir
	c.env = terraformcli.Environment(override, "OKTA_HTTP_PROXY="+org.url, "OKTA_API_TOKEN="+apiToken)
	return os.WriteFile(filepath.Join(dir, "terraform.tfvars.json"), values, 0o600)
}

// result is what a run said.
type result struct {
	exit        int
	summary     string       // "Apply complete! Resources: 2 added, 0 changed, 2 destroyed."
	changes     []string     // "oktacreds_app_client_secret.this: create"
	diagnostics []diagnostic // those about the configuration's own resources
}

// quotes are the changes of a plan that finds some, and the diagnostics, each of
// them once: apply repeats those of its plan.
func (r result) quotes() (texts []string) {
	if r.exit == 2 {
		texts = append(texts, strings.Join(r.changes, "\n"))
	}
	for _, d := range r.diagnostics {
		text := strings.ToUpper(d.Severity[:1]) + d.Severity[1:] + ": " + d.Summary + "\n\n" + d.Detail
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

type diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
}

// run runs a command and reads what it says line by line, in JSON.
func (c *cli) run(ctx context.Context, arguments ...string) (result, error) {
	command := exec.CommandContext(ctx, c.Path, arguments...) //nolint:gosec // the user's own choice of program
	command.Dir, command.Env = c.dir, c.env
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	output, err := command.CombinedOutput()
	c.printed.Write(output)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return result{}, err
	}
	said := readOutput(output)
	said.exit = command.ProcessState.ExitCode()
	if said.exit != 0 && said.summary == "" && len(said.diagnostics) == 0 {
		return said, fmt.Errorf("%s %s: exit code %d\n%s", c.name, arguments[0], said.exit, output)
	}
	return said, ctx.Err()
}

// readOutput reads the lines that -json prints.
func readOutput(output []byte) (said result) {
	for line := range bytes.Lines(output) {
		var message struct {
			Type       string      `json:"type"`
			Text       string      `json:"@message"`
			Diagnostic *diagnostic `json:"diagnostic"`
			Change     struct {
				Resource struct {
					Address string `json:"addr"`
				} `json:"resource"`
				Action string `json:"action"`
			} `json:"change"`
		}
		if json.Unmarshal(line, &message) != nil {
			continue
		}
		switch message.Type {
		case "change_summary":
			said.summary = message.Text
		case "planned_change":
			said.changes = append(said.changes, message.Change.Resource.Address+": "+message.Change.Action)
		case "diagnostic":
			// Others are about the CLI's own configuration: that a provider
			// under development is in use.
			if d := message.Diagnostic; d != nil && (d.Address != "" || d.Severity == "error") {
				said.diagnostics = append(said.diagnostics, *d)
			}
		}
	}
	return said
}

// moduleRoot is the folder of go.mod.
func moduleRoot(ctx context.Context) (string, error) {
	file, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(file))), nil
}

// copyConfiguration copies a folder, in which the demo then works.
func copyConfiguration(from, to string) error { return os.CopyFS(to, os.DirFS(from)) }
