// SPDX-License-Identifier: MPL-2.0

package main

import (
	"crypto/ecdsa"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// life is one app with the resources that manage its credentials, from their first
// apply through some rotations, each under troubles of its own.
type life struct {
	seed   uint64
	random *rand.Rand
	report *report
	column column
	pace   pace
	shape  shape

	org        *oktasim.Org
	origin     string
	app        oktasim.App
	born       string // id of the credential that the app was created with
	kind       kind
	provider   map[string]any
	workspaces []*workspace
	holders    int // there were so far
	pairs      map[string]*ecdsa.PrivateKey
	console    *console
	slow       *oktasim.Fault // how late this org accepts a new secret
	moved      []tfcore.Move
	keeps      bool // a credential that was in state may remain in Okta, INACTIVE

	mu       sync.Mutex // held by anyone who changes something while a run is under way
	rotation int
	trouble  trouble
	current  currentRun
	// created are the credentials that the provider has created, recorded those that
	// have been in state, named those that were unrecorded when a run named them.
	created, recorded, named map[string]bool
	// unnamed are the unrecorded ones that the next plan has to name, follows is what was
	// in use when a credential was created.
	unnamed map[string]*workspace
	follows map[string]string
	// logins are those that were accepted with the credentials that the app has, which are loginsOf.
	logins   map[string]bool
	loginsOf []known
	// ignored are the credentials that an approved plan has warned of.
	ignored map[string]bool
	trace   []string
	broke   bool // a promise was broken: what followed would only say so again
}

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
	// objects are those in state.
	objects() []stateObject
	// pickUp reads what was delivered.
	pickUp()
	// pass lets time pass, and now is the time.
	pass(d time.Duration)
	now() time.Time
}

// stateObject is an object in state.
type stateObject struct {
	address          string
	deposed, tainted bool
	attribute        func(name string) string
}

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

// apiToken is what the provider calls the org with.
const apiToken = "00-api-token-of-chaos"

// newLife draws an app, an org and a configuration.
func newLife(seed uint64, origin string, in column, r *report) *life {
	l := &life{
		seed: seed, report: r, column: in, pace: paces[in], origin: origin,
		random:  rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // repeatable, not secret
		created: map[string]bool{}, recorded: map[string]bool{}, named: map[string]bool{}, unnamed: map[string]*workspace{},
		follows: map[string]string{}, pairs: map[string]*ecdsa.PrivateKey{}, ignored: map[string]bool{},
	}
	l.org = oktasim.New(oktasim.Options{
		APIToken: apiToken, URL: origin, Limits: pick(l.random, l.pace.limits...),
		Wording: pick(l.random, oktasim.WordingSpec, oktasim.WordingRecorded),
	})
	l.console = newConsole(l)
	l.provider = map[string]any{
		"http_proxy": origin, "api_token": apiToken, "max_retries": pick(l.random, 0, 1, 5),
		"min_wait_seconds": pick(l.random, l.pace.minWaits...), "max_wait_seconds": pick(l.random, l.pace.maxWaits...),
		"request_timeout": pick(l.random, l.pace.timeouts...), "max_api_capacity": pick(l.random, 50, 100),
	}
	l.shape = shapes[seed%uint64(len(shapes))] // consecutive seeds are lives of all kinds
	l.begin()
	return l
}

// begin makes the app, with the credential that it is born with, and what manages it.
func (l *life) begin() {
	options := oktasim.AppOptions{Label: "chaos", AuthMethod: pick(l.random, oktasim.ClientSecretBasic, oktasim.ClientSecretPost, oktasim.ClientSecretJWT)}
	l.kind = secrets
	if l.shape.keys {
		l.kind, options.AuthMethod = keys, oktasim.PrivateKeyJWT
	}
	l.app = l.org.AddApp(options)
	held := credential{kid: "born"}
	if l.shape.keys {
		held.key = newKey(l.random)
		if _, err := l.org.AddKey(l.app.ID, []byte(publicJWK(held.key, held.kid))); err != nil {
			panic(err) // the org takes every key
		}
	}
	born := l.held()[0]
	l.born, held.id, held.secret = born.id, born.id, born.value
	l.console.foreign[l.born] = born.status
	for range l.shape.workspaces {
		l.workspaces = append(l.workspaces, &workspace{life: l, number: len(l.workspaces)})
	}
	for i := range l.shape.holders {
		if i > 0 && l.shape.full {
			held = credential{} // whose consumer waits for its own
		}
		l.workspaces[i%len(l.workspaces)].add(held)
	}
	l.org.Age(l.app.ID, 48*time.Hour) // it has been in use for a while
}

