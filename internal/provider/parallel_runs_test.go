// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// Two runs of Terraform with states of their own, both of which hold the same
// app's secret, rotate it at once: two workspaces, or a pipeline that began twice
// and a state without a lock. Both deliver to the same place, from which the app's
// consumers take their secret.

// gate is a run's way to the org, which lets one request at a time through when it
// is told to.
type gate struct {
	org    http.Handler
	look   func() // at the world after a request, before the run gets its answer
	knocks chan struct{}
	enter  chan struct{}
	ended  chan struct{}
}

// newGate has a run do something behind a gate.
func newGate(org http.Handler, look func(), run *terraformRun, do func()) *gate {
	g := &gate{org: org, look: look, knocks: make(chan struct{}), enter: make(chan struct{}), ended: make(chan struct{})}
	run.transport = g
	go func() {
		defer close(g.ended)
		do()
	}()
	return g
}

// RoundTrip implements [http.RoundTripper].
func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	g.knocks <- struct{}{}
	<-g.enter
	answer := httptest.NewRecorder()
	req = req.Clone(req.Context())
	req.Host = req.URL.Host
	g.org.ServeHTTP(answer, req)
	g.look()
	return answer.Result(), nil
}

// waits tells whether there is a request at the gate, or the run has ended. It
// returns as soon as one or the other is certain.
func (g *gate) waits() bool {
	select {
	case <-g.knocks:
		return true
	case <-g.ended:
		return false
	}
}

// inTurn lets requests through until all runs have ended. The first is the first
// run's: all begin alike. Then, where more than one waits, pick chooses.
func inTurn(gates []*gate, pick func(n int) int) {
	var waiting []*gate
	for _, g := range gates {
		if g.waits() {
			waiting = append(waiting, g)
		}
	}
	for begun := false; len(waiting) > 0; begun = true {
		i := 0
		if begun && len(waiting) > 1 {
			i = pick(len(waiting))
		}
		waiting[i].enter <- struct{}{}
		if !waiting[i].waits() {
			waiting = slices.Delete(waiting, i, i+1)
		}
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

// sharedApp is an app with two runs that manage its secret, and its consumers.
type sharedApp struct {
	org   *acctest.Org
	app   *acctest.App
	runs  [2]*terraformRun
	taken string // the secret that consumers have, which is what was delivered last
}

// newSharedApp is an app whose only secret is in the states of both runs.
func newSharedApp(t *testing.T, org *acctest.Org, kind string) *sharedApp {
	t.Helper()
	s := &sharedApp{org: org, app: org.NewApp(t, "client_secret_basic")}
	s.runs[0] = newRun(t, org, kind, func(secret string) { s.taken = secret })
	initial := s.app.Secrets(t)[0]
	s.apply(t, s.runs[0], 1)
	if _, there := s.app.Secret(t, initial.ID); there && kind == secretType {
		s.app.Delete(t, "secrets", initial.ID)
	}
	for len(s.app.Secrets(t)) > 1 { // the rotation ends the initial one itself
		s.apply(t, s.runs[0], 1)
	}
	copied := *s.runs[0]
	s.runs[1] = &copied
	org.Sim(t).Age(s.app.ID, hour) // nobody rotates twice in a second
	return s
}

// config asks for a generation of the secret.
func (s *sharedApp) config(kind string, generation int) map[string]any {
	config := generationMap(generation)
	if kind == rotationKind {
		config = atOnceFrom(generation)
	}
	config["app_id"] = s.app.ID
	return config
}

// apply applies in one run alone, which must succeed.
func (s *sharedApp) apply(t *testing.T, run *terraformRun, generation int) (changed bool) {
	t.Helper()
	text, failed, changed := run.apply(t, s.config(run.kind, generation))
	if failed {
		t.Error(text)
	}
	s.login(t)
	return changed
}

// login is what the app's consumers do all the time.
func (s *sharedApp) login(t *testing.T) {
	t.Helper()
	if s.taken != "" && !s.app.Login(t, s.taken) {
		t.Errorf("consumers are refused; the app has %v", s.inOkta(t))
	}
}

// outcome is how a run ended.
type outcome struct {
	said            string
	failed, changed bool
	current         string // id of the secret that its state has as the current one
}

// together applies in both runs at once, whose requests reach Okta in the order
// that pick chooses. No consumer may be refused after any of them.
func (s *sharedApp) together(t *testing.T, generation int, pick func(n int) int) (outcomes [2]outcome) {
	t.Helper()
	var gates []*gate
	for i, run := range s.runs {
		gates = append(gates, newGate(s.org.Sim(t), func() { s.login(t) }, run, func() {
			o := &outcomes[i]
			o.said, o.failed, o.changed = run.apply(t, s.config(run.kind, generation))
		}))
	}
	inTurn(gates, pick)
	for i, run := range s.runs {
		run.transport = nil
		outcomes[i].current = run.secrets(t)[0]
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
		known := append(s.runs[0].secrets(t), s.runs[1].secrets(t)...)
		slices.Sort(known)
		if known = slices.Compact(known); !slices.Equal(known, s.inOkta(t)) {
			t.Errorf("states know %q, Okta has %q", known, s.inOkta(t))
		}
		return
	}
	t.Errorf("it never settles; states know %q and %q, Okta has %q", s.runs[0].secrets(t), s.runs[1].secrets(t), s.inOkta(t))
}

// secrets are the ids of all secrets that the state knows, the current one first.
func (r *terraformRun) secrets(t *testing.T) (ids []string) {
	t.Helper()
	names := []string{"id"}
	if r.kind == rotationKind { // whose id is the app's
		names = []string{"current_secret_id", "previous_secret_id"}
	}
	for _, held := range []*instance{r.current, r.deposed} {
		if held == nil {
			continue
		}
		attributes := plain(t, r.like.schemaOf(r.kind), held.state)
		for _, name := range names {
			if id, ok := attributes[name].(string); ok {
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
		said := one.said + other.said
		switch {
		case one.failed && other.failed:
			t.Errorf("both failed:\n%s\n%s", one.said, other.said)
		case one.failed || other.failed:
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
				*s.runs[1] = *s.runs[0]
				for _, end := range s.together(t, 2, pick) {
					switch {
					case end.failed:
						ends["refused"]++
						acctest.Says(t, end.said, transition, "rotation of app "+s.app.ID, "changed since the plan", "Nothing was done: plan again")
					case end.changed:
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
