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
	"strings"
)

// cli is the real Terraform or OpenTofu, at work in one directory.
type cli struct {
	path    string
	name    string // as it is typed
	version string // as it calls itself: "Terraform v1.11.4"
	dir     string
	env     []string
	printed bytes.Buffer // all that it ever printed
}

// findCLI finds the program that TERRAFORM names, by default terraform.
func findCLI(ctx context.Context, name string) (*cli, error) {
	if name == "" {
		name = "terraform"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("there is no %q to run. Install Terraform 1.11 or OpenTofu 1.11 or newer, "+
			"or name the program: TERRAFORM=tofu, or TERRAFORM=/path/to/terraform (%w)", name, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	version := exec.CommandContext(ctx, path, "version") //nolint:gosec // the user's own choice of program
	version.Env = environment()
	answer, err := version.Output()
	if err != nil {
		return nil, fmt.Errorf("%s version: %w", path, err)
	}
	firstLine, _, _ := strings.Cut(string(answer), "\n")
	return &cli{path: path, name: filepath.Base(path), version: firstLine}, nil
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

// prepare lets the CLI find the provider that was just built, and the org.
func (c *cli) prepare(dir, providerDir string, org *org, variables map[string]any) error {
	values, err := json.Marshal(variables)
	if err != nil {
		return err
	}
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n  }\n  direct {}\n}\n",
		"registry.terraform.io/oktacreds/oktacreds", providerDir,
		"registry.opentofu.org/oktacreds/oktacreds", providerDir)
	configFile := filepath.Join(dir, "cli.tfrc")
	c.dir = dir
	c.env = environment("TF_CLI_CONFIG_FILE="+configFile, "OKTA_HTTP_PROXY="+org.url, "OKTA_API_TOKEN="+apiToken)
	return errors.Join(
		os.WriteFile(configFile, []byte(overrides), 0o600),
		os.WriteFile(filepath.Join(dir, "terraform.tfvars.json"), values, 0o600),
	)
}

// result is what a run said.
type result struct {
	exit        int
	summary     string       // "Apply complete! Resources: 2 added, 0 changed, 2 destroyed."
	changes     []string     // "oktacreds_app_client_secret.this: create"
	diagnostics []diagnostic // those about the configuration's own resources
}

type diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
}

// run runs a command and reads what it says line by line, in JSON.
func (c *cli) run(ctx context.Context, arguments ...string) (result, error) {
	command := exec.CommandContext(ctx, c.path, arguments...) //nolint:gosec // the user's own choice of program
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

func buildProvider(ctx context.Context, root, dir string) error {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", filepath.Join(dir, "terraform-provider-oktacreds"), ".") //nolint:gosec // a fixed command
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output)
	}
	return nil
}

// copyConfiguration copies a folder, in which the demo then works.
func copyConfiguration(from, to string) error { return os.CopyFS(to, os.DirFS(from)) }
