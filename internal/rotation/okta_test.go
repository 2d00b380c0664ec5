// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// What Okta answers when a call would break one of its rules [S][R].
var (
	errMaximum       = errors.New("okta: maximum number of client secrets per client")
	errOnlyActive    = errors.New("okta: can't deactivate the only active client secret")
	errDeleteActive  = errors.New("okta: can't delete an active client secret; deactivate it first")
	errNotFound      = errors.New("okta: not found")
	errAlreadyInThat = errors.New("okta: already has that status") // the call would do nothing, so the machine made no progress
)

// oktaApp is the client secrets of one app, under Okta's rules. It shares nothing
// with the machine but the Secret type, so that a rule misread there shows here.
type oktaApp struct {
	now     time.Time
	secrets []Secret
	born    int // how many secrets were ever created; gives the ids s1, s2, …
}

func (o *oktaApp) create(active bool) (id string, err error) {
	return o.createMarked(active, false, "")
}

func (o *oktaApp) createMarked(active, marked bool, follows string) (id string, err error) {
	if len(o.secrets) == 2 {
		return "", errMaximum
	}
	o.born++
	id = fmt.Sprintf("s%d", o.born)
	at := o.now.Truncate(time.Second) // Okta's milliseconds are always .000 [R]
	o.secrets = append(o.secrets, Secret{ID: id, Active: active, Created: at, LastUpdated: at, Marked: marked, Follows: follows})
	return id, nil
}

func (o *oktaApp) activate(id string) error { return o.setActive(id, true) }

func (o *oktaApp) deactivate(id string) error {
	if i := o.index(id); i >= 0 && o.secrets[i].Active && len(o.active()) == 1 {
		return errOnlyActive
	}
	return o.setActive(id, false)
}

func (o *oktaApp) delete(id string) error {
	i := o.index(id)
	switch {
	case i < 0:
		return errNotFound
	case o.secrets[i].Active:
		return errDeleteActive
	}
	o.secrets = slices.Delete(o.secrets, i, i+1)
	return nil
}

func (o *oktaApp) setActive(id string, active bool) error {
	i := o.index(id)
	switch {
	case i < 0:
		return errNotFound
	case o.secrets[i].Active == active:
		return errAlreadyInThat
	}
	o.secrets[i].Active = active
	o.secrets[i].LastUpdated = o.now.Truncate(time.Second)
	return nil
}

func (o *oktaApp) index(id string) int {
	return slices.IndexFunc(o.secrets, func(s Secret) bool { return s.ID == id })
}

func (o *oktaApp) isActive(id string) bool {
	i := o.index(id)
	return i >= 0 && o.secrets[i].Active
}

func (o *oktaApp) active() []string {
	var ids []string
	for _, secret := range o.secrets {
		if secret.Active {
			ids = append(ids, secret.ID)
		}
	}
	return ids
}

// managed is an app with the rotation object that looks after it.
type managed struct {
	oktaApp
	policy Policy
	memory Memory
	quiet  string // the previous secret, if the log shows that nobody uses it
}

func (m *managed) facts() Facts { return Facts{Memory: m.memory, Secrets: m.secrets, QuietID: m.quiet} }

// next is what a plan sees with a clock that is wrong by skew.
func (m *managed) next(skew time.Duration) Step { return Next(m.policy, m.facts(), m.now.Add(skew)) }

// apply carries a step out and remembers it.
func (m *managed) apply(step Step) error {
	var createdID string
	var err error
	switch step.Action {
	case None:
	case Create:
		createdID, err = m.createMarked(true, true, step.CurrentID)
	case Adopt:
	case Activate:
		err = m.activate(step.TargetID)
	case Deactivate:
		err = m.deactivate(step.TargetID)
	case Delete:
		err = m.delete(step.TargetID)
	default:
		err = fmt.Errorf("unknown action %q", step.Action)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", step.Action, step.TargetID, err)
	}
	m.memory = step.Done(createdID)
	if step.Action == Adopt {
		m.memory.AdoptedAt = m.now
	}
	return nil
}
