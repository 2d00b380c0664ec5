// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// operation is something that Terraform does with the whole workload.
type operation struct {
	name      string
	arguments []string
}

var (
	apply   = operation{"apply", []string{"apply", "-auto-approve", "-input=false", "-no-color"}}
	plan    = operation{"plan", []string{"plan", "-detailed-exitcode", "-input=false", "-no-color"}}
	refresh = operation{"refresh", []string{"apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"}}

	// operations in the order in which they are done. The refresh comes before the
	// plan: it writes what the plan is to find unchanged.
	operations = []operation{apply, refresh, plan}
)

// timings are how long the same took, several times: with the provider, without,
// and with the idle one.
type timings struct{ with, without, idle []time.Duration }

func best(took []time.Duration) time.Duration { return slices.Min(took) }

// findings are all that was measured.
type findings struct {
	times    map[string]timings // by operation
	requests map[string]kinds   // by operation
	startUp  timings
	peak     map[string]int64 // by operation, bytes; empty where it can't be seen
	binary   int64            // bytes
}

type bench struct {
	cli      *cli
	built    binaries
	dir      string
	progress io.Writer
}

// measure builds everything up twice, which is what apply costs; the first time,
// where it is not timed, requests and memory are looked at. Then it refreshes and
// plans in rounds, in which with and without the provider take turns, so that both
// meet the same weather.
func (b bench) measure(ctx context.Context, rounds int) (found findings, err error) {
	info, err := os.Stat(b.built.provider)
	if err != nil {
		return found, err
	}
	found = findings{times: map[string]timings{}, requests: map[string]kinds{}, peak: map[string]int64{}, binary: info.Size()}
	for _, warmUp := range []bool{true, false} {
		if err := b.build(ctx, warmUp, rounds, &found); err != nil {
			return found, err
		}
	}
	found.startUp, err = b.startUps(ctx, startUpsPerRound*rounds)
	return found, err
}

// build does every operation on a new org.
func (b bench) build(ctx context.Context, warmUp bool, rounds int, found *findings) (err error) {
	o, err := startOrg(ctx, b.built.org)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	values, err := newWorkload(ctx, o)
	if err != nil {
		return err
	}
	folder := filepath.Join(b.dir, fmt.Sprint("warm-up-", warmUp))
	s := setting{with: filepath.Join(folder, "with"), without: filepath.Join(folder, "without"), org: o}
	if s.cli, err = b.cli.with(o.env()).taking(b.built.provider); err != nil {
		return err
	}
	if s.idle, err = b.cli.with(o.env()).taking(b.built.idle); err != nil {
		return err
	}
	if err := errors.Join(writeConfiguration(s.with, withProvider, values), writeConfiguration(s.without, withoutProvider, values)); err != nil {
		return err
	}
	for _, do := range operations {
		if warmUp {
			err = b.watch(ctx, s, do, found)
		} else if do.name == apply.name {
			err = b.race(ctx, s, do, found)
		} else {
			for range rounds {
				if err = b.race(ctx, s, do, found); err != nil {
					break
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setting is where operations are done.
type setting struct {
	with, without string // folders
	org           *org
	cli, idle     *cli
}

// watch does an operation and looks at what it takes besides time.
func (b bench) watch(ctx context.Context, s setting, do operation, found *findings) error {
	if _, err := s.cli.time(ctx, s.without, do.arguments...); err != nil {
		return err
	}
	peak := watch(ctx, b.built.provider)
	_, err := s.cli.time(ctx, s.with, do.arguments...)
	highest, seen := peak()
	if err != nil {
		return err
	}
	if seen {
		found.peak[do.name] = highest
	}
	requests, err := s.org.takeRequests(ctx)
	found.requests[do.name] = kindsOf(requests)
	return err
}

// race does an operation without the provider, with the idle one if that can, and
// with it.
func (b bench) race(ctx context.Context, s setting, do operation, found *findings) error {
	floor, err := s.cli.time(ctx, s.without, do.arguments...)
	if err != nil {
		return err
	}
	var idle time.Duration
	if do.name == plan.name {
		if idle, err = s.idle.time(ctx, s.with, do.arguments...); err != nil {
			return err
		}
	}
	took, err := s.cli.time(ctx, s.with, do.arguments...)
	if err != nil {
		return err
	}
	all := found.times[do.name]
	all.with, all.without, all.idle = append(all.with, took), append(all.without, floor), append(all.idle, idle)
	found.times[do.name] = all
	_, err = fmt.Fprintf(b.progress, "%-8s %7s with the provider, %7s without\n", do.name, seconds(took), seconds(floor))
	return err
}
