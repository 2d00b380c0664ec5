// SPDX-License-Identifier: MPL-2.0

// Chaos rotates credentials while everything around it goes wrong, and counts
// what must not happen. A consumer logs in all the while, with what the
// configuration delivered to it last.
//
//	make chaos                                       1,000 rotations in process, 50 with the real CLI
//	make chaos CHAOSARGS='-rotations 100 -cli 5'     fewer
//	make chaos CHAOSARGS='-seed 42'                  the same again
//
// In process means: the Terraform core of internal/tfcore against the provider's
// protocol server, an org in the same process, and made-up time (bubble.go). There a
// Ctrl-C, a kill -9 or someone at the console strikes exactly before or after the nth
// request. The other part runs Terraform or OpenTofu itself, over the network and in
// real time, and kills real processes.
//
// A life (life.go) is one app and what manages its credentials (shape.go), drawn by its
// seed: one resource or two, in one state or two, with count, for_each or changing
// names. Each of its rotations begins with some applies in trouble (trouble.go,
// console.go). Then the trouble ends, and Terraform is applied until there is nothing
// left to do. Where a rotation is blocked, someone follows the remedy (remedy.go),
// which the provider's reason codes tell: nothing here reads what is meant for people.
// What is there in the end is judged (judge.go).
//
// One warning has to be read before the apply: a resource that was renamed without a
// moved block may lose its credential before the new one is delivered, because Terraform
// does the two in any order. Half of the time it is followed: someone adds the
// block and plans again: then nothing may be refused. The other half ignores it, and
// answers for logins with that one credential until a plan is empty. A credential that
// another object holds must not end even then.
//
// Everything that is drawn follows from the seed, and so does what the org and the
// provider draw from crypto/rand: a life in process can be lived again exactly.
package main

import (
	"context"
	"flag"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

func main() {
	if filepath.Base(os.Args[0]) == terraformcli.ProviderName {
		if err := servePlugin(); err != nil {
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := program(ctx, os.Args[1:], os.Stdout)
	stop()
	os.Exit(code)
}

func program(ctx context.Context, arguments []string, out io.Writer) int {
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(out)
	seed := flags.Uint64("seed", uint64(time.Now().Unix()), "what chance begins with") //nolint:gosec // it is after 1970
	rotations := flags.Int("rotations", 1000, "rotations through the provider's protocol server")
	withCLI := flags.Int("cli", 50, "rotations with the CLI that TERRAFORM names, by default terraform")
	verbose := flags.Bool("v", false, "print what led to a broken promise")
	if err := flags.Parse(arguments); err != nil {
		return 2
	}
	r := newReport(out, *verbose, *seed)
	r.printf("seed %d\n", *seed)
	err := chaos(ctx, *seed, *rotations, *withCLI, r)
	r.table()
	if err != nil {
		r.printf("\n%v\n", err)
	}
	if err != nil || !r.kept() {
		return 1
	}
	return 0
}

func chaos(ctx context.Context, seed uint64, rotations, withCLI int, r *report) error {
	start := time.Now()
	liveInProcess(ctx, seed, rotations, r)
	r.printf("%d rotations in process: %s\n", rotations, time.Since(start).Round(time.Second))
	if withCLI == 0 {
		return nil
	}
	start = time.Now()
	version, err := liveByCLI(ctx, seed, withCLI, r)
	if err != nil {
		return err
	}
	r.printf("%d rotations with %s: %s\n", withCLI, version, time.Since(start).Round(time.Second))
	return nil
}
