// SPDX-License-Identifier: MPL-2.0

// Command bench measures what the provider costs: plans of 1,000 keys and 40
// secrets on 20 apps, in two layouts, next to an idle provider (see idle), which
// is what Terraform itself takes to speak with any provider about as many objects;
// the requests to Okta, the start-up, the peak memory and the size of the binary.
//
//	go run ./internal/bench
//	TERRAFORM=tofu go run ./internal/bench -rounds 7
//
// It prints one table, and fails if a target is missed. The targets are ratios,
// counts and sizes: times are those of the machine.
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
	"runtime"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

var errMissed = errors.New("a target is missed")

func main() {
	rounds := flag.Int("rounds", 3, "how often each plan is timed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Getenv("TERRAFORM"), max(*rounds, 1))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\nbench:", err)
		os.Exit(1)
	}
}

// run builds what is measured, measures, and prints the table.
func run(ctx context.Context, out io.Writer, terraform string, rounds int) (err error) {
	dir, err := os.MkdirTemp("", "oktacreds-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := bench{dir: dir, rounds: rounds, path: filepath.Join(dir, "provider", terraformcli.ProviderName)}
	if b.provider, err = terraformcli.New(ctx, terraform, filepath.Dir(b.path), ""); err != nil {
		return err
	}
	if b.idle, err = terraformcli.New(ctx, terraform, filepath.Join(dir, "idle"), "internal/bench/idle"); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s, %s, %d CPUs; %d keys and %d secrets on %d apps, in a simulated org without latency or limits;\n"+
		"medians of %d rounds, in which the provider and the idle one take turns\n\n", b.provider.Version, runtime.Version(), runtime.NumCPU(), keys, secrets, apps, rounds); err != nil {
		return err
	}
	var lines []line
	for _, of := range layouts {
		found, err := b.layout(ctx, of)
		if err != nil {
			return err
		}
		lines = append(lines, found...)
	}
	found, err := b.program(ctx)
	if err != nil {
		return err
	}
	lines = append(lines, found...)
	if err := write(out, lines); err != nil {
		return err
	}
	if missed(lines) {
		return errMissed
	}
	return nil
}
