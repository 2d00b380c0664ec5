// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// The targets.
const (
	maxPlanRatio = 1.5 // to the floor
	maxIdleRatio = 2.0 // to the idle provider
	maxStartUp   = 60 * time.Millisecond
	maxPeak      = 64 << 20 // bytes
	maxBinary    = 32 << 20 // bytes
)

// line is one of the table.
type line struct {
	what, measured, floor, ratio, target string
	verdict                              verdict
}

type verdict string

const (
	noVerdict  verdict = ""
	reached    verdict = "ok"
	failed     verdict = "MISSED"
	outOfReach verdict = "missed, and out of reach: the idle provider misses it too"
)

func judge(good bool) verdict {
	if good {
		return reached
	}
	return failed
}

func missed(lines []line) bool {
	return slices.ContainsFunc(lines, func(l line) bool { return l.verdict == failed })
}

// table puts what was found next to what was to be reached.
func table(found findings) (lines []line) {
	for _, do := range []operation{apply, refresh} {
		took := found.times[do.name]
		with, without := best(took.with), best(took.without)
		ratio := with.Seconds() / without.Seconds()
		l := line{what: do.name, measured: seconds(with), floor: seconds(without), ratio: fmt.Sprintf("%.2f", ratio)}
		lines = append(lines, l)
	}
	lines = append(lines, planLines(found.times[plan.name])...)
	added := best(found.startUp.with) - best(found.startUp.without)
	lines = append(lines, line{
		what: "start-up", measured: milliseconds(best(found.startUp.with)), floor: milliseconds(best(found.startUp.without)),
		ratio: "+" + milliseconds(added), target: "≤ +" + milliseconds(maxStartUp), verdict: judge(added <= maxStartUp),
	})
	for _, do := range operations {
		l := line{what: "peak memory, " + do.name, measured: "can't be seen here"}
		if peak, seen := found.peak[do.name]; seen {
			l.measured, l.verdict = mebibytes(peak), judge(peak < maxPeak)
			l.target = "< " + mebibytes(maxPeak)
		}
		lines = append(lines, l)
	}
	lines = append(lines, line{
		what: "binary, stripped", measured: mebibytes(found.binary), target: "< " + mebibytes(maxBinary), verdict: judge(found.binary < maxBinary),
	})
	for _, do := range operations {
		l := line{what: "requests, " + do.name, measured: found.requests[do.name].String()}
		if do.name != apply.name {
			l.target, l.verdict = refreshBudget.String(), judge(l.measured == refreshBudget.String())
		}
		lines = append(lines, l)
	}
	return lines
}

// planLines compare a plan with the floor and with the idle provider. What Terraform
// takes to speak with any provider about as many resources, none can be faster than.
func planLines(took timings) []line {
	with, floor, idle := best(took.with), best(took.without), best(took.idle)
	ratio, idleRatio := with.Seconds()/floor.Seconds(), with.Seconds()/idle.Seconds()
	ofFloor := judge(ratio <= maxPlanRatio)
	if idle.Seconds()/floor.Seconds() > maxPlanRatio {
		ofFloor = outOfReach
	}
	return []line{{
		what: "plan", measured: seconds(with), floor: seconds(floor), ratio: fmt.Sprintf("%.2f", ratio),
		target: fmt.Sprintf("≤ %.1f × floor", maxPlanRatio), verdict: ofFloor,
	}, {
		what: "plan, and idle", measured: seconds(with), floor: seconds(idle), ratio: fmt.Sprintf("%.2f", idleRatio),
		target: fmt.Sprintf("≤ %.1f × idle", maxIdleRatio), verdict: judge(idleRatio <= maxIdleRatio),
	}}
}

// refreshBudget: one GET of each app, however many keys it has; one list of each app's
// secrets.
var refreshBudget = kinds{"GET app": apps, "GET secrets": apps}

func seconds(d time.Duration) string      { return fmt.Sprintf("%.2f s", d.Seconds()) }
func milliseconds(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
func mebibytes(bytes int64) string        { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

// write prints the table.
func write(out io.Writer, lines []line) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(w, "\tmeasured\tfloor\tratio\ttarget\tverdict"); err != nil {
		return err
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.what, l.measured, l.floor, l.ratio, l.target, l.verdict); err != nil {
			return err
		}
	}
	return w.Flush()
}
