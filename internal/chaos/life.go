// SPDX-License-Identifier: MPL-2.0

package main

import (
	"crypto/ecdsa"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
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

	mu       sync.Mutex // held to change something while a run is under way
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
	// forgotten are those that terraform state rm has removed from a state, until someone deletes them in Okta.
	forgotten []string
	// ignored are the credentials that an approved plan has warned of.
	ignored map[string]bool
	trace   []string
	broke   bool // a promise was broken: what followed would only say so again
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
		for _, stage := range l.all()[0].subject.traits().stages {
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
		wait = max(wait, h.subject.traits().after)
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

// pass lets time pass, while the consumers continue to log in.
func (l *life) pass(d time.Duration) {
	const logins = 8
	for range logins {
		l.org.Advance(d / logins)
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
	l.trace = append(l.trace, l.org.Now().Format("02 15:04:05.000 ")+fmt.Sprintf(format, arguments...))
}

func (l *life) randomText(length int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var text strings.Builder
	for range length {
		text.WriteByte(alphabet[l.random.IntN(len(alphabet))])
	}
	return text.String()
}
