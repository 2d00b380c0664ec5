// SPDX-License-Identifier: MPL-2.0

package tfcore_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

const token = "00-token-of-tfcore"

// world is an org with one app, one of the two that a script is run in.
type world struct {
	t        *testing.T
	org      *oktasim.Org
	app      oktasim.App
	url      string
	recorder *recorder
	terraform
	names  map[string]string // of credentials, by id, in the order in which they were made
	fails  bool              // provisioners
	killAt int               // after this many changes in Okta from now on, 0 is never
	log    []string          // what is compared
	said   []string          // what is not
	mu     sync.Mutex
}

// terraform is one of the two that run a script.
type terraform interface {
	plan(config tfcore.Config) (exit int)
	applyPlan() (exit int)
	apply(config tfcore.Config, options tfcore.Options) (exit int)
	taint(address string)
	state() []string
	kill()
}

func newWorld(t *testing.T, method string) *world {
	t.Helper()
	w := &world{t: t, org: oktasim.New(oktasim.Options{APIToken: token}), names: map[string]string{}}
	w.app = w.org.AddApp(oktasim.AppOptions{Label: "app", AuthMethod: method})
	w.recorder = &recorder{world: w}
	server := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.name()
	return w
}

// name gives new credentials their names.
func (w *world) name() {
	for _, secret := range w.org.Secrets(w.app.ID) {
		if w.names[secret.ID] == "" {
			w.names[secret.ID] = fmt.Sprintf("credential-%d", len(w.names)+1)
		}
	}
	for _, key := range w.org.Keys(w.app.ID) {
		if w.names[key.ID] == "" {
			w.names[key.ID] = fmt.Sprintf("credential-%d", len(w.names)+1)
		}
	}
}

// named replaces ids by names.
func (w *world) named(text string) string {
	for id, name := range w.names {
		text = strings.ReplaceAll(text, id, name)
	}
	return strings.ReplaceAll(text, w.app.ID, "app")
}

func (w *world) say(what ...any) { w.said = append(w.said, fmt.Sprint(what...)) }

// serve lets the org answer, notes what it changes, and kills Terraform when it is time.
func (w *world) serve(rw http.ResponseWriter, req *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.killAt < 0 { // a dead process asks
		panic(http.ErrAbortHandler)
	}
	w.org.ServeHTTP(rw, req)
	if w.name(); req.Method == http.MethodGet {
		return
	}
	w.log = append(w.log, w.named("Okta: "+req.Method+" "+req.URL.Path))
	if w.killAt--; w.killAt == 0 {
		w.killAt = -1
		w.recorder.process.Add(1)
		w.kill()
		panic(http.ErrAbortHandler)
	}
	w.killAt = max(w.killAt, 0)
}

// coreTerraform is tfcore.
type coreTerraform struct {
	*tfcore.Core
	world *world
	saved *tfcore.Plan
}

func newCore(t *testing.T, method string, seed uint64) *world {
	t.Helper()
	w := newWorld(t, method)
	core, err := tfcore.New(t.Context(), w.recorder.start)
	if err != nil {
		t.Fatal(err)
	}
	core.Random = rand.New(rand.NewPCG(seed, 0))
	w.terraform = &coreTerraform{Core: core, world: w}
	return w
}

func (c *coreTerraform) provisioned(config tfcore.Config) tfcore.Config {
	config.Resources = slices.Clone(config.Resources)
	for i := range config.Resources {
		if strings.HasPrefix(config.Resources[i].Address, tfcore.Data) {
			config.Resources[i].Provision = func(map[string]string) error {
				if c.world.fails {
					return errors.New("the provisioner fails")
				}
				return nil
			}
		}
	}
	return config
}

func (c *coreTerraform) plan(config tfcore.Config) int {
	c.saved = c.Plan(c.world.t.Context(), c.provisioned(config), tfcore.Options{})
	c.world.say(c.saved, c.saved.Diagnostics)
	switch {
	case c.saved.Failed():
		return 1
	case c.saved.Empty():
		return 0
	}
	return 2
}

func (c *coreTerraform) applyPlan() int {
	applied := c.Apply(c.world.t.Context(), c.saved)
	c.world.say(applied.Diagnostics)
	return exit(applied.Failed())
}

func (c *coreTerraform) apply(config tfcore.Config, options tfcore.Options) int {
	run := c.Run(c.world.t.Context(), c.provisioned(config), options)
	c.world.say(run.Plan, run.Diagnostics())
	return exit(run.Failed())
}

func exit(failed bool) int {
	if failed {
		return 1
	}
	return 0
}

func (c *coreTerraform) taint(address string) {
	if err := c.State.Taint(address, true); err != nil {
		c.world.t.Error(err, c.world.said)
	}
}

