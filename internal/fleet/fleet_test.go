// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

// build builds the provider once for all tests, for the CLI that acceptance tests take.
var build = sync.OnceValues(func() (terraform terraformcli.Workspace, err error) {
	bin, err := os.MkdirTemp(os.Getenv("TF_ACC_TEMP_DIR"), "fleet")
	if err != nil {
		return terraform, err
	}
	return terraformcli.New(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"), bin, "")
})

func commandLine(t *testing.T) terraformcli.Workspace {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	terraform, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return terraform
}

// simulated is the outcome of a simulation.
func simulated(t *testing.T, p plan) counters {
	t.Helper()
	terraform := commandLine(t)
	var out bytes.Buffer
	counted, err := simulate(t.Context(), p, terraform, filepath.Join("..", "..", "examples", "fleet"), t.TempDir(), &out)
	t.Logf("%s%s", out.String(), counted.summary(p))
	if err != nil {
		t.Fatal(err)
	}
	return counted
}

// The year of `make fleet` with a third of its apps, and an apply every five weeks instead of every week.
func TestAccExampleFleet_AppsRotateForAYear_AndNoLoginIsRefused(t *testing.T) {
	t.Parallel()
	months := year
	months.apps, months.every, months.applies, months.wave, months.mostRotations = 20, 35*day, 11, 7, 15
	if err := simulated(t, months).check(months); err != nil {
		t.Error(err)
	}
}

// What the test above promises can break.
func TestAccExampleFleet_ConsumersCacheLongerThanTheOverlap_AreRefused(t *testing.T) {
	t.Parallel()
	short := plan{
		apps: 1, wave: 1, applies: 2, every: 7 * day, cache: 10 * day,
		rotateAfter: 14 * day, overlap: 6 * day, grace: 6 * day, mostRotations: 1,
	}
	if counted := simulated(t, short); counted.refused == 0 || counted.check(short) == nil {
		t.Errorf("%d of %d logins were refused, want some, and a broken promise", counted.refused, counted.logins)
	}
}

func TestCounters_EveryBrokenPromiseIsAnError(t *testing.T) {
	t.Parallel()
	p := plan{apps: 3, every: 7 * day, rotateAfter: 90 * day, overlap: 6 * day, mostRotations: 2}
	good := counters{logins: 10, rotations: 3, mostRotations: 2, oldest: 110 * day}
	if err := good.check(p); err != nil {
		t.Errorf("all promises were kept: %v", err)
	}
	for name, spoil := range map[string]func(*counters){
		"a login was refused":              func(c *counters) { c.refused = 1 },
		"nobody logged in":                 func(c *counters) { c.logins = 0 },
		"a secret is too old":              func(c *counters) { c.oldest += time.Second },
		"too many rotations in an apply":   func(c *counters) { c.mostRotations++ },
		"an app has never rotated":         func(c *counters) { c.rotations-- },
		"a rotation is overdue at the end": func(c *counters) { c.overdue = []string{"app-00"} },
	} {
		bad := good
		spoil(&bad)
		if bad.check(p) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
