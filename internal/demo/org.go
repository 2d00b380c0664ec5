// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const (
	// apiToken is what Terraform calls the org with.
	apiToken = "00-api-token-of-the-demo"
	// tokenPath is where clients log in.
	tokenPath = "/oauth2/default/v1/token"
)

// org is a simulated Okta org with one app. It notes what happens to the app's
// secrets, and gives each of them a name: "#2 ocs…".
type org struct {
	sim    *oktasim.Org
	app    oktasim.App
	server *httptest.Server

	mu      sync.Mutex
	known   []life // every secret that there ever was
	changes []change
}

// life is a secret as it was last, and when what happened to it. A time is zero
// if it didn't happen.
type life struct {
	oktasim.Secret

	created, deactivated, deleted time.Time
}

// change is what happened to a secret.
type change struct {
	at     time.Time
	secret int // in known; negative if it isn't there
	what   string
}

func startOrg() *org {
	o := &org{sim: oktasim.New(oktasim.Options{APIToken: apiToken})}
	o.app = o.sim.AddApp(oktasim.AppOptions{Label: "Demo", Type: "service"})
	o.look()
	o.changes = nil // of before the story
	o.server = httptest.NewServer(o)
	return o
}

// ServeHTTP implements [http.Handler].
func (o *org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.sim.ServeHTTP(w, r)
	of, found := strings.CutPrefix(r.URL.Path, "/api/v1/apps/"+o.app.ID+"/credentials/secrets")
	if !found || r.Method == http.MethodGet {
		return
	}
	o.look()
	for _, done := range slices.Backward(o.sim.Requests()) {
		if done.Method != r.Method || done.Path != r.URL.Path {
			continue
		}
		if done.Status >= http.StatusBadRequest {
			id, action, _ := strings.Cut(strings.TrimPrefix(of, "/"), "/lifecycle/")
			o.mu.Lock()
			o.changes = append(o.changes, change{time.Now(), o.index(id), fmt.Sprintf("refused: %s %s (%d)", r.Method, action, done.Status)})
			o.mu.Unlock()
		}
		return
	}
}

// look notes what is different from the last look.
func (o *org) look() {
	o.mu.Lock()
	defer o.mu.Unlock()
	now, present := time.Now(), o.sim.Secrets(o.app.ID)
	note := func(i int, what string) { o.changes = append(o.changes, change{now, i, what}) }
	for _, secret := range present {
		i := o.index(secret.ID)
		switch {
		case i < 0:
			o.known = append(o.known, life{Secret: secret, created: now})
			note(len(o.known)-1, "created (hash "+secret.Hash+")")
			continue
		case o.known[i].Status == secret.Status:
		case secret.Status == oktasim.StatusInactive:
			o.known[i].deactivated = now
			note(i, "deactivated")
		default:
			note(i, "activated")
		}
		o.known[i].Secret = secret
	}
	for i := range o.known {
		there := slices.ContainsFunc(present, func(s oktasim.Secret) bool { return s.ID == o.known[i].ID })
		if !there && o.known[i].deleted.IsZero() {
			o.known[i].deleted, o.known[i].Status = now, ""
			note(i, "deleted")
		}
	}
}

// index is where a secret is in known. The caller holds the lock.
func (o *org) index(id string) int {
	return slices.IndexFunc(o.known, func(l life) bool { return l.ID == id })
}

// secrets are all that are known, and changes what happened to them.
func (o *org) secrets() ([]life, []change) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.known), slices.Clone(o.changes)
}

// addSecret is what an administrator does in the console.
func (o *org) addSecret() (life, error) {
	_, err := o.sim.AddSecret(o.app.ID, "", "")
	o.look()
	known, _ := o.secrets()
	return known[len(known)-1], err
}

// removeSecret takes the two steps in Okta's order: only an INACTIVE secret can be
// deleted [S].
func (o *org) removeSecret(id string) error {
	err := o.sim.SetSecretStatus(o.app.ID, id, oktasim.StatusInactive)
	o.look()
	err = errors.Join(err, o.sim.RemoveSecret(o.app.ID, id))
	o.look()
	return err
}

// logins is what the org's own log says of logins.
func (o *org) logins() (accepted, refused int) {
	for _, request := range o.sim.Requests() {
		switch {
		case !strings.HasPrefix(request.Path, "/oauth2/"):
		case request.Status == http.StatusOK:
			accepted++
		default:
			refused++
		}
	}
	return accepted, refused
}

// name names a secret by its place in known, or by its value.
func name(known []life, i int) string {
	if i < 0 {
		return "an unknown secret"
	}
	return fmt.Sprintf("#%d %s", i+1, known[i].ID)
}

func withValue(known []life, value string) int {
	return slices.IndexFunc(known, func(l life) bool { return l.Value == value })
}