// slowness draws how late this org accepts a new secret; only who verifies can bear
// it.
func (l *life) slowness(verify bool) {
	if verify && l.shape.holders == 1 && l.random.IntN(2) == 0 {
		l.slow = &oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: l.pace.upTo(l.random, l.pace.slow)}
	}
}

// timeouts are a resource's: by default an operation may take 20 minutes, such as the
// verification of a secret that someone has deactivated.
func (l *life) timeouts() any {
	if l.pace.operation == 0 {
		return nil
	}
	all := map[string]any{}
	for _, name := range []string{"create", "read", "update", "delete"} {
		all[name] = l.pace.operation.String()
	}
	return all
}

// String says where this life is.
func (l *life) String() string {
	var all []string
	for _, h := range l.all() {
		all = append(all, h.subject.String())
	}
	return fmt.Sprintf("%s [%s], rotation %d", l.shape.name, strings.Join(all, "; "), l.rotation)
}

// all are the holders of all workspaces.
func (l *life) all() (all []*holder) {
	for _, w := range l.workspaces {
		all = append(all, w.holders...)
	}
	return all
}

// replay is the command that lives this life again.
func (l *life) replay() string {
	return fmt.Sprintf("go run ./internal/chaos -v -seed %d %s", l.seed, l.pace.replay)
}

// live goes through the rotations.
func (l *life) live(rotations int) {
	defer func() {
		if cause := recover(); cause != nil {
			l.broken(crashed, fmt.Sprintf("%v\n%s", cause, debug.Stack()))
		}
	}()
	l.note("%s, app %s, %v", l, l.app.AuthMethod, l.provider)
	l.report.kind(l.column, l.shape.name).lives++
	l.calm()
	for l.rotation = 1; l.rotation <= rotations && !l.broke; l.rotation++ {
		started := map[*holder]string{}
		for _, h := range l.all() {
			started[h] = h.inUse()
		}
		if l.rotation > 1 {
			if l.shape.reshape != nil {
				l.reshape(started)
			}
			l.rotate()
		}
		done := func() bool {
			return !slices.ContainsFunc(l.all(), func(h *holder) bool { return h.inUse() == "" || h.inUse() == started[h] })
		}
		l.ordeal(done)
		for _, stage := range l.all()[0].subject.stages() {
			l.pass(stage)
			l.ordeal(nil)
		}
		if l.rotation == 1 && !l.shape.full {
			l.retireBorn()
		}
		if !l.broke && (!l.shape.full || done()) {
			l.count(rotated)
			l.report.kind(l.column, l.shape.name).rotations++
		}
	}
}

// reshape changes names, and half of the time applies that before the next rotation.
func (l *life) reshape(started map[*holder]string) {
	l.shape.reshape(l)
	if l.random.IntN(2) == 0 {
		return
	}
	l.ordeal(nil)
	for _, h := range l.all() {
		started[h] = h.inUse()
	}
}

// rotate asks for the next rotation of everything.
func (l *life) rotate() {
	var wait time.Duration
	for _, h := range l.all() {
		h.subject.rotate()
		wait = max(wait, h.subject.after())
	}
	if wait > 0 {
		l.pass(wait)
	}
}

// ordeal is some applies in trouble, and then as many as it takes.
func (l *life) ordeal(done func() bool) {
	for range 1 + l.random.IntN(l.pace.ordeals) {
		for _, w := range l.workspaces {
			l.runInTrouble(w)
		}
	}
	l.settle(done)
}

// retireBorn deletes the credential that the app was born with, which no one uses any
// more.
func (l *life) retireBorn() {
	for _, id := range sorted(l.console.foreign) {
		l.console.remove(id)
	}
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
		if h.undelivered() {
			pause = min(pause, h.subject.hurry())
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
			h.agreed = l.workspaces[0].runner.now()
		}
	}
	t := l.trouble
	o := w.runner.apply(w.config(t), t, func() bool { return l.approve(t) })
	o.reasons = w.runner.reasons()
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

// pass lets time pass, while the consumers continue to log in.
func (l *life) pass(d time.Duration) {
	const logins = 8
	for range logins {
		l.workspaces[0].runner.pass(d / logins)
		l.login()
	}
}

func (l *life) held() []known { return l.kind.held(l) }

func (l *life) ids() (ids []string) {
	for _, credential := range l.held() {
		ids = append(ids, credential.id)
	}
	return ids
}

func (l *life) count(what row) { l.report.counts[l.column][what]++ }

func (l *life) note(format string, arguments ...any) {
	l.trace = append(l.trace, time.Now().Format("02 15:04:05.000 ")+fmt.Sprintf(format, arguments...))
}

func (l *life) randomText(length int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var text strings.Builder
	for range length {
		text.WriteByte(alphabet[l.random.IntN(len(alphabet))])
	}
	return text.String()
}
