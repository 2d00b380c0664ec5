// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// cliRunner runs the real CLI in a directory.
type cliRunner struct {
	ctx       context.Context //nolint:containedctx // of one life, in which everything happens
	terraform terraformcli.Workspace
	life      *life
	workspace *workspace
	failed    *error // of this program, not of what it tries

	process *os.Process // of the last command; guarded by the life's lock, as killed
	killed  bool
	last    []terraformcli.Object // in state, when it was read last
}

// Where a dependent object delivers to, the file that makes it fail, how far the org's clock
// is ahead, and the provider's reasons.
const (
	deliveryFile = "delivered"
	troubleFile  = "trouble"
	clockFile    = "clock"
	reasonsFile  = "reasons"
	stateFile    = "terraform.tfstate"
)

// deliverCommand is what a dependent object does. A reader of the file finds what was
// before or what is now, never half of it.
const deliverCommand = `
set -eu
trouble=$(cat trouble)
[ "$trouble" != "fails" ] || exit 1
printf '%s\n' "$ID" "${SECRET:-}" "${KID:-}" "${KEY:-}" > delivered$SINK.new
mv -f delivered$SINK.new delivered$SINK
[ -z "$trouble" ] || exit 1
`

// apply runs terraform plan and applies the plan, while consumers continue to log in.
func (c *cliRunner) apply(config tfcore.Config, t trouble, approved func() bool) outcome {
	text, err := config.JSON(deliverCommand)
	if err == nil {
		ahead := time.Until(c.life.org.Now()).String()
		err = errors.Join(c.write("main.tf.json", text), c.write(troubleFile, []byte(t.sink)), c.write(clockFile, []byte(ahead)), c.write(reasonsFile, nil))
	}
	if err != nil {
		return c.fail(err)
	}
	defer c.restore(c.read(stateFile))
	plan := []string{"plan", "-json", "-input=false", "-detailed-exitcode", "-out=saved"}
	if t.noRefresh {
		plan = append(plan, "-refresh=false")
	}
	if t.replace {
		plan = append(plan, "-replace="+config.Resources[0].Address)
	}
	o, code := c.run(plan...)
	o.failed = code != 0 && code != 2
	empty := code == 0
	if !o.failed && approved() {
		applied, code := c.run("apply", "-json", "-input=false", "saved")
		applied.said, applied.failed, applied.converged = o.said+applied.said, code != 0, empty && code == 0
		o = applied
	}
	return o
}

// reasons reads what the providers of the run have noted.
func (c *cliRunner) reasons() (all []reason) {
	for line := range strings.Lines(string(c.read(reasonsFile))) {
		if code, id, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			all = append(all, reason{rotation.Reason(code), id})
		}
	}
	return all
}

// run runs one command.
func (c *cliRunner) run(arguments ...string) (o outcome, code int) {
	ctx, cancel := context.WithTimeout(c.ctx, c.life.pace.deadline)
	defer cancel()
	run := c.terraform.Command(ctx, arguments...)
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that it can be killed with its children
	run.WaitDelay = time.Second                           // for a pipe that some child holds open
	var output bytes.Buffer
	run.Stdout, run.Stderr = &output, &output
	run.Cancel = func() error {
		c.life.mu.Lock()
		defer c.life.mu.Unlock()
		c.strike(killTerraform)
		return nil
	}
	c.life.mu.Lock()
	err := run.Start()
	c.process, c.killed = run.Process, false
	c.life.mu.Unlock()
	if err != nil {
		return c.fail(err), 1
	}
	over := make(chan struct{})
	var logins sync.WaitGroup
	logins.Go(func() { c.logIn(over) })
	err = run.Wait()
	close(over)
	logins.Wait()
	o = readOutput(terraformcli.Output{Text: output.Bytes()})
	c.life.mu.Lock()
	o.killed = c.killed
	c.life.mu.Unlock()
	if ctx.Err() != nil && c.ctx.Err() == nil {
		c.life.broken(endless, fmt.Sprintf("killed after %s: %s", c.life.pace.deadline, output.String()))
	}
	if err != nil && o.said == "" && !o.killed {
		o.said = fmt.Sprintf("%v: %s", err, output.String())
	}
	return o, run.ProcessState.ExitCode()
}

// logIn tries a login a hundred times a second. No request of the provider is carried
// out between a look at what is delivered and the login with it.
func (c *cliRunner) logIn(over <-chan struct{}) {
	ticks := time.NewTicker(10 * time.Millisecond)
	defer ticks.Stop()
	for {
		select {
		case <-over:
			return
		case <-ticks.C:
			c.life.mu.Lock()
			c.life.login()
			c.life.mu.Unlock()
		}
	}
}

// pickUp reads what the dependent objects wrote.
func (c *cliRunner) pickUp() {
	for _, h := range c.workspace.holders {
		lines := strings.Split(string(c.read(deliveryFile+h.number())), "\n")
		if len(lines) >= 4 {
			h.last = credential{id: lines[0], secret: lines[1], kid: lines[2], key: c.life.pairs[lines[3]]}
		}
	}
}

func (c *cliRunner) taint(address string, tainted bool) {
	what := "untaint"
	if tainted {
		what = "taint"
	}
	_, _ = c.run(what, address) // there may be none
}

func (c *cliRunner) forget(address string) { _, _ = c.run("state", "rm", address) }

func (c *cliRunner) objects() (all []stateObject) {
	objects, err := c.terraform.Objects()
	var partial *json.SyntaxError
	switch {
	case errors.As(err, &partial): // Terraform is writing the file, which it does in place
		objects = c.last
	case err != nil:
		c.fail(err)
	}
	c.last = objects
	for _, o := range objects {
		if managed(o.Address) {
			all = append(all, stateObject{o.Address, o.Deposed, o.Tainted, o.Attribute})
		}
	}
	return all
}

// read reads a file; it is empty until something is in it.
func (c *cliRunner) read(name string) []byte {
	text, err := os.ReadFile(filepath.Join(c.terraform.Dir, name)) //nolint:gosec // its own files
	if err != nil && !os.IsNotExist(err) {
		c.fail(err)
	}
	return text
}

func (c *cliRunner) write(name string, text []byte) error {
	return os.WriteFile(filepath.Join(c.terraform.Dir, name), text, 0o600)
}

// restore puts the state of before a run back if the run was killed while it wrote the
// file, which it does in place.
func (c *cliRunner) restore(state []byte) {
	if len(state) > 0 && !json.Valid(c.read(stateFile)) {
		if err := c.write(stateFile, state); err != nil {
			c.fail(err)
		}
	}
}
