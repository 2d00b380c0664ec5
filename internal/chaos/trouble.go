// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// trouble is what goes wrong in one run.
type trouble struct {
	faults []oktasim.Fault
	sink   sinkTrouble
	// strikes happen in the middle of requests.
	strikes []strike
	// wait is how long the plan waits for its approval.
	wait time.Duration
	// meanwhile is how often someone at the console does something between plan and
	// apply.
	meanwhile int
	// remote makes a backend that is written every 20 s.
	remote bool
	// writes is when Terraform is killed, in process, if it comes to write its state.
	writes tfcore.Moment
	// taint taints one of the resources before the run.
	taint bool
	// noRefresh and replace are -refresh=false and -replace of one of the resources.
	noRefresh, replace bool
}

// sinkTrouble is how the dependent object fails.
type sinkTrouble string

const (
	sinkWorks      sinkTrouble = ""
	sinkFails      sinkTrouble = "fails"
	sinkFailsAfter sinkTrouble = "fails after it has delivered"
)

var errSink = errors.New("the dependent object could not be updated")

// moment is one side of a request: before the org carries it out, or after.
type moment string

const (
	before moment = "before"
	after  moment = "after"
)

// strike happens before or after the nth request of a run.
type strike struct {
	what string
	when moment
	n    int
}

// What strikes.
const (
	killProvider  = "kill -9 of the provider"
	killTerraform = "kill -9 of Terraform and the provider"
	interrupt     = "Ctrl-C"
	consoleMove   = "somebody at the console"
)

// pace is how fast things happen: made-up time costs nothing, real time does.
type pace struct {
	latency, slow, wait          time.Duration   // at most
	between                      []time.Duration // runs in trouble, at most one of these
	again                        time.Duration   // until the next apply
	minWaits, maxWaits, timeouts []int           // of the provider, in seconds
	operation                    time.Duration   // may take at most; 0: as by default
	deadline                     time.Duration   // of one run, by which it is killed
	storm                        int             // 429s in a row, at most
	ordeals                      int             // runs in trouble for each rotation, at most
	struck                       int             // one run in so many is killed or interrupted
	limits                       []oktasim.Limits
	replay                       string // the flags for one life
}

var paces = [columns]pace{
	inProcess: {
		replay:  fmt.Sprintf("-cli 0 -rotations %d", rotationsPerLife),
		latency: 90 * time.Second, slow: 2 * time.Minute, wait: 2 * time.Hour,
		between: []time.Duration{time.Second, 10 * time.Minute, 10 * time.Minute, 36 * time.Hour}, again: time.Minute,
		minWaits: []int{0, 1}, maxWaits: []int{1, 30, 300}, timeouts: []int{5, 60}, storm: 8, ordeals: 3, struck: 3,
		limits: []oktasim.Limits{
			{Apps: 10, App: 50, Other: 1 << 30}, // as recorded
			{Apps: 50, App: 250, Other: 1 << 30},
			{Apps: 1 << 30, App: 1 << 30, Other: 1 << 30},
		},
	},
	byCLI: {
		replay:  fmt.Sprintf("-rotations 0 -cli %d", rotationsPerCLILife),
		latency: 1200 * time.Millisecond, slow: 2 * time.Second, between: []time.Duration{0},
		minWaits: []int{0}, maxWaits: []int{0}, timeouts: []int{1}, storm: 2, ordeals: 1, struck: 2,
		operation: 4 * time.Second, deadline: 30 * time.Second,
		limits: []oktasim.Limits{{Apps: 1 << 30, App: 1 << 30, Other: 1 << 30, Window: time.Second}},
	},
}

// upTo draws a duration.
func (pace) upTo(random *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(most) + 1)).Truncate(time.Millisecond)
}