func (c *coreTerraform) kill() { c.Kill(context.Background()) }

func (c *coreTerraform) state() (all []string) {
	for _, address := range c.State.Addresses() {
		if o := c.State.Current(address); o != nil {
			all = append(all, describe(address, false, o.Tainted, o.Attribute))
		}
		for _, o := range c.State.Deposed(address) {
			all = append(all, describe(address, true, o.Tainted, o.Attribute))
		}
	}
	return all
}

// describe is an object in state; what identifies that of another provider is left out.
func describe(address string, deposed, tainted bool, attribute func(string) string) string {
	id := ""
	if !strings.HasPrefix(address, tfcore.Data) {
		id = idOf(attribute)
	}
	return fmt.Sprintf("%s deposed=%t id=%s tainted=%t", address, deposed, id, tainted)
}

// idOf is the id of the credential that an object has.
func idOf(attribute func(string) string) string {
	return cmp.Or(attribute("current_secret_id"), attribute("id"))
}

// cliTerraform is the real CLI, which calls the provider in this process.
type cliTerraform struct {
	terraformcli.Workspace

	world   *world
	process *os.Process
}

func newCLI(t *testing.T, method string) *world {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs the CLI, with TF_ACC set")
	}
	w := newWorld(t, method)
	found, err := terraformcli.Find(t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"))
	if err != nil {
		t.Fatal(err)
	}
	environment := terraformcli.Environment("TF_CLI_CONFIG_FILE="+os.DevNull, w.attach(t), "NO_COLOR=1")
	w.terraform = &cliTerraform{Workspace: terraformcli.Workspace{CLI: found, Dir: t.TempDir(), Env: environment}, world: w}
	return w
}

// attach serves the provider for a CLI that finds it by the variable that this returns.
func (w *world) attach(t *testing.T) string {
	t.Helper()
	w.recorder.start()
	variable, stop, err := terraformcli.Reattach(map[string]tfprotov6.ProviderServer{"oktacreds/oktacreds": w.recorder}, tf6server.WithLoggingSink(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return variable
}

func (c *cliTerraform) run(arguments ...string) int {
	ctx, cancel := context.WithTimeout(c.world.t.Context(), time.Minute)
	defer cancel()
	command := c.Command(ctx, slices.Insert(arguments, 1, "-no-color")...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	c.write("fails", []byte(fmt.Sprint(c.world.fails)))
	c.world.mu.Lock()
	if err := command.Start(); err != nil {
		c.world.t.Fatal(err)
	}
	c.process = command.Process
	c.world.mu.Unlock()
	err := command.Wait()
	c.world.say(arguments, output.String())
	if exited, ok := errors.AsType[*exec.ExitError](err); ok && exited.ExitCode() >= 0 {
		return exited.ExitCode()
	}
	return exit(err != nil)
}

func (c *cliTerraform) write(name string, text []byte) {
	if err := os.WriteFile(filepath.Join(c.Dir, name), text, 0o600); err != nil {
		c.world.t.Fatal(err)
	}
}

func (c *cliTerraform) flags(config tfcore.Config, options tfcore.Options) (flags []string) {
	for i := range config.Resources {
		if strings.HasPrefix(config.Resources[i].Address, tfcore.Data) {
			config.Resources[i].Provision = func(map[string]string) error { return nil }
		}
	}
	text, err := config.JSON(`[ "$(cat fails)" = false ]`)
	if err != nil {
		c.world.t.Fatal(err)
	}
	c.write("main.tf.json", text)
	if options.Destroy {
		flags = append(flags, "-destroy")
	}
	if options.NoRefresh {
		flags = append(flags, "-refresh=false")
	}
	for _, address := range options.Target {
		flags = append(flags, "-target="+address)
	}
	for _, address := range options.Replace {
		flags = append(flags, "-replace="+address)
	}
	return append(flags, "-input=false")
}

func (c *cliTerraform) plan(config tfcore.Config) int {
	return c.run(append([]string{"plan", "-detailed-exitcode", "-out=saved"}, c.flags(config, tfcore.Options{})...)...)
}

func (c *cliTerraform) applyPlan() int { return c.run("apply", "-input=false", "saved") }

func (c *cliTerraform) apply(config tfcore.Config, options tfcore.Options) int {
	return c.run(append([]string{"apply", "-auto-approve"}, c.flags(config, options)...)...)
}

func (c *cliTerraform) taint(address string) { c.run("taint", address) }

func (c *cliTerraform) kill() { _ = c.process.Kill() } // it may have ended

func (c *cliTerraform) state() (all []string) {
	objects, err := c.Objects()
	if err != nil {
		c.world.t.Fatal(err)
	}
	for _, o := range objects {
		all = append(all, describe(o.Address, o.Deposed, o.Tainted, o.Attribute))
	}
	return all
}
