// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// event is one line of the timeline.
type event struct {
	at    time.Time
	who   string
	what  string
	quote []string // what the CLI said then, in its own words
}

// Who does something in the timeline, besides Terraform.
const (
	byOkta   = "okta"
	byClient = "client"
	byAdmin  = "admin"
)

// change is what a request did to one of the app's secrets.
type change struct {
	at     time.Time
	action string // create, activate, deactivate or delete
	secret int    // in the register; negative if it isn't there
	status int    // of the response
}

func (c change) refused() bool { return c.status >= http.StatusBadRequest }

// changes reads them from the org's request log. A request that creates doesn't
// say which id came from it: it is the next one of the register, of which told
// have been accounted for.
func changes(requests []oktasim.Request, a app, known register, told int) (found []change) {
	for _, request := range requests {
		rest, ok := strings.CutPrefix(request.Path, secretsPath(a))
		if !ok || request.Method == http.MethodGet {
			continue
		}
		id, action, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/lifecycle/")
		c := change{request.Time, action, known.byID(id), request.Status}
		switch {
		case request.Method == http.MethodDelete:
			c.action = "delete"
		case id == "":
			c.action = "create"
			if !c.refused() {
				if told >= len(known) {
					continue // deleted again before anyone looked: it has no name
				}
				c.secret = told
				told++
			}
		}
		found = append(found, c)
	}
	return found
}

// oktaEvents tells what happened to the app's secrets.
func oktaEvents(changes []change, known register, uses []use) (events []event) {
	for _, c := range changes {
		name := known.name(c.secret)
		what := name + " " + strings.TrimSuffix(c.action, "e") + "ed"
		switch {
		case c.refused():
			what = fmt.Sprintf("refuses to %s %s (%d)", c.action, name, c.status)
		case c.action == "create":
			what += fmt.Sprintf(" (hash %s)", known.hash(c.secret))
		case c.action == "deactivate":
			what += sinceLastUse(c.at, known.hash(c.secret), uses)
		}
		events = append(events, event{at: c.at, who: byOkta, what: what})
	}
	return events
}

// sinceLastUse says how long before the time the last login with a secret had
// ended.
func sinceLastUse(at time.Time, hash string, uses []use) string {
	margin, used := marginOf(at, hash, uses)
	switch {
	case !used:
		return ""
	case margin < 0:
		return " while a login with it was under way"
	default:
		return fmt.Sprintf(", %s after the last login with it", margin.Round(10*time.Millisecond))
	}
}

// marginOf is the time from the end of the last login with a secret to at.
func marginOf(at time.Time, hash string, uses []use) (margin time.Duration, used bool) {
	for _, u := range uses {
		if u.hash == hash && !u.first.After(at) {
			margin, used = at.Sub(u.last), true
		}
	}
	return margin, used
}

// margins are the times from the last login with a secret to its deactivation,
// for the secrets that the client had.
func margins(changes []change, known register, uses []use) (found []time.Duration) {
	for _, c := range changes {
		if c.action != "deactivate" || c.refused() {
			continue
		}
		if margin, used := marginOf(c.at, known.hash(c.secret), uses); used {
			found = append(found, margin)
		}
	}
	return found
}

// clientEvents tells which secret the client took up between two moments.
func clientEvents(uses []use, from, to time.Time, known register) (events []event) {
	for _, u := range uses {
		if !u.first.Before(from) && u.first.Before(to) {
			events = append(events, event{at: u.first, who: byClient, what: "logs in with " + known.name(known.byHash(u.hash))})
		}
	}
	return events
}

// refusalEvents tells which logins failed.
func refusalEvents(p phase, known register) (events []event) {
	for _, r := range p.refusals {
		events = append(events, event{at: r.at, who: byClient, what: fmt.Sprintf("FAILED to log in with %s: %s (%d times)", known.name(known.byHash(r.hash)), r.said, r.times)})
	}
	return events
}

// inOrder sorts events by time; what happened at once remains as it was.
func inOrder(events []event) []event {
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	return events
}
