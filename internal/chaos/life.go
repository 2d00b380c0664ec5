// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// life is one app with one resource, from its first apply through some rotations,
// each under troubles of its own.
type life struct {
	seed   uint64
	random *rand.Rand
	report *report
	column column
	pace   pace
	runner runner

	org      *oktasim.Org
	origin   string
	app      oktasim.App
	born     string // id of the credential that the app was made with
	kind     kind
	subject  subject
	schema   schema // of the resource
	read     schema // of the ephemeral resource
	provider providerConfig
	console  *console
	consumer *consumer
	slow     *oktasim.Fault // how late this org accepts a new secret

	mu       sync.Mutex // held by whoever changes something while a run is under way
	rotation int
	trouble  trouble
	sent     int      // requests of this run
	made     []string // ids of what it has created
	// created are the credentials that the provider has made, recorded those that
	// have been in state.
	created, recorded map[string]bool
	// leftovers are what the provider has made and no state has recorded, unnamed
	// those of them that no plan has spoken of yet, named those that one has.
	leftovers, unnamed, named map[string]bool
	// follows is what was in use when a credential was made.
	follows   map[string]string
	abandoned map[string]bool // given up, as a plan advised
	agreed    time.Time       // when state and what is delivered were last seen to agree
	trace     []string
	broke     bool // a promise was broken: what followed would only say so again
}

// runner is a way to run Terraform.
type runner interface {
	// apply is one `terraform apply`, with the sink and the backend in this trouble.
	apply(t trouble) outcome
	// strike does what a strike does to the run that is under way.
	strike(what string)
	// objects are those in state, the current one first; that may be null.
	objects() []tftypes.Value
	// delivered is what the dependent object delivered last.
	delivered() credential
	// pass lets time pass, and now is the time.
	pass(d time.Duration)
	now() time.Time
}

// outcome is what one `terraform apply` came to.
type outcome struct {
	killed    bool   // nobody knows how it ended
	failed    bool   // it, or its plan
	converged bool   // there was nothing to do
	plan      string // what was said in the plan
	apply     string // and after it
}

// apiToken is what the provider calls the org with.
const apiToken = "00-api-token-of-chaos"

// newLife draws an app, an org and a configuration.
func newLife(seed uint64, origin string, in column, schemas *tfprotov6.GetProviderSchemaResponse, r *report) *life {
	l := &life{
		seed: seed, report: r, column: in, pace: paces[in], origin: origin,
		random:  rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // repeatable, not secret
		created: map[string]bool{}, recorded: map[string]bool{}, follows: map[string]string{},
		leftovers: map[string]bool{}, unnamed: map[string]bool{}, named: map[string]bool{}, abandoned: map[string]bool{},
	}
	l.org = oktasim.New(oktasim.Options{
		APIToken: apiToken, URL: origin, Limits: pick(l.random, l.pace.limits...),
		Wording: pick(l.random, oktasim.WordingSpec, oktasim.WordingRecorded),
	})
	l.console = newConsole(l)
	typeName := l.chooseSubject()
	l.schema = newSchema(typeName, schemas.ResourceSchemas[typeName])
	l.read = newSchema("oktacreds_app_client_secret", schemas.EphemeralResourceSchemas["oktacreds_app_client_secret"])
	l.provider = providerConfig{schema: newSchema("provider", schemas.Provider), values: l.providerValues()}
	return l
}

