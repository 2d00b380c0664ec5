package main

import (
	"bytes"
	"context"
	"encoding/json"
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
	"github.com/hashicorp/terraform-plugin-go/tftypes"
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
	cli, err := findCLI(ctx, dir)
	if err != nil {
		return "", err
	}
	for ; rotations > 0; rotations -= rotationsPerCLILife {
		if err := liveOnceByCLI(ctx, cli, filepath.Join(dir, strconv.FormatUint(seed, 10)), seed, min(rotations, rotationsPerCLILife), schemas, r); err != nil {
			return cli.version, err
		}
		seed++
	}
	return cli.version, nil
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
	run := exec.CommandContext(c.ctx, c.cli.path, "apply", "-auto-approve", "-json", "-input=false") //nolint:gosec // the user's own choice of program
	run.Dir, run.Env = c.dir, c.cli.env
	var output bytes.Buffer
	run.Stdout, run.Stderr = &output, &output
	if err := run.Start(); err != nil {
		return c.fail(err)
	}
	command := &command{Cmd: run}
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

const stateFile = "terraform.tfstate"

// readState reads the state file; it is empty until something is in state.
func (c *cliRunner) readState() []byte {
	text, err := os.ReadFile(filepath.Join(c.dir, stateFile))
	if err != nil && !os.IsNotExist(err) {
		c.fail(err)
	}
	return text
}

// restore puts the state of before a run back if the run was killed while it wrote
// the file, which it does in place.
func (c *cliRunner) restore(state []byte) {
	if len(state) > 0 && !json.Valid(c.readState()) {
		if err := os.WriteFile(filepath.Join(c.dir, stateFile), state, 0o600); err != nil {
			c.fail(err)
		}
	}
}

// objects reads the state file.
func (c *cliRunner) objects() []tftypes.Value {
	all := []tftypes.Value{c.life.schema.null()}
	text := c.readState()
	if len(text) == 0 {
		return all
	}
	var state struct {
		Resources []struct {
			Type      string
			Instances []struct {
				Deposed    string
				Attributes json.RawMessage
			}
		}
	}
	err := json.Unmarshal(text, &state)
	for _, resource := range state.Resources {
		if resource.Type != c.life.schema.typeName {
			continue
		}
		for _, instance := range resource.Instances {
			raw := tfprotov6.RawState{JSON: instance.Attributes}
			value, unreadable := raw.Unmarshal(c.life.schema.objectType)
			switch {
			case unreadable != nil:
				err = unreadable
			case instance.Deposed == "":
				all[0] = value
			default:
				all = append(all, value)
			}
		}
	}
	if err != nil {
		c.fail(err)
	}
	return all
}

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
}

func (c *cliRunner) now() time.Time { return time.Now().Add(c.passed) }

// fail ends the life: this program can't go on.
func (c *cliRunner) fail(err error) outcome {
	c.err, c.life.broke = err, true
	return outcome{failed: true, plan: err.Error()}
}
