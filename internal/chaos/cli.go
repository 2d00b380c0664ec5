// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// cli is the real Terraform or OpenTofu.
type cli struct {
	terraformcli.CLI

	env []string
}

// newCLI finds the program that TERRAFORM names, and lets it find the provider,
// which is built for it.
func newCLI(ctx context.Context, dir string) (*cli, error) {
	found, err := terraformcli.Find(ctx, os.Getenv("TERRAFORM"))
	if err != nil {
		return nil, fmt.Errorf("%w; or run without it, with -cli 0", err)
	}
	if err := terraformcli.Build(ctx, filepath.Join(dir, terraformcli.ProviderName), ""); err != nil {
		return nil, err
	}
	override, err := terraformcli.Override(dir)
	return &cli{CLI: found, env: terraformcli.Environment(override)}, err
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
