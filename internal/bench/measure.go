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
	provider, idle terraformcli.Workspace
	path           string // of the provider's program
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
	do := func(with terraformcli.Workspace, arguments []string) error {
		_, err := with.In(folder, "OKTA_HTTP_PROXY="+server.URL, "OKTA_API_TOKEN="+token).Must(ctx, arguments...)
		return err
	}
	var lines []line
	// Requests and memory are looked at in runs that aren't timed, because looking takes time.
	for _, watched := range []struct {
		name      string
		arguments []string
		budget    kinds
	}{{"apply", apply, applyBudget}, {"plan", plan, planBudget}} {
		org.ResetRequests()
		peak := watch(ctx, b.path)
		err := do(b.provider, watched.arguments)
		highest, seen := peak()
		if err != nil {
			return nil, err
		}
		lines = append(lines, requestLine(of.name+", requests of "+watched.name, kindsOf(org.Requests()), watched.budget))
		if seen {
			lines = append(lines, sizeLine(of.name+", peak memory of "+watched.name, highest, of.maxPeak))
		}
	}
	ratio, err := b.ratio(of.name+", plan", b.rounds, maxPlanRatio, func(with terraformcli.Workspace) error { return do(with, plan) })
	return append([]line{ratio}, lines...), err
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
	ratio, err := b.ratio("start-up (terraform validate)", startsPerRound*b.rounds, maxStartRatio, func(with terraformcli.Workspace) error {
		_, err := with.In(folder).Must(ctx, "validate")
		return err
	})
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(b.path)
	if err != nil {
		return nil, err
	}
	return []line{ratio, sizeLine("binary, stripped", info.Size(), maxBinary)}, nil
}

// ratio times something with the idle provider and with ours, in turns.
func (b bench) ratio(what string, rounds int, limit float64, do func(terraformcli.Workspace) error) (line, error) {
	var took [2][]time.Duration
	for range rounds {
		for i, provider := range []terraformcli.Workspace{b.idle, b.provider} {
			began := time.Now()
			if err := do(provider); err != nil {
				return line{}, err
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	return ratioLine(what, took[1], took[0], limit), nil
}
