// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// rotationsPerCLILife is how many rotations one app goes through with the real
// CLI.
const rotationsPerCLILife = 5

// liveByCLI lives one life after the other with the real CLI, in real time.
func liveByCLI(ctx context.Context, seed uint64, rotations int, schemas *tfprotov6.GetProviderSchemaResponse, r *report) (version string, err error) {
	dir, err := os.MkdirTemp("", "oktacreds-chaos-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears up what is left
	cli, err := newCLI(ctx, dir)
	if err != nil {
		return "", err
	}
	for ; rotations > 0; rotations -= rotationsPerCLILife {
		if err := liveOnceByCLI(ctx, cli, filepath.Join(dir, strconv.FormatUint(seed, 10)), seed, min(rotations, rotationsPerCLILife), schemas, r); err != nil {
			return cli.Version, err
		}
		seed++
	}
	return cli.Version, nil
}

func liveOnceByCLI(ctx context.Context, cli *cli, dir string, seed uint64, rotations int, schemas *tfprotov6.GetProviderSchemaResponse, r *report) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	server := httptest.NewUnstartedServer(nil)
	l := newLife(seed, "http://"+server.Listener.Addr().String(), byCLI, schemas, r)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		l.carry(req, func() { l.org.ServeHTTP(w, req) })
	})
	server.Start()
	defer server.Close()
	runner := &cliRunner{ctx: ctx, cli: cli, life: l, dir: dir, last: l.consumer.held}
	l.runner = runner
	l.live(rotations)
	return runner.err
}

// cliRunner runs the real CLI.
type cliRunner struct {
	ctx  context.Context //nolint:containedctx // of one life, in which everything happens
	cli  *cli
	life *life
	dir  string

	command *command
	last    credential    // delivered
	passed  time.Duration // made up by making credentials older
	err     error         // of this program, not of what it tries
}

// apply runs `terraform apply`, while the consumer goes on logging in.
func (c *cliRunner) apply(t trouble) outcome {
	if err := writeConfig(c.dir, c.life, t); err != nil {
		return c.fail(err)
	}
	defer c.restore(c.readState())
	ctx, cancel := context.WithTimeout(c.ctx, c.life.pace.deadline)
	defer cancel()
	run := exec.CommandContext(ctx, c.cli.Path, "apply", "-auto-approve", "-json", "-input=false") //nolint:gosec // the user's own choice of program
	run.Dir, run.Env = c.dir, c.cli.env
	run.WaitDelay = time.Second // for a pipe that some child holds open
	var output bytes.Buffer
	run.Stdout, run.Stderr = &output, &output
	command := &command{Cmd: run}
	run.Cancel = func() error {
		command.strike(context.WithoutCancel(ctx), killTerraform)
		return nil
	}
	if err := run.Start(); err != nil {
		return c.fail(err)
	}
	c.life.mu.Lock()
	c.command = command
	c.life.mu.Unlock()
	over := make(chan struct{})
	var logins sync.WaitGroup
	logins.Go(func() { c.logIn(over) })
	err := run.Wait()
	close(over)
	logins.Wait()

	o := readOutput(output.Bytes())
	o.killed = command.killed
	if ctx.Err() != nil && c.ctx.Err() == nil {
		c.life.broken(endless, fmt.Sprintf("killed after %s: %s", c.life.pace.deadline, output.String()))
	}
	o.failed = err != nil
	o.converged = o.converged && err == nil
	if err != nil && o.plan == "" && !o.killed {
		o.plan = fmt.Sprintf("%v: %s", err, output.String())
	}
	return o
}

// logIn tries a login a hundred times a second. No request of the provider is
// carried out between a look at what is delivered and the login with it.
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

func (c *cliRunner) strike(what string) { c.command.strike(c.ctx, what) }

// delivered reads what the sink wrote.
func (c *cliRunner) delivered() credential {
	text, err := os.ReadFile(filepath.Join(c.dir, deliveryFile))
	if err != nil {
		return c.last // nothing was delivered yet
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 4 {
		c.fail(fmt.Errorf("%s has %d lines", deliveryFile, len(lines)))
		return c.last
	}
	c.last = credential{id: lines[0], secret: lines[1], kid: lines[2]}
	if keys, ok := c.life.subject.(*keySubject); ok {
		c.last.key = keys.pairs[lines[3]]
	}
	return c.last
}

// pass makes everything older instead of waiting.
func (c *cliRunner) pass(d time.Duration) {
	c.passed += d
	c.life.org.Age(c.life.app.ID, d)
	if err := c.age(d); err != nil {
		c.fail(err)
	}
}

func (c *cliRunner) now() time.Time { return time.Now().Add(c.passed) }

// fail ends the life: this program can't go on.
func (c *cliRunner) fail(err error) outcome {
	c.err, c.life.broke = err, true
	return outcome{failed: true, plan: err.Error()}
}