// chooseSubject draws what the life is about, and makes the app for it, with the
// credential that it is born with in use.
func (l *life) chooseSubject() (typeName string) {
	what := pick(l.random, "oktacreds_app_client_secret", "oktacreds_app_client_secret", "oktacreds_app_jwk", "oktacreds_app_client_secret_rotation")
	options := oktasim.AppOptions{Label: "chaos", AuthMethod: pick(l.random, oktasim.ClientSecretBasic, oktasim.ClientSecretPost, oktasim.ClientSecretJWT)}
	if what == "oktacreds_app_jwk" {
		options.AuthMethod = oktasim.PrivateKeyJWT
	}
	l.app, l.kind = l.org.AddApp(options), secrets
	l.consumer = &consumer{clientID: l.app.ClientID, method: l.app.AuthMethod, origin: l.origin, org: l.org}
	switch what {
	case "oktacreds_app_jwk":
		l.kind, l.subject = keys, newKeySubject(l)
		key := newKey(l.random)
		if _, err := l.org.AddKey(l.app.ID, []byte(publicJWK(key, "born"))); err != nil {
			panic(err) // the org takes every key
		}
		l.consumer.held = credential{key: key, kid: "born"}
	case "oktacreds_app_client_secret":
		l.subject = newSecretSubject(l)
	default:
		l.subject = newRotationSubject(l)
	}
	born := l.held()[0]
	if l.consumer.held.key == nil {
		l.consumer.held = credential{secret: born.value}
	}
	l.consumer.held.id, l.born = born.id, born.id
	l.console.foreign[born.id] = born.status
	l.org.Age(l.app.ID, 48*time.Hour) // it has been in use for a while
	return what
}

// slowness draws how late this org accepts a new secret; only who verifies can
// bear it.
func (l *life) slowness(verify bool) {
	if verify && l.random.IntN(2) == 0 {
		l.slow = &oktasim.Fault{Kind: oktasim.FaultSlowSecret, Delay: l.pace.upTo(l.random, l.pace.slow)}
	}
}

// timeouts are the resource's: by default an operation may take 20 minutes, such as
// the verification of a secret that somebody has turned off.
func (l *life) timeouts() tftypes.Value {
	ofType := l.schema.objectType.AttributeTypes["timeouts"]
	if l.pace.operation == 0 {
		return tftypes.NewValue(ofType, nil)
	}
	all := map[string]tftypes.Value{}
	for name := range ofType.(tftypes.Object).AttributeTypes { //nolint:forcetypeassert // timeouts.Attributes makes nothing else
		all[name] = stringValue(l.pace.operation.String())
	}
	return tftypes.NewValue(ofType, all)
}

func (l *life) providerValues() map[string]tftypes.Value {
	whole := func(choices ...int) tftypes.Value {
		return tftypes.NewValue(tftypes.Number, pick(l.random, choices...))
	}
	return map[string]tftypes.Value{
		"http_proxy":       stringValue(l.origin),
		"api_token":        stringValue(apiToken),
		"max_retries":      whole(0, 1, 5),
		"min_wait_seconds": whole(l.pace.minWaits...),
		"max_wait_seconds": whole(l.pace.maxWaits...),
		"request_timeout":  whole(l.pace.timeouts...),
		"max_api_capacity": whole(50, 100),
	}
}

// String says where this life is.
func (l *life) String() string { return fmt.Sprintf("%s, rotation %d", l.subject, l.rotation) }

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
	l.note("%s, app %s, %s", l.subject, l.app.AuthMethod, describe(l.provider.values))
	l.calm()
	for l.rotation = 1; l.rotation <= rotations && !l.broke; l.rotation++ {
		started := l.inUse()
		if l.rotation > 1 {
			l.subject.rotate()
		}
		l.ordeal(func() bool { return l.inUse() != started && l.inUse() != "" })
		for _, stage := range l.subject.stages() {
			l.pass(stage)
			l.ordeal(nil)
		}
		if l.rotation == 1 {
			l.retireBorn()
		}
		if !l.broke {
			l.count(rotated)
		}
	}
}

// ordeal is some applies in trouble, and then as many as it takes.
func (l *life) ordeal(done func() bool) {
	for range 1 + l.random.IntN(l.pace.ordeals) {
		l.runInTrouble()
	}
	l.settle(done)
}

// retireBorn ends the credential that the app was born with, which nobody uses
// any more.
func (l *life) retireBorn() {
	for id := range l.console.foreign {
		l.console.remove(id)
	}
}

// inUse is the id of the credential that state has in use.
func (l *life) inUse() string {
	if current := l.runner.objects()[0]; !current.IsNull() {
		return l.subject.known(current)[0].id
	}
	return ""
}

