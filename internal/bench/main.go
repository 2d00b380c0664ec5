// SPDX-License-Identifier: MPL-2.0

// Command bench measures what the provider costs, next to the floor that
// Terraform sets without it: plan, refresh and apply of 1,000 keys and 40
// secrets on 20 apps against as many built-in terraform_data, the requests to
// Okta, the start-up time, the provider's peak memory and the size of its
// binary.
//
//	go run ./internal/bench
//	TERRAFORM=tofu go run ./internal/bench -rounds 5
//
// It prints one table, and fails if a target is missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

var errMissed = errors.New("a target is missed")

func main() {
	rounds := flag.Int("rounds", 5, "how often each operation is timed; the best counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv("TERRAFORM"), *rounds)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\nbench:", err)
		os.Exit(1)
	}
}

// run builds what is measured, measures, and prints the table.
func run(ctx context.Context, out io.Writer, terraform string, rounds int) (err error) {
	if rounds < 1 {
		return errors.New("-rounds must be 1 or more")
	}
	dir, err := os.MkdirTemp("", "oktacreds-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	built, err := build(ctx, filepath.Join(dir, "bin"))
	if err != nil {
		return err
	}
	cli, err := newCLI(ctx, terraform)
	if err != nil {
		return err
	}
	before := loadAverage()
	b := bench{cli: cli, built: built, dir: dir, progress: os.Stderr}
	found, err := b.measure(ctx, rounds)
	if err != nil {
		return err
	}
	if err := describe(out, cli, built, rounds, before, loadAverage()); err != nil {
		return err
	}
	lines := table(found)
	if err := write(out, lines); err != nil {
		return err
	}
	if missed(lines) {
		return errMissed
	}
	return nil
}
