// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// Two runs of Terraform with states of their own, both of which hold the same
// app's secret, rotate it at once: two workspaces, or a pipeline that began twice
// and a state without a lock. Both deliver to the same place, from which the app's
// consumers take their secret.

// gate is a run's way to the org, which lets one request at a time through when it
// is told to. A gate that is open lets all through.
type gate struct {
	org    http.Handler
	look   func() // at the world after a request, before the run gets its answer
	closed bool
	reads  bool      // the request that waits changes nothing
	knocks chan bool // whether it reads
	enter  chan struct{}
	ended  chan struct{}
}

// close has the run that goes through the gate do something request by request.
func (g *gate) close(do func()) {
	g.closed, g.knocks, g.enter, g.ended = true, make(chan bool), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(g.ended)
		do()
	}()
}

// RoundTrip implements [http.RoundTripper].
func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if g.closed {
		g.knocks <- req.Method == http.MethodGet
		<-g.enter
	}
	answer := httptest.NewRecorder()
	req = req.Clone(req.Context())
	req.Host = req.URL.Host
	g.org.ServeHTTP(answer, req)
	if g.closed {
		g.look()
	}
	return answer.Result(), nil
}

// waits tells whether there is a request at the gate, or the run has ended. It
// returns as soon as one or the other is certain.
func (g *gate) waits() bool {
	select {
	case g.reads = <-g.knocks:
		return true
	case <-g.ended:
		return false
	}
}

// inTurn lets requests through until all runs have ended. The first is the first
// run's: all begin alike. Then, where more than one waits, pick chooses. Two requests
// that read can change places without anybody noticing: of the orders that differ in
// this alone there is only the one in which the earlier run reads first.
func inTurn(gates []*gate, pick func(n int) int) {
	waiting := slices.DeleteFunc(slices.Clone(gates), func(g *gate) bool { return !g.waits() })
	var late []*gate // could have read just before the request that was let through last
	for begun := false; len(waiting) > 0; begun = true {
		choices := slices.DeleteFunc(slices.Clone(waiting), func(g *gate) bool { return slices.Contains(late, g) })
		if len(choices) == 0 {
			choices = waiting
		}
		next := choices[0]
		if begun && len(choices) > 1 {
			next = choices[pick(len(choices))]
		}
		i := slices.Index(waiting, next)
		if late = nil; next.reads {
			late = slices.DeleteFunc(slices.Clone(waiting[:i]), func(g *gate) bool { return !g.reads })
		}
		next.enter <- struct{}{}
		if !next.waits() {
			waiting = slices.Delete(waiting, i, i+1)
		}
	}
	for _, g := range gates {
		g.closed = false
	}
}

// everyOrder does something once for every way in which pick can choose, and
// returns how many there are.
func everyOrder(do func(pick func(n int) int)) (orders int) {
	type choice struct{ taken, of int }
	var path []choice
	for {
		depth := 0
		do(func(n int) int {
			if depth == len(path) {
				path = append(path, choice{0, n})
			}
			depth++
			return path[depth-1].taken
		})
		orders++
		path = path[:depth]
		for len(path) > 0 && path[len(path)-1].taken == path[len(path)-1].of-1 {
			path = path[:len(path)-1]
		}
		if len(path) == 0 {
			return orders
		}
		path[len(path)-1].taken++
	}
}

const rotationKind = "oktacreds_app_client_secret_rotation"

// oneRun is a workspace, with a state and a way to the org of its own.
type oneRun struct {
	*tfcore.Core
	*gate
}

// sharedApp is an app with two runs that manage its secret, and its consumers.
type sharedApp struct {
	org     *acctest.Org
	app     *acctest.App
	address string
	runs    [2]oneRun
	taken   string // the secret that consumers have, which is what was delivered last
}

// newSharedApp is an app whose only secret is in the states of both runs.
func newSharedApp(t *testing.T, org *acctest.Org, kind string) *sharedApp {
	t.Helper()
	s := &sharedApp{org: org, app: org.NewApp(t, "client_secret_basic"), address: kind + ".test"}
	for i := range s.runs {
		g := &gate{org: org.Sim(t), look: func() { s.login(t) }}
		s.runs[i] = oneRun{newCore(t, g, &reasons{}), g}
	}
	initial := s.app.Secrets(t)[0]
	s.apply(t, s.runs[0], 1)
	if _, there := s.app.Secret(t, initial.ID); there && kind == secretType {
		s.app.Delete(t, "secrets", initial.ID)
	}
	for len(s.app.Secrets(t)) > 1 { // the rotation ends the initial one itself
		s.apply(t, s.runs[0], 1)
	}
	s.runs[1].State = s.runs[0].State.Clone()
	org.Sim(t).Age(s.app.ID, hour) // nobody rotates twice in a second
	return s
}

// config asks for a generation of the secret, and delivers it.
func (s *sharedApp) config(generation int) tfcore.Config {
	arguments := atOnceFrom(generation)
	if s.address != rotationAddress {
		arguments = generationMap(generation)
		arguments["omit_secret"] = false
	}
	secret := tfcore.Ref{Address: s.address, Attribute: "client_secret"}
	return coreConfig(s.org, of(s.address, "app_id", s.app.ID, arguments), tfcore.Resource{
		Address: tfcore.Store + ".consumers", Values: values{"trigger": values{"client_secret": secret}},
		Environment: values{"secret": secret},
		Provision: func(environment map[string]string) error {
			s.taken = environment["secret"]
			return nil
		},
	})
}

