// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// What acctest.Main can't see, for no test leaves it behind as a file: the plan
// and the state as JSON, all that is printed, and what a crash leaves.
func TestAccSecrecy_WhatIsPrintedAndWhatACrashLeaves(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	initial := app.Secrets(t)[0]

	const own = "one-of-my-own-0123456789-0123456789"
	var crash atomic.Bool
	var run *cli
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if crash.Load() && r.Method == http.MethodPost {
			sim.ServeHTTP(httptest.NewRecorder(), r) // Okta makes the secret, and nobody learns of it
			run.crash(t)
			<-r.Context().Done()
			return
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	run = workspace(t, org, `
terraform {
  required_providers {
    oktacreds = { source = "oktacreds/oktacreds" }
  }
}
variable "generation" {
  type = string
}
variable "own" {
  type      = string
  sensitive = true
  ephemeral = true
}
resource "oktacreds_app_client_secret" "this" {
  app_id              = "`+app.ID+`"
  omit_secret         = true
  rotate_when_changed = { generation = var.generation }
  lifecycle {
    create_before_destroy = true
  }
}
resource "oktacreds_app_client_secret" "own" {
  count               = var.generation == "own" ? 1 : 0
  app_id              = "`+app.ID+`"
  client_secret_wo    = var.own
}
`)
	run.env = append(run.env, "OKTA_HTTP_PROXY="+front.URL, "TF_VAR_own="+own)
	silent := func(what, text string) {
		t.Helper()
		for _, value := range append(sim.Values(), org.Token(), own, "PRIVATE KEY-----") {
			if strings.Contains(text, value) {
				t.Errorf("%s holds a secret", what)
			}
		}
	}

	silent("what apply prints", run.must(t, "apply", "-auto-approve", "-var", "generation=1"))
	silent("the state as JSON", run.must(t, "show", "-json"))
	app.Delete(t, "secrets", initial.ID)
	silent("what plan prints", run.must(t, "plan", "-out=tfplan", "-var", "generation=2"))
	silent("the plan as JSON", run.must(t, "show", "-json", "tfplan"))
	said, _ := run.run(t, "plan", "-var", "generation=own") // which is refused
	silent("what a refused plan prints", said)
	if !strings.Contains(run.read(t, "terraform.log"), "TRACE") {
		t.Error("the log is not at TRACE")
	}

	crash.Store(true)
	said, ok := run.run(t, "apply", "tfplan")
	if ok || !strings.Contains(said, "The plugin") && !strings.Contains(said, "plugin crashed") {
		t.Errorf("the provider has not crashed:\n%s", said)
	}
	silent("what is printed of a crash", said)
	log := run.read(t, "terraform.log")
	if !strings.Contains(log, "SIGQUIT") || !strings.Contains(log, "goroutine ") {
		t.Error("the log has no stacks of the crash")
	}
	silent("the log of a crash", log)
	if got := len(sim.Secrets(app.ID)); got != 2 {
		t.Errorf("%d secrets, want the one that got lost too", got)
	}
}

// crash has this workspace's provider print the stacks of all that it does, and
// end.
func (c *cli) crash(t *testing.T) {
	t.Helper()
	if output, err := exec.Command("pkill", "-QUIT", "-f", filepath.Join(c.dir, "bin")).CombinedOutput(); err != nil { //nolint:gosec // a fixed command
		t.Errorf("pkill: %v %s", err, output)
	}
}
