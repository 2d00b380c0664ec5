// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// The same as in parallel_runs_test.go with two processes of the real CLI, in
// whichever order the machine runs them.

// The environment of TestDelivery.
const (
	deliverTo   = "OKTACREDS_TEST_DELIVER_TO"
	deliverWhat = "OKTACREDS_TEST_DELIVER"
)

// TestDelivery is no test but the provisioner of those below: it hands a secret
// to the consumers.
func TestDelivery(t *testing.T) {
	url := os.Getenv(deliverTo)
	if url == "" {
		t.Skip("runs as the provisioner of another test")
	}
	resp, err := http.Post(url, "text/plain", strings.NewReader(os.Getenv(deliverWhat))) //nolint:gosec // the test that runs this says where to
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatal(resp.Status, err)
	}
}

// consumers log in with the secret that was delivered last, over and over. A
// delivery ends when no login with another secret is under way any more.
type consumers struct {
	app             *acctest.App
	mu              sync.RWMutex
	secret          string
	logins, refused int
}

// ServeHTTP takes a delivery.
func (c *consumers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secret = string(body)
	w.WriteHeader(http.StatusNoContent)
}

// login logs in until the context ends.
func (c *consumers) login(ctx context.Context, t *testing.T) {
	t.Helper()
	ticks := time.NewTicker(5 * time.Millisecond)
	defer ticks.Stop()
	for ctx.Err() == nil {
		c.mu.RLock()
		c.logins++
		if !c.app.Login(t, c.secret) {
			c.refused++
		}
		c.mu.RUnlock()
		select {
		case <-ticks.C:
		case <-ctx.Done():
		}
	}
}

// workspace is a state of its own.
func workspace(t *testing.T, org *acctest.Org, config string) *cli {
	t.Helper()
	dir, err := os.MkdirTemp(os.Getenv("TF_ACC_TEMP_DIR"), "run") //nolint:usetesting // where acctest.Main will look for secrets
	if err != nil {
		t.Fatal(err)
	}
	c := &cli{path: cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"), dir: dir, env: []string{
		"TF_LOG_PATH=" + filepath.Join(dir, "terraform.log"),
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_ARGS=-no-color", "OKTA_HTTP_PROXY=" + org.URL, "OKTA_API_TOKEN=" + org.Token(),
	}}
	c.takeProvider(t)
	c.write(t, "main.tf", config)
	return c
}

// sharedConfig is a secret of the app, managed by a resource of that kind, and
// its delivery.
func sharedConfig(t *testing.T, kind, app, arguments, sink string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`
terraform {
  required_providers {
    oktacreds = { source = "oktacreds/oktacreds" }
  }
}
variable "generation" {
  type = string
}
resource %[1]q "shared" {
  app_id              = %[2]q
  omit_secret         = false
  rotate_when_changed = { generation = var.generation }
  %[3]s
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "delivery" {
  triggers_replace = %[1]s.shared.version
  provisioner "local-exec" {
    command     = "'%[4]s' -test.run=^TestDelivery$"
    environment = { TF_ACC = "", %[5]s = %[6]q, %[7]s = %[1]s.shared.client_secret }
  }
}
`, kind, app, arguments, self, deliverTo, sink, deliverWhat)
}

func TestAccParallelRuns_OneWinsTheOtherSaysSoAndNobodyIsRefused(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	for kind, test := range map[string]struct {
		arguments   string
		transitions int // applies that a rotation takes
	}{
		secretType:   {"", 1},
		rotationKind: {"overlap = \"0s\"\n grace = \"0s\"", 3},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			clients := &consumers{app: app, secret: initial.Value}
			sink := httptest.NewServer(clients)
			t.Cleanup(sink.Close)
			config := sharedConfig(t, kind, app.ID, test.arguments, sink.URL)
			one, other := workspace(t, org, config), workspace(t, org, config)

			for range test.transitions {
				one.must(t, "apply", "-auto-approve", "-var", "generation=1")
			}
			if kind == secretType {
				app.Delete(t, "secrets", initial.ID)
			}
			other.write(t, "terraform.tfstate", one.read(t, "terraform.tfstate"))
			sim.Age(app.ID, hour) // nobody rotates twice in a second

			ctx, stop := context.WithCancel(t.Context())
			var loop sync.WaitGroup
			loop.Go(func() { clients.login(ctx, t) })
			for range test.transitions {
				atOnce(t, one, other)
			}
			takeTurns(t, one, other)
			stop()
			loop.Wait()

			t.Logf("%d logins", clients.logins)
			if clients.refused > 0 || clients.logins == 0 {
				t.Errorf("%d of %d logins were refused", clients.refused, clients.logins)
			}
			known := append(knownSecrets(t, one), knownSecrets(t, other)...)
			slices.Sort(known)
			if known = slices.Compact(known); !slices.Equal(known, idsOf(app.Secrets(t))) {
				t.Errorf("states know %q, Okta has %q", known, idsOf(app.Secrets(t)))
			}
		})
	}
}

// atOnce has both plan, and then both apply their plans at the same time. At
// least one must succeed, and who does not must say which app it is about.
func atOnce(t *testing.T, runs ...*cli) {
	t.Helper()
	for _, run := range runs {
		run.must(t, "plan", "-out=tfplan", "-var", "generation=2")
	}
	said, ok := make([]string, len(runs)), make([]bool, len(runs))
	var underway sync.WaitGroup
	for i, run := range runs {
		underway.Go(func() { said[i], ok[i] = run.run(t, "apply", "tfplan") })
	}
	underway.Wait()
	if !slices.Contains(ok, true) {
		t.Errorf("nobody won: %q", said)
	}
	for i, text := range said {
		if !ok[i] {
			acctest.Says(t, text, "app 0oa")
			t.Log(text)
		}
	}
}

// takeTurns applies in turn until nothing is left to do.
func takeTurns(t *testing.T, runs ...*cli) {
	t.Helper()
	for range 6 {
		settled := 0
		for _, run := range runs {
			if strings.Contains(run.must(t, "apply", "-auto-approve", "-var", "generation=2"), "0 added, 0 changed, 0 destroyed") {
				settled++
			}
		}
		if settled == len(runs) {
			return
		}
	}
	t.Error("it never settles")
}

// knownSecrets are the ids of all secrets in a state.
func knownSecrets(t *testing.T, run *cli) (ids []string) {
	t.Helper()
	var state struct {
		Resources []struct {
			Instances []struct {
				Attributes struct {
					ID       string `json:"id"`
					Current  string `json:"current_secret_id"`
					Previous string `json:"previous_secret_id"`
				} `json:"attributes"`
			} `json:"instances"`
			Type string `json:"type"`
		} `json:"resources"`
	}
	if err := json.NewDecoder(bytes.NewReader([]byte(run.read(t, "terraform.tfstate")))).Decode(&state); err != nil {
		t.Fatal(err)
	}
	for _, resource := range state.Resources {
		if !strings.HasPrefix(resource.Type, "oktacreds_") {
			continue
		}
		for _, instance := range resource.Instances {
			for _, id := range []string{instance.Attributes.ID, instance.Attributes.Current, instance.Attributes.Previous} {
				if strings.HasPrefix(id, "ocs") { // a rotation's own id is the app's
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

func idsOf(secrets []acctest.Credential) (ids []string) {
	for _, secret := range secrets {
		ids = append(ids, secret.ID)
	}
	slices.Sort(ids)
	return ids
}