// apply applies in one run alone, which must succeed.
func (s *sharedApp) apply(t *testing.T, in oneRun, generation int) (changed bool) {
	t.Helper()
	run := in.Run(t.Context(), s.config(generation), tfcore.Options{})
	if run.Failed() {
		t.Error(run.Diagnostics())
	}
	s.login(t)
	return !run.Plan.Empty()
}

// login is what the app's consumers do all the time.
func (s *sharedApp) login(t *testing.T) {
	t.Helper()
	if !s.app.Login(t, s.taken) {
		t.Errorf("consumers are refused; the app has %v", s.inOkta(t))
	}
}

// outcome is how a run ended.
type outcome struct {
	tfcore.Run
	current string // id of the secret that its state has as the current one
}

// together applies in both runs at once, whose requests reach Okta in the order
// that pick chooses. No consumer may be refused after any of them.
func (s *sharedApp) together(t *testing.T, generation int, pick func(n int) int) (outcomes [2]outcome) {
	t.Helper()
	var gates []*gate
	for i, in := range s.runs {
		in.close(func() { outcomes[i].Run = in.Run(t.Context(), s.config(generation), tfcore.Options{}) })
		gates = append(gates, in.gate)
	}
	inTurn(gates, pick)
	for i, in := range s.runs {
		outcomes[i].current = s.secrets(in)[0]
	}
	return outcomes
}

// settle applies in one run after the other until no plan shows anything, and
// checks that states and Okta have the same secrets then.
func (s *sharedApp) settle(t *testing.T, generation int) {
	t.Helper()
	for range 8 {
		if one, other := s.apply(t, s.runs[0], generation), s.apply(t, s.runs[1], generation); one || other {
			continue
		}
		known := append(s.secrets(s.runs[0]), s.secrets(s.runs[1])...)
		slices.Sort(known)
		if known = slices.Compact(known); !slices.Equal(known, s.inOkta(t)) {
			t.Errorf("states know %q, Okta has %q", known, s.inOkta(t))
		}
		return
	}
	t.Errorf("it never settles; states know %q and %q, Okta has %q", s.secrets(s.runs[0]), s.secrets(s.runs[1]), s.inOkta(t))
}

// secrets are the ids of all secrets that the state knows, the current one first.
func (s *sharedApp) secrets(in oneRun) (ids []string) {
	names := []string{"id"}
	if s.address == rotationAddress { // whose id is the app's
		names = []string{"current_secret_id", "previous_secret_id"}
	}
	for _, held := range append([]*tfcore.Object{in.State.Current(s.address)}, in.State.Deposed(s.address)...) {
		for _, name := range names {
			if id := held.Attribute(name); id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// inOkta are the ids of the app's secrets.
func (s *sharedApp) inOkta(t *testing.T) (ids []string) {
	t.Helper()
	for _, secret := range s.app.Secrets(t) {
		ids = append(ids, secret.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestParallelRuns_Replacement_InEveryOrderOfTheRequests(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	ends := map[string]int{}
	orders := everyOrder(func(pick func(n int) int) {
		s := newSharedApp(t, org, secretType)
		one, other := func() (outcome, outcome) { o := s.together(t, 2, pick); return o[0], o[1] }()
		said := one.Diagnostics().String() + other.Diagnostics().String()
		switch {
		case one.Failed() && other.Failed():
			t.Errorf("both failed: %s", said)
		case one.Failed() || other.Failed():
			ends["one was refused"]++
			acctest.Says(t, said, s.app.ID)
		case one.current == other.current:
			t.Errorf("one adopted the other's secret %s:\n%s", one.current, said)
		default:
			ends["each made a secret"]++
		}
		s.settle(t, 2)
	})
	t.Logf("%d orders: %v", orders, ends)
	if ends["one was refused"] == 0 || ends["each made a secret"] == 0 || ends["one was refused"]+ends["each made a secret"] != orders {
		t.Errorf("of %d orders: %v", orders, ends)
	}
}

func TestParallelRuns_Transition_InEveryOrderOfTheRequests(t *testing.T) {
	for before, transition := range []string{"create", "deactivate", "delete"} {
		t.Run(transition, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			ends := map[string]int{}
			orders := everyOrder(func(pick func(n int) int) {
				s := newSharedApp(t, org, rotationKind)
				for range before {
					s.apply(t, s.runs[0], 2)
				}
				s.runs[1].State = s.runs[0].State.Clone()
				for _, end := range s.together(t, 2, pick) {
					switch {
					case end.Failed():
						ends["refused"]++
						acctest.Says(t, end.Diagnostics().String(), transition, "rotation of app "+s.app.ID, "changed since the plan", "Nothing was done: plan again")
					case !end.Plan.Empty():
						ends["made"]++
					default:
						ends["found nothing to do"]++
					}
				}
				s.settle(t, 2)
			})
			t.Logf("%d orders: %v", orders, ends)
			if ends["refused"] == 0 || ends["made"] < orders || ends["refused"]+ends["made"]+ends["found nothing to do"] != 2*orders {
				t.Errorf("of %d orders, in each of which one must make it: %v", orders, ends)
			}
		})
	}
}
