// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// console is a second actor, who changes the app meanwhile. What it makes is
// foreign: no one else may touch it.
type console struct {
	life    *life
	made    int
	foreign map[string]string // status by id
	// turned is what the console has made of Terraform's credentials.
	turned map[string]string // status by id
	// ended are the secrets and kids that the console has taken out of use, and
	// whether it has deleted them. Anyone who logs in with one is refused, and that is
	// the console's doing.
	ended map[string]ending
}

// ending is what the console has done to a credential in use.
type ending int

const (
	turnedOff ending = 1 + iota
	deleted          // and what is made again from the same value may end again
)

func newConsole(l *life) *console {
	return &console{life: l, foreign: map[string]string{}, turned: map[string]string{}, ended: map[string]ending{}}
}

// move does something by chance.
func (c *console) move() {
	all := c.life.held()
	if len(all) == 0 || c.life.random.IntN(3) == 0 {
		c.add(pick(c.life.random, oktasim.StatusActive, oktasim.StatusActive, oktasim.StatusInactive))
		return
	}
	target := all[c.life.random.IntN(len(all))]
	switch {
	case c.life.random.IntN(3) == 0:
		c.remove(target.id)
	case target.status == oktasim.StatusActive:
		c.turn(target.id, oktasim.StatusInactive)
	default:
		c.turn(target.id, oktasim.StatusActive)
	}
}

// add makes a foreign credential, if there is room for it.
func (c *console) add(status string) {
	c.made++
	id, err := c.life.kind.add(c.life, fmt.Sprintf("foreign-%d", c.made), status)
	c.life.note("console: adds a foreign credential %s %s: %v", id, status, err)
	if err == nil {
		c.foreign[id] = status
	}
}

func (c *console) turn(id, status string) {
	mark := c.life.mark(id)
	err := c.life.kind.turn(c.life, id, status)
	c.life.note("console: turns %s %s: %v", id, status, err)
	if err != nil {
		return
	}
	if _, foreign := c.foreign[id]; foreign {
		c.foreign[id] = status
	}
	c.turned[id] = status
	delete(c.ended, mark)
	if status == oktasim.StatusInactive {
		c.ended[mark] = turnedOff
	}
}

// remove deletes a credential, and tells whether Okta did.
func (c *console) remove(id string) bool {
	mark := c.life.mark(id)
	err := c.life.kind.remove(c.life, id)
	c.life.note("console: deletes %s: %v", id, err)
	if err != nil {
		return false
	}
	delete(c.foreign, id)
	c.ended[mark] = deleted
	return true
}

// mark is what a consumer would log in with.
func (l *life) mark(id string) string {
	for _, credential := range l.held() {
		if credential.id == id {
			return cmp.Or(credential.value, credential.digest)
		}
	}
	return ""
}

// kind is what differs between secrets and keys, seen from outside Terraform.
type kind struct {
	held   func(*life) []known
	add    func(l *life, name, status string) (id string, err error)
	turn   func(l *life, id, status string) error
	remove func(l *life, id string) error
}

var secrets = kind{
	held: func(l *life) (all []known) {
		for _, secret := range l.org.Secrets(l.app.ID) {
			all = append(all, known{id: secret.ID, status: secret.Status, digest: secret.Hash, value: secret.Value})
		}
		return all
	},
	add: func(l *life, _, status string) (string, error) {
		added, err := l.org.AddSecret(l.app.ID, "", status)
		return added.ID, err
	},
	turn:   func(l *life, id, status string) error { return l.org.SetSecretStatus(l.app.ID, id, status) },
	remove: func(l *life, id string) error { return l.org.RemoveSecret(l.app.ID, id) },
}

var keys = kind{
	held: func(l *life) (all []known) {
		for _, key := range l.org.Keys(l.app.ID) {
			all = append(all, known{id: key.ID, status: key.Status, digest: key.Kid})
		}
		return all
	},
	add: func(l *life, name, status string) (string, error) {
		added, err := l.org.AddKey(l.app.ID, []byte(publicJWK(newKey(l.random), name)))
		if err == nil && status == oktasim.StatusInactive {
			err = l.org.SetKeyStatus(l.app.ID, added.ID, status)
		}
		return added.ID, err
	},
	turn:   func(l *life, id, status string) error { return l.org.SetKeyStatus(l.app.ID, id, status) },
	remove: func(l *life, id string) error { return l.org.RemoveKey(l.app.ID, id) },
}
