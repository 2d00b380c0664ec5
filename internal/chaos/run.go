// SPDX-License-Identifier: MPL-2.0

package main

import (
	"net/http"
	"strings"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// currentRun is what is known of the run that is under way.
type currentRun struct {
	workspace *workspace
	sent      int                // requests
	made      []string           // ids of what it has created
	ended     []string           // ids of what it has deactivated or deleted
	struck    bool               // killed or interrupted
	held      map[*holder]string // what its state had in use before
	reasons   []reason
}

// reason is why the provider said something, as its OnReason tells.
type reason struct {
	code rotation.Reason
	id   string
}

// runner is a way to run Terraform in one workspace.
type runner interface {
	// apply is one terraform plan and, if it is approved, the apply of that plan.
	apply(config tfcore.Config, t trouble, approved func() bool) outcome
	// reasons are those of the run so far.
	reasons() []reason
	// taint is terraform taint, or untaint. There may be nothing to taint.
	taint(address string, tainted bool)
	// forget is terraform state rm.
	forget(address string)
	// strike does what a strike does to the run that is under way.
	strike(what string)
	// objects are the provider's in state.
	objects() []stateObject
	// pickUp reads what was delivered.
	pickUp()
}

// stateObject is an object in state.
type stateObject struct {
	address          string
	deposed, tainted bool
	attribute        func(name string) string
}

// managed tells the addresses of the provider's objects from those of dependents.
func managed(address string) bool { return strings.HasPrefix(address, tfcore.ProviderName) }

// outcome is what one terraform apply came to.
type outcome struct {
	killed    bool // no one knows how it ended
	failed    bool // it, or its plan
	converged bool // there was nothing to do
	broken    bool // Terraform noticed a mistake of the provider
	crashed   bool // the provider panicked
	reasons   []reason
	said      string
}

// runInTrouble is one apply under troubles of its own.
func (l *life) runInTrouble(w *workspace) {
	l.trouble = newTrouble(l.random, l.pace)
	if l.shape.full {
		l.trouble.alone() // what is lost here has no slot to return to
	}
	l.note("run in workspace %d with %s", w.number, l.trouble)
	for _, fault := range l.trouble.faults {
		l.org.InjectFault(fault)
		l.count(faultsInjected)
	}
	if l.trouble.taint {
		l.count(taints)
		w.runner.taint(pick(l.random, w.holders...).address, true)
	}
	if _, isRotation := w.holders[0].subject.(*rotationSubject); isRotation && (l.trouble.replace || w.tainted()) {
		// It begins with the newest ACTIVE secret. If that was delivered and no state has it, no run can know.
		l.trouble.writes, w.holders[0].again = "", true
	}
	l.run(w)
	l.calm()
	pause := l.pace.upTo(l.random, pick(l.random, l.pace.between...))
	for _, h := range l.all() {
		if hurry := h.subject.traits().hurry; hurry > 0 && h.undelivered() {
			pause = min(pause, hurry)
		}
	}
	l.pass(pause)
}

// calm ends all troubles, except the pace at which the org accepts secrets.
func (l *life) calm() {
	l.trouble = trouble{}
	l.org.ClearFaults()
	if l.slow != nil {
		l.org.InjectFault(*l.slow)
	}
}

// run is one apply, and what is to be said about it.
func (l *life) run(w *workspace) outcome {
	interrupted := l.current // by a run of another workspace
	l.current = currentRun{workspace: w, held: map[*holder]string{}}
	for _, h := range w.holders {
		l.current.held[h] = h.inUse()
	}
	for _, h := range l.all() {
		if !h.undelivered() {
			h.agreed = l.org.Now()
		}
	}
	t := l.trouble
	o := w.runner.apply(w.config(t), t, func() bool { return l.approve(t) })
	o.reasons, w.failed = w.runner.reasons(), o.failed || o.killed
	l.count(runs)
	l.report.kind(l.column, l.shape.name).runs++
	if o.killed {
		l.count(kills)
	}
	l.note("killed %t, failed %t, converged %t, reasons %v: %s", o.killed, o.failed, o.converged, o.reasons, o.said)
	l.judgeRun(o)
	l.login()
	if o.converged {
		clear(l.ignored)
	}
	if interrupted.workspace != nil {
		l.current = interrupted
	}
	return o
}

// carry lets the org carry out a request of the provider, and what is scheduled happen
// before it and after it.
func (l *life) carry(req *http.Request, carryOut func()) {
	l.mu.Lock()
	l.count(requests)
	l.current.sent++
	n := l.current.sent
	l.happen(n, before)
	there := l.held()
	if createsCredential(req) {
		l.judgeSent(there)
	}
	l.login()
	l.mu.Unlock()

	carryOut()

	l.mu.Lock()
	defer l.mu.Unlock()
	l.note("%s %s", req.Method, req.URL.Path)
	if req.Method != http.MethodGet {
		l.judgeRequest(there)
	}
	l.login()
	l.happen(n, after)
	l.login()
}

// createsCredential tells a POST that creates a secret or a key.
func createsCredential(req *http.Request) bool {
	return req.Method == http.MethodPost && strings.HasPrefix(req.URL.Path, "/api/v1/apps/") &&
		(strings.HasSuffix(req.URL.Path, "/credentials/secrets") || strings.HasSuffix(req.URL.Path, "/credentials/jwks"))
}

// happen lets happen what is scheduled for this moment.
func (l *life) happen(n int, when moment) {
	for _, s := range l.trouble.strikes {
		if s.n != n || s.when != when {
			continue
		}
		if s.what == consoleMove {
			l.note("strikes: %s", s.what)
			l.count(moves)
			l.console.move()
			continue
		}
		l.strike(s.what)
	}
}

// strike kills or interrupts the run that is under way.
func (l *life) strike(what string) {
	l.note("strikes: %s", what)
	switch what {
	case interrupt:
		l.count(interrupts)
	case killProvider:
		l.count(kills)
	}
	l.current.struck = true
	l.current.workspace.runner.strike(what)
}
