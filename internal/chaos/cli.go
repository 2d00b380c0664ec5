package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// cli is the real Terraform or OpenTofu.
type cli struct {
	path    string
	version string // as it calls itself: "Terraform v1.11.4"
	env     []string
}

// findCLI finds the program that TERRAFORM names, by default terraform, and lets
// it find the provider, which is built for it.
func findCLI(ctx context.Context, dir string) (*cli, error) {
	name := os.Getenv("TERRAFORM")
	if name == "" {
		name = "terraform"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("there is no %q to run: name the CLI with TERRAFORM, or run without it, with -cli 0 (%w)", name, err)
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "terraform-provider-oktacreds"), "github.com/oktacreds/terraform-provider-oktacreds") //nolint:gosec // a fixed command
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, output)
	}
	config := filepath.Join(dir, "cli.tfrc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n  }\n  direct {}\n}\n",
		"registry.terraform.io/oktacreds/oktacreds", dir, "registry.opentofu.org/oktacreds/oktacreds", dir)
	if err := os.WriteFile(config, []byte(overrides), 0o600); err != nil {
		return nil, err
	}
	c := &cli{path: path, env: append(environment(), "TF_CLI_CONFIG_FILE="+config)}
	version := exec.CommandContext(ctx, path, "version") //nolint:gosec // the user's own choice of program
	version.Env = c.env
	answer, err := version.Output()
	if err != nil {
		return nil, fmt.Errorf("%s version: %w", path, err)
	}
	c.version, _, _ = strings.Cut(string(answer), "\n")
	return c, nil
}

// environment is the user's, without what would make the CLI do something else or
// reach another org.
func environment() []string {
	kept := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "OKTA_")
	})
	return append(kept, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
}

// command is one run of the CLI, which can be struck while it is under way.
type command struct {
	*exec.Cmd

	mu     sync.Mutex
	killed bool
	family []int // its children when it was killed, to see to their end
}

// strike kills or interrupts the run.
func (c *command) strike(ctx context.Context, what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Process == nil {
		return
	}
	switch what {
	case interrupt:
		_ = c.Process.Signal(os.Interrupt) // it may have ended
		return
	case killTerraform:
		c.killed = true
		c.family = append(c.family, children(ctx, c.Process.Pid)...)
		_ = c.Process.Kill() // as above
	case killProvider:
		c.family = append(c.family, children(ctx, c.Process.Pid)...)
	}
	for _, pid := range c.family {
		_ = syscall.Kill(pid, syscall.SIGKILL) // as above
	}
}

// children are the processes that a process has started: of the CLI, providers.
func children(ctx context.Context, parent int) (pids []int) {
	output, err := exec.CommandContext(ctx, "ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(output) {
		fields := strings.Fields(string(line))
		if len(fields) == 2 && fields[1] == strconv.Itoa(parent) {
			if pid, err := strconv.Atoi(fields[0]); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// readOutput reads what `apply -json` prints. Warnings of the plan come when the
// apply is over, so that what is said counts as said in the plan.
func readOutput(output []byte) (o outcome) {
	changes := -1
	for line := range bytes.Lines(output) {
		var message struct {
			Type       string
			Diagnostic struct{ Severity, Summary, Detail string }
			Changes    struct {
				Add, Change, Remove int
				Operation           string
			}
		}
		if json.Unmarshal(line, &message) != nil {
			continue
		}
		switch d := message.Diagnostic; message.Type {
		case "change_summary":
			if c := message.Changes; c.Operation == "plan" {
				changes = c.Add + c.Change + c.Remove
			}
		case "diagnostic":
			if !strings.Contains(d.Summary, "development overrides") {
				o.plan += say(d.Severity, d.Summary, d.Detail) + " | "
			}
		}
	}
	o.converged = changes == 0
	return o
}
