// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// rotationsPerCLILife is how many rotations one app goes through with the real CLI.
const rotationsPerCLILife = 5

// servePlugin is this program as the provider that the CLI starts, in the CLI's folder: as
// released, but with the org's time and a note of its reasons.
func servePlugin() error {
	ahead, err := os.ReadFile(clockFile)
	if err != nil {
		return err
	}
	passed, err := time.ParseDuration(string(ahead))
	if err != nil {
		return err
	}
	now := func() time.Time { return time.Now().Add(passed) }
	return tf6server.Serve("registry.terraform.io/oktacreds/oktacreds", func() tfprotov6.ProviderServer {
		return provider.NewServer(&provider.Provider{Version: "chaos", Now: now, OnReason: func(code rotation.Reason, _, id string) {
			file, err := os.OpenFile(reasonsFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				_, _ = fmt.Fprintln(file, code, id) // no one can be told
				_ = file.Close()
			}
		}})
	})
}

// liveByCLI lives one life after the other with the real CLI, in real time.
func liveByCLI(ctx context.Context, seed uint64, rotations int, r *report) (version string, err error) {
	dir, err := os.MkdirTemp("", "oktacreds-chaos-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears up what is left

	// The provider is this program.
	terraform, err := terraformcli.New(ctx, os.Getenv("TERRAFORM"), dir, "internal/chaos")
	if err != nil {
		return "", fmt.Errorf("%w; or run without it, with -cli 0", err)
	}
	for ; rotations > 0; rotations -= rotationsPerCLILife {
		if err := liveOnceByCLI(ctx, terraform.In(dir), seed, min(rotations, rotationsPerCLILife), r); err != nil {
			return terraform.Version, err
		}
		seed++
	}
	return terraform.Version, nil
}

func liveOnceByCLI(ctx context.Context, terraform terraformcli.Workspace, seed uint64, rotations int, r *report) error {
	server := httptest.NewUnstartedServer(nil)
	l := newLife(seed, "http://"+server.Listener.Addr().String(), byCLI, r)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		l.carry(req, func() { l.org.ServeHTTP(w, req) })
	})
	server.Start()
	defer server.Close()
	var failed error
	for _, w := range l.workspaces {
		dir, err := os.MkdirTemp(terraform.Dir, "workspace-")
		if err != nil {
			return err
		}
		w.runner = &cliRunner{ctx: ctx, terraform: terraform.In(dir), life: l, workspace: w, failed: &failed}
	}
	l.live(rotations)
	return failed
}

// readOutput reads what plan and apply print with -json. A mistake of the provider, and
// its death, are told by Terraform alone, in these words.
func readOutput(output terraformcli.Output) (o outcome) {
	for _, d := range output.Read().Diagnostics {
		o.broken = o.broken || strings.HasPrefix(d.Summary, "Provider produced") || strings.HasPrefix(d.Summary, "Provider returned")
		o.crashed = o.crashed || strings.Contains(d.Detail, "panic:")
		o.said += strings.ReplaceAll(strings.ToUpper(d.Severity)+": "+d.Summary+": "+d.Detail, "\n", " ") + "\n"
	}
	return o
}

// strike kills or interrupts the command that is under way. It may have ended.
func (c *cliRunner) strike(what string) {
	switch what {
	case interrupt:
		_ = c.process.Signal(os.Interrupt)
	case killTerraform:
		c.killed = true
		_ = syscall.Kill(-c.process.Pid, syscall.SIGKILL) // with what it has started: see Setpgid
	case killProvider:
		children := []string{"-KILL", "-P", strconv.Itoa(c.process.Pid)}
		_ = exec.CommandContext(context.WithoutCancel(c.ctx), "pkill", children...).Run() //nolint:gosec // a fixed command
	}
}

// fail ends the life: this program can't continue.
func (c *cliRunner) fail(err error) outcome {
	*c.failed, c.life.broke = err, true
	return outcome{failed: true, said: err.Error()}
}
