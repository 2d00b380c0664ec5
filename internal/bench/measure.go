// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/terraformcli"
)

var (
	apply = []string{"apply", "-auto-approve", "-input=false", "-no-color"}
	plan  = []string{"plan", "-detailed-exitcode", "-input=false", "-no-color"}
)

type bench struct {
	cli            terraformcli.CLI
	provider, idle program
	dir            string
	rounds         int
}

const token = "00-api-token-of-the-bench"

// layout applies the workload on a new org, and plans it in rounds.
func (b bench) layout(ctx context.Context, of layout) ([]line, error) {
	const generous = 1_000_000 // what is measured is the provider, not how long it waits for a rate limit
	org := oktasim.New(oktasim.Options{APIToken: token, Limits: oktasim.Limits{App: generous, Apps: generous, Other: generous}})
	server := httptest.NewServer(org)
	defer server.Close()
	values, err := newWorkload(org)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(b.dir, strings.ReplaceAll(of.name, " ", "-"))
	if err := of.write(folder, values); err != nil {
		return nil, err
	}
	do := func(with program, arguments []string) (time.Duration, error) {
		return b.time(ctx, folder, arguments, with.override, "OKTA_HTTP_PROXY="+server.URL, "OKTA_API_TOKEN="+token)
	}
	var lines []line
	// Requests and memory are looked at in runs that aren't timed, because looking takes time.
	for _, watched := range []struct {
		name      string
		arguments []string
		budget    kinds
	}{{"apply", apply, applyBudget}, {"plan", plan, planBudget}} {
		org.ResetRequests()
		peak := watch(ctx, b.provider.path)
		_, err := do(b.provider, watched.arguments)
		highest, seen := peak()
		if err != nil {
			return nil, err
		}
		lines = append(lines, requestLine(of.name+", requests of "+watched.name, kindsOf(org.Requests()), watched.budget))
		if seen {
			lines = append(lines, sizeLine(of.name+", peak memory of "+watched.name, highest, of.maxPeak))
		}
	}
	var with, without []time.Duration
	for range b.rounds {
		took, err := do(b.idle, plan)
		if err != nil {
			return nil, err
		}
		without = append(without, took)
		if took, err = do(b.provider, plan); err != nil {
			return nil, err
		}
		with = append(with, took)
	}
	return append([]line{ratioLine(of.name+", plan", with, without, maxPlanRatio)}, lines...), nil
}

// required is the least that makes Terraform start the provider and ask for its schema.
const required = "terraform {\n  required_providers {\n    oktacreds = { source = \"oktacreds/oktacreds\" }\n  }\n}\n\nprovider \"oktacreds\" {}\n"

// startsPerRound: a start is short, and so much in it is chance.
const startsPerRound = 5

// program measures the start-up and the size of the binary.
func (b bench) program(ctx context.Context) ([]line, error) {
	folder := filepath.Join(b.dir, "required")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(required), 0o600); err != nil {
		return nil, err
	}
	var with, without []time.Duration
	for range startsPerRound * b.rounds {
		took, err := b.time(ctx, folder, []string{"validate"}, b.idle.override)
		if err != nil {
			return nil, err
		}
		without = append(without, took)
		if took, err = b.time(ctx, folder, []string{"validate"}, b.provider.override); err != nil {
			return nil, err
		}
		with = append(with, took)
	}
	info, err := os.Stat(b.provider.path)
	if err != nil {
		return nil, err
	}
	return []line{ratioLine("start-up (terraform validate)", with, without, maxStartRatio), sizeLine("binary, stripped", info.Size(), maxBinary)}, nil
}

// time runs a command that must succeed and tells how long it took, from before its
// process begins until it has ended. A plan must find nothing to change.
func (b bench) time(ctx context.Context, folder string, arguments []string, env ...string) (time.Duration, error) {
	terraform := terraformcli.Workspace{CLI: b.cli, Dir: folder, Env: terraformcli.Environment(env...)}
	began := time.Now()
	_, err := terraform.Must(ctx, arguments...)
	return time.Since(began), err
}
