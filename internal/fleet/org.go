// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

const apiToken = "00-api-token-of-the-fleet"

// org is a simulated Okta org, the apps in it, and their consumers. It serves Terraform. After each request that
// changes a secret, the consumer of that app logs in before Terraform has the response.
type org struct {
	sim    *oktasim.Org
	apps   []*app
	joined int // how many of the apps are in the configuration
}

// app is an app and its consumer.
type app struct {
	oktasim.App

	name   string
	file   string // the store: what the consumer reads, and Terraform writes
	joined time.Time
	cache  time.Duration

	mu              sync.Mutex
	cached          string
	read            time.Time
	logins, refused int
}

// newOrg makes an org whose apps were created one after the other in the year before, and stores their secrets.
func newOrg(p plan, store string) (*org, error) {
	if err := os.MkdirAll(store, 0o700); err != nil {
		return nil, err
	}
	o := &org{sim: oktasim.New(oktasim.Options{APIToken: apiToken, Limits: oktasim.Limits{Token: 1 << 30}})}
	today := o.sim.Now()
	for i := range p.apps {
		o.sim.SetNow(today.AddDate(-1, 0, 0).Add(time.Duration(i) * 365 * day / time.Duration(p.apps)))
		name := fmt.Sprintf("app-%02d", i)
		made := &app{App: o.sim.AddApp(oktasim.AppOptions{Label: name, Type: "service"}), name: name, file: filepath.Join(store, name), cache: p.cache}
		if err := os.WriteFile(made.file, []byte(o.sim.Secrets(made.ID)[0].Value), 0o600); err != nil {
			return nil, err
		}
		o.apps = append(o.apps, made)
	}
	o.sim.SetNow(today)
	return o, nil
}

// join adds the next apps to the configuration.
func (o *org) join(wave int) {
	for ; wave > 0 && o.joined < len(o.apps); wave-- {
		o.apps[o.joined].joined = o.sim.Now()
		o.joined++
	}
}

// variables are those of the example.
func (o *org) variables(p plan) map[string]any {
	apps, receivers := map[string]any{}, map[string]any{}
	for _, app := range o.apps[:o.joined] {
		apps[app.name] = map[string]any{"app_id": app.ID}
		receivers[app.name] = map[string]any{"app": app.name, "path": app.file}
	}
	return map[string]any{
		"apps": apps, "receivers": receivers,
		"rotate_after": rotation.FormatDuration(p.rotateAfter), "stagger": rotation.FormatDuration(p.stagger),
		"overlap": rotation.FormatDuration(p.overlap), "grace": rotation.FormatDuration(p.grace),
	}
}

// ServeHTTP implements [http.Handler].
func (o *org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.sim.ServeHTTP(w, r)
	if r.Method == http.MethodGet {
		return
	}
	for _, app := range o.apps {
		if strings.HasPrefix(r.URL.Path, "/api/v1/apps/"+app.ID+"/") {
			app.login(o.sim)
		}
	}
}

// login lets the consumer of each app log in.
func (o *org) login() {
	for _, app := range o.apps {
		app.login(o.sim)
	}
}

// logins is how many logins there were, and how many were refused.
func (o *org) logins() (all, refused int) {
	for _, app := range o.apps {
		app.mu.Lock()
		all, refused = all+app.logins, refused+app.refused
		app.mu.Unlock()
	}
	return all, refused
}

// oldest is the age of the oldest secret that Okta accepts for an app of the configuration. A secret that was
// older than rotate_after when its app joined counts as if it had reached that age then: the apply with
// which the app joins replaces it.
func (o *org) oldest(p plan) (age time.Duration) {
	now := o.sim.Now()
	for _, app := range o.apps[:o.joined] {
		for _, secret := range o.sim.Secrets(app.ID) {
			created := secret.Created
			if overdue := app.joined.Add(-p.rotateAfter); created.Before(overdue) {
				created = overdue
			}
			if secret.Status == oktasim.StatusActive {
				age = max(age, now.Sub(created))
			}
		}
	}
	return age
}

// login asks for an access token (RFC 6749, section 4.4) with the secret that is cached, or read again if it was
// cached for long enough.
func (a *app) login(sim *oktasim.Org) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := sim.Now(); a.cached == "" || now.Sub(a.read) >= a.cache {
		content, err := os.ReadFile(a.file)
		if err != nil {
			content = nil // a login without a secret is refused, and counted
		}
		a.cached, a.read = string(content), now
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"orders"}}
	req := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/oauth2/default/v1/token", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(a.ClientID), url.QueryEscape(a.cached)) // RFC 6749, section 2.3.1
	response := httptest.NewRecorder()
	sim.ServeHTTP(response, req)
	a.logins++
	if response.Code != http.StatusOK {
		a.refused++
	}
}
