// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// workspace is a configuration with a state of its own.
type workspace struct {
	life    *life
	number  int
	runner  runner
	holders []*holder
	stores  bool // dependents are updated in place instead of replaced
	failed  bool // the last run
}

// holder is a resource with the object that depends on it and the consumer that this
// delivers to.
type holder struct {
	life      *life
	workspace *workspace
	id        int
	address   string
	imports   string // id of the credential that it begins with
	asksAgain bool   // for another secret, once that import is applied: a trigger that comes with an import starts none
	again     bool   // created or imported again: a rotation then begins with what is there
	subject   subject
	adopts    bool // adopt_interrupted, where the resource has it
	consumer  *consumer
	last      credential // delivered
	agreed    time.Time  // when state and what is delivered were last seen to agree
}

// number names the holder.
func (h *holder) number() string { return strconv.Itoa(h.id) }

// add adds a holder, whose consumer logs in with the credential that the app was born
// with until another one is delivered.
func (w *workspace) add(held credential) {
	l := w.life
	h := &holder{life: l, workspace: w, id: l.holders, last: held}
	h.consumer = &consumer{clientID: l.app.ClientID, method: l.app.AuthMethod, origin: l.origin, org: l.org, held: held}
	if l.holders++; l.shape.full && l.holders == 1 {
		h.imports = l.born
		delete(l.console.foreign, l.born)
	}
	h.subject = l.shape.subject(h)
	h.adopts = !l.shape.shared && !h.subject.traits().keeps && l.random.IntN(2) == 0
	l.keeps = l.keeps || h.subject.traits().keeps
	w.holders = append(w.holders, h)
	w.address()
}

// address gives the holders their addresses.
func (w *workspace) address() {
	for i, h := range w.holders {
		h.address = w.life.shape.address(w.life, h, i)
	}
}

// inUse is the id of the credential that state has in use.
func (h *holder) inUse() string {
	for _, o := range h.workspace.runner.objects() {
		if o.address == h.address && !o.deposed {
			return h.subject.known(o.attribute)[0].id
		}
	}
	return ""
}

// importsAgain puts a credential in the place of what state has, also where that has the address from
// before a move: a plan that failed has moved nothing. Removing it from state also removes its deposed
// objects, so that their credentials are deleted by hand, as the message says. A configured key
// that differs from the imported one is a rotation by itself, so that no other key is needed.
func (h *holder) importsAgain(id string) {
	var deposed []string
	for _, o := range h.workspace.runner.objects() {
		if other := h.subject.known(o.attribute); o.address == h.address && o.deposed && other[0].id != id {
			deposed = append(deposed, other[0].id)
		}
	}
	h.workspace.runner.forget(h.address)
	for _, move := range h.life.moved {
		if move.To == h.address {
			h.workspace.runner.forget(move.From)
		}
	}
	h.imports, h.asksAgain, h.again = id, !h.life.shape.keys, true
	delete(h.life.console.foreign, id)
	h.life.forgotten = append(h.life.forgotten, deposed...)
	h.life.deletesForgotten()
}

// tainted tells whether state has a tainted object.
func (w *workspace) tainted() bool {
	return slices.ContainsFunc(w.runner.objects(), func(o stateObject) bool { return o.tainted })
}

// undelivered tells whether state has a credential in use that the consumer has not
// been handed, because the run failed in between.
func (h *holder) undelivered() bool { return h.inUse() != "" && h.inUse() != h.last.id }

// deliver is what the dependent object does.
func (h *holder) deliver(environment map[string]string) {
	h.last = credential{id: environment["ID"], secret: environment["SECRET"], kid: environment["KID"], key: h.life.pairs[environment["KEY"]]}
	h.life.note("delivered to %d: %s", h.id, h.last.id)
	h.life.login()
}

// config is the workspace's configuration as it is now.
func (w *workspace) config(t trouble) tfcore.Config {
	c := tfcore.Config{Provider: w.life.provider, Moved: slices.Clone(w.life.moved)}
	for _, h := range w.holders {
		if h.imports == h.inUse() || !slices.Contains(w.life.ids(), h.imports) {
			if h.imports = ""; h.asksAgain && !w.failed { // else state may not have the trigger yet
				h.asksAgain = false
				h.subject.rotate()
			}
		}
		sink := w.sink(h, t)
		c.Resources = append(c.Resources, tfcore.Resource{Address: h.address, Values: h.subject.values(), CreateBeforeDestroy: true}, sink)
		if h.imports != "" {
			c.Imports = append(c.Imports, tfcore.Import{To: h.address, ID: h.subject.importID(h.imports)})
		}
		if sink.Environment["SECRET"] == readBy(h) {
			c.Ephemerals = append(c.Ephemerals, tfcore.Ephemeral{Address: ephemeralOf(h), Values: map[string]any{
				"app_id": w.life.app.ID, "id": sink.Environment["ID"],
			}})
		}
	}
	return c
}

// sink is the object that depends on a holder's resource.
func (w *workspace) sink(h *holder, t trouble) tfcore.Resource {
	trigger, environment := h.subject.delivery(h.address)
	environment["SINK"] = h.number()
	kind, argument := tfcore.Data, "triggers_replace"
	if w.stores {
		kind, argument = tfcore.Store, "trigger"
	}
	return tfcore.Resource{
		Address: fmt.Sprintf("%s.sink%d", kind, h.id), Values: map[string]any{argument: map[string]any{"trigger": trigger}}, Environment: environment,
		Provision: func(environment map[string]string) error {
			if t.sink != sinkFails {
				h.deliver(environment)
			}
			if t.sink != sinkWorks {
				return errSink
			}
			return nil
		},
	}
}