// runInTrouble is one apply under troubles of its own.
func (l *life) runInTrouble() {
	l.trouble = newTrouble(l.random, l.pace)
	l.note("run with %s", l.trouble)
	for _, fault := range l.trouble.faults {
		l.org.InjectFault(fault)
		l.count(faultsInjected)
	}
	l.run()
	l.calm()
	pause := l.pace.upTo(l.random, pick(l.random, l.pace.between...))
	if l.undelivered() {
		pause = min(pause, l.subject.hurry())
	}
	l.pass(pause)
}

// undelivered tells whether state has a credential in use that the consumer has
// not been handed, because the run failed in between.
func (l *life) undelivered() bool {
	return l.inUse() != "" && l.inUse() != l.runner.delivered().id
}

// calm ends all troubles, but for the pace at which the org takes up secrets.
func (l *life) calm() {
	l.trouble = trouble{}
	l.org.ClearFaults()
	if l.slow != nil {
		l.org.InjectFault(*l.slow)
	}
}

// run is one apply, and what is to be said of it.
func (l *life) run() outcome {
	l.sent, l.made = 0, nil
	if !l.undelivered() {
		l.agreed = l.runner.now()
	}
	o := l.runner.apply(l.trouble)
	l.count(runs)
	if o.killed {
		l.count(kills)
	}
	l.note("plan: %s", o.plan)
	l.note("apply: %s (killed %t, failed %t, converged %t)", o.apply, o.killed, o.failed, o.converged)
	l.judgeRun(o)
	l.login()
	return o
}

// carry lets the org carry a request of the provider out, and what is due happen
// before it and after it.
func (l *life) carry(req *http.Request, carryOut func()) {
	l.mu.Lock()
	l.count(requests)
	l.sent++
	n := l.sent
	l.strike(n, before)
	there := l.ids()
	if createsCredential(req) {
		l.judgeSent(there)
	}
	l.login()
	l.mu.Unlock()

	carryOut()

	l.mu.Lock()
	defer l.mu.Unlock()
	l.note("%s %s", req.Method, req.URL.Path)
	if createsCredential(req) {
		l.judgeCreate(there)
	}
	l.judgeForeign()
	l.login()
	l.strike(n, after)
	l.login()
}

// createsCredential tells a POST that makes a secret or a key.
func createsCredential(req *http.Request) bool {
	return req.Method == http.MethodPost && strings.HasPrefix(req.URL.Path, "/api/v1/apps/") &&
		(strings.HasSuffix(req.URL.Path, "/credentials/secrets") || strings.HasSuffix(req.URL.Path, "/credentials/jwks"))
}

// strike lets happen what is due at this moment.
func (l *life) strike(n int, when moment) {
	for _, s := range l.trouble.strikes {
		if s.n != n || s.when != when {
			continue
		}
		l.note("strikes: %s", s.what)
		switch s.what {
		case consoleMove:
			l.count(moves)
			l.console.move()
			continue
		case interrupt:
			l.count(interrupts)
		case killProvider:
			l.count(kills)
		}
		l.runner.strike(s.what)
	}
}

// pass lets time pass, while the consumer goes on logging in.
func (l *life) pass(d time.Duration) {
	const logins = 8
	for range logins {
		l.runner.pass(d / logins)
		l.login()
	}
}

func (l *life) held() []known { return l.kind.held(l) }

func (l *life) ids() []string {
	var ids []string
	for _, credential := range l.held() {
		ids = append(ids, credential.id)
	}
	return ids
}

func (l *life) count(what row) { l.report.counts[l.column][what]++ }

func (l *life) note(format string, arguments ...any) {
	l.trace = append(l.trace, time.Now().Format("02 15:04:05.000 ")+fmt.Sprintf(format, arguments...))
}

// describe prints a configuration.
func describe(values map[string]tftypes.Value) string {
	var all []string
	for name, value := range values {
		all = append(all, fmt.Sprintf("%s=%v", name, plain(value)))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (l *life) randomText(length int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var text strings.Builder
	for range length {
		text.WriteByte(alphabet[l.random.IntN(len(alphabet))])
	}
	return text.String()
}
