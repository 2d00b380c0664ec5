// SPDX-License-Identifier: MPL-2.0

// The program behind `make fleet`: it applies examples/fleet to 60 apps every week for a simulated year, with
// the real CLI and an org whose clock is moved, while the consumers of every app log in with secrets that they
// cache. It prints what it counted, and fails if one of its promises was broken.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

const day = 24 * time.Hour

// year is what `make fleet` simulates.
var year = plan{
	apps: 60, wave: 10, applies: 53, every: 7 * day, cache: time.Hour,
	rotateAfter: 90 * day, stagger: 45 * day, overlap: 6 * day, grace: 6 * day,
	mostRotations: 20,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv("TERRAFORM"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\nfleet:", err)
		os.Exit(1)
	}
}

// run builds the provider, and lets the year pass.
func run(ctx context.Context, out io.Writer, terraform string) (err error) {
	dir, err := os.MkdirTemp("", "oktacreds-fleet-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cli, err := terraformcli.New(ctx, terraform, filepath.Join(dir, "bin"), "")
	if err != nil {
		return err
	}
	root, err := terraformcli.Root(ctx)
	if err != nil {
		return err
	}
	example := filepath.Join(root, "examples", "fleet")
	counted, err := simulate(ctx, year, cli, example, dir, out)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(out, counted.summary(year)); err != nil {
		return err
	}
	return counted.check(year)
}
