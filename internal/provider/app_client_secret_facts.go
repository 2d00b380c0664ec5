package provider

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

// secretFacts is what a refresh saw, kept in private state for the plan, which
// must not ask or read the clock again: a plan that decides differently when it
// is made again at apply is an error of Terraform's.
type secretFacts struct {
	// App is the app that the facts are of.
	App string `json:"app"`
	// ID is the secret's own; empty if it is yet to be created.
	ID string `json:"id,omitempty"`
	// Hash is the secret's own.
	Hash string `json:"hash,omitempty"`
	// Reached is the rotate_after whose age the secret has reached.
	Reached string `json:"reached,omitempty"`
	// Others are the app's other secrets.
	Others []otherSecret `json:"others,omitempty"`
}

// otherSecret is one that is not the resource's own.
type otherSecret struct {
	ID      string      `json:"id"`
	Status  okta.Status `json:"status"`
	Created time.Time   `json:"created"`
	// Managed says that another object of this state holds it.
	Managed bool `json:"managed,omitempty"`
	// Leftover says that it may come from an interrupted run.
	Leftover bool `json:"leftover,omitempty"`
	// Stale says that what has happened since makes that uncertain, see [stale].
	Stale bool `json:"stale,omitempty"`
	// Generated says that this provider made its value, for this app.
	Generated bool `json:"generated,omitempty"`
	// StandIn says that allow_last_credential_destroy made it, for nobody to use.
	StandIn bool   `json:"stand_in,omitempty"`
	Hash    string `json:"hash,omitempty"`
}

func (o otherSecret) String() string {
	text := okta.Holding{ID: o.ID, Status: o.Status, Created: o.Created}.String()
	if o.StandIn {
		text += ", the stand-in that allow_last_credential_destroy left"
	}
	if o.Managed {
		text += ", in this state"
	}
	return text
}

// holdings names all of the app's secrets.
func (f secretFacts) holdings() string {
	var names []string
	if f.ID != "" {
		names = append(names, f.ID+" (to be replaced)")
	}
	for _, other := range f.Others {
		names = append(names, other.String())
	}
	return strings.Join(names, " and ")
}

// newSecretFacts is a pure function of what was read. Self is the resource's own
// secret, empty if there is none yet; managed tells which secrets the state holds.
func newSecretFacts(app string, self okta.ClientSecret, secrets []okta.ClientSecret, managed func(okta.ClientSecret) bool, now time.Time) secretFacts {
	facts := secretFacts{App: app, ID: self.ID, Hash: self.Hash}
	left := leftovers(secrets, managed)
	for _, secret := range secrets {
		if secret.ID == self.ID {
			continue
		}
		_, leftover := find(left, secret.ID)
		facts.Others = append(facts.Others, otherSecret{
			ID: secret.ID, Status: secret.Status, Created: secret.Created, Hash: secret.Hash,
			Managed: managed(secret), Generated: okta.GeneratedFor(secret.Value, app), StandIn: okta.GeneratedFor(secret.Value, standInPurpose),
			Leftover: leftover, Stale: leftover && stale(secret, secrets, now),
		})
	}
	// Okta promises no order; private state must not change with it.
	slices.SortFunc(facts.Others, func(a, b otherSecret) int { return cmp.Compare(a.ID, b.ID) })
	return facts
}

// adoptionAge is how old a generated secret may be that a create takes over instead
// of making another: an interrupted run is repeated soon, and an older one may be
// another configuration's. One of a configured value is told by that, at any age.
const adoptionAge = 24 * time.Hour

// stale tells whether a leftover may be something else by now. Where another secret
// was turned on or off since it was created, it may have been recorded and the other
// one retired, and activated again by somebody: then it may be the very secret that
// is being replaced.
func stale(leftover okta.ClientSecret, secrets []okta.ClientSecret, now time.Time) bool {
	return now.Sub(leftover.Created) > adoptionAge || slices.ContainsFunc(secrets, func(other okta.ClientSecret) bool {
		return other.ID != leftover.ID && other.LastUpdated.After(leftover.Created)
	})
}

// leftovers are the secrets that an earlier run may have created and could not
// record: the app has two, both ACTIVE, and one is no older than the other, and in
// no state that this run knows. A run that records its secret retires the one
// before it, so that a successor beside its predecessor is one that no state
// knows. Beside an INACTIVE secret, the ACTIVE one may be the very secret that is
// being replaced.
func leftovers(secrets []okta.ClientSecret, managed func(okta.ClientSecret) bool) (left []okta.ClientSecret) {
	if len(active(secrets)) < okta.MaxSecrets {
		return nil
	}
	last, _ := newest(secrets)
	for _, secret := range secrets {
		if !secret.Created.Before(last.Created) && !managed(secret) {
			left = append(left, secret)
		}
	}
	return left
}

// unrecorded picks the leftover that was generated for the app.
func unrecorded(app string, secrets []okta.ClientSecret, managed func(okta.ClientSecret) bool, now time.Time) (okta.ClientSecret, bool) {
	other, found := newSecretFacts(app, okta.ClientSecret{}, secrets, managed, now).successor("")
	if !found {
		return okta.ClientSecret{}, false
	}
	return find(secrets, other.ID)
}

// holder names the app's secret of that hash, the resource's own or another.
func (f secretFacts) holder(hash string) (name string, found bool) {
	if hash == "" {
		return "", false
	}
	for _, other := range f.Others {
		if other.Hash == hash {
			return other.String(), true
		}
	}
	return f.ID, hash == f.Hash
}

// successor is the secret that an interrupted run has already created for this
// configuration: the one with the hash of the configured value, or a generated
// one where own is empty.
func (f secretFacts) successor(own string) (otherSecret, bool) {
	var found []otherSecret
	for _, other := range f.Others {
		if other.Leftover && (own == other.Hash || own == "" && other.Generated && !other.Stale) {
			found = append(found, other)
		}
	}
	if len(found) != 1 {
		return otherSecret{}, false
	}
	return found[0], true
}

// orphans are the ACTIVE secrets that this provider generated for the app and that
// no object holds, as far as this run knows.
func (f secretFacts) orphans() (found []otherSecret) {
	for _, other := range f.Others {
		if other.Generated && other.Status == okta.StatusActive && !other.Managed {
			found = append(found, other)
		}
	}
	return found
}

// blocker is the secret that keeps another one from being created, if there is
// one: Okta has two places, and both are taken.
func (f secretFacts) blocker(own, whenFull string) (otherSecret, bool) {
	taken := len(f.Others)
	if f.ID != "" {
		taken++
	}
	if _, found := f.successor(own); found || taken < okta.MaxSecrets {
		return otherSecret{}, false
	}
	for _, other := range f.Others {
		if other.Status == okta.StatusInactive && whenFull == whenFullDeleteInactive {
			return otherSecret{}, false // it gives way
		}
	}
	return f.Others[0], true
}