// The paths that faults hit. Logins have another one.
var faultPaths = []struct{ method, path string }{
	{"", "/api/v1/apps/**"},
	{"", "/api/v1/apps/**"},
	{http.MethodGet, "/api/v1/apps/*"},
	{http.MethodGet, "/api/v1/apps/*/credentials/*"},
	{http.MethodPost, "/api/v1/apps/*/credentials/*"},
	{http.MethodPost, "/api/v1/apps/*/credentials/*"},
	{http.MethodPost, "/api/v1/apps/*/credentials/*/*/lifecycle/*"},
	{http.MethodDelete, "/api/v1/apps/*/credentials/*/*"},
	{"", "/oauth2/v1/introspect"},
}

// newTrouble draws what goes wrong in a run.
func newTrouble(random *rand.Rand, p pace) trouble {
	t := trouble{
		remote: random.IntN(4) == 0, taint: random.IntN(10) == 0, noRefresh: random.IntN(8) == 0, replace: random.IntN(12) == 0,
	}
	for range random.IntN(4) {
		t.faults = append(t.faults, newFault(random, p))
	}
	if random.IntN(p.struck) == 0 {
		t.strikes = append(t.strikes, newStrike(random, pick(random, killProvider, killTerraform, interrupt)))
	}
	for range pick(random, 0, 0, 0, 1, 2) {
		t.strikes = append(t.strikes, newStrike(random, consoleMove))
	}
	if random.IntN(8) == 0 {
		t.writes = pick(random, tfcore.Writing, tfcore.Written)
	}
	if random.IntN(6) == 0 {
		t.sink = pick(random, sinkFails, sinkFailsAfter)
	}
	if random.IntN(4) == 0 {
		t.wait = p.upTo(random, p.wait)
		t.meanwhile = random.IntN(2)
	}
	return t
}

// alone leaves out what other people do.
func (t *trouble) alone() {
	t.meanwhile, t.taint, t.replace = 0, false, false
	t.strikes = slices.DeleteFunc(t.strikes, func(s strike) bool { return s.what == consoleMove })
}

func newStrike(random *rand.Rand, what string) strike {
	return strike{what: what, when: pick(random, before, after), n: 1 + random.IntN(8)}
}

func newFault(random *rand.Rand, p pace) oktasim.Fault {
	where := faultPaths[random.IntN(len(faultPaths))]
	f := oktasim.Fault{
		Kind: pick(random, oktasim.FaultLatency, oktasim.FaultErrorBefore, oktasim.FaultErrorAfter, oktasim.FaultDropBefore,
			oktasim.FaultDropAfter, oktasim.FaultRateLimit, oktasim.FaultConcurrency, oktasim.FaultListOrder, oktasim.FaultKeyShape),
		Method: where.method, Path: where.path,
		Skip: random.IntN(4), Times: 1 + random.IntN(4), Seed: random.Uint64(),
		Status: pick(random, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout),
		Delay:  time.Millisecond + p.upTo(random, p.latency), // beyond any time-out of a request
		Order:  pick(random, oktasim.OrderReversed, oktasim.OrderShuffled),
		Shape:  pick(random, oktasim.ShapeArray, oktasim.ShapeJWKS, oktasim.ShapeKeys),
	}
	switch f.Kind {
	case oktasim.FaultListOrder, oktasim.FaultKeyShape:
		f.Method, f.Path, f.Skip, f.Times = "", "", 0, 0 // for good
	case oktasim.FaultRateLimit, oktasim.FaultConcurrency:
		f.Times = 1 + random.IntN(p.storm)
	case oktasim.FaultLatency:
	default:
		if random.IntN(6) == 0 {
			f.Times = 20 // outlasts all retries
		}
	}
	return f
}

func (t trouble) String() string {
	return fmt.Sprintf("sink=%q wait=%s meanwhile=%d remote=%t writes=%q taint=%t refresh=%t replace=%t %v %+v",
		t.sink, t.wait, t.meanwhile, t.remote, t.writes, t.taint, !t.noRefresh, t.replace, t.strikes, t.faults)
}

// pick draws one.
func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }
