// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// event is one line of the timeline.
type event struct {
	at   time.Time
	who  string
	what string
}

// Who does something in the timeline, besides Terraform.
const (
	byOkta   = "okta"
	byClient = "client"
	byAdmin  = "admin"
)

// oktaEvents tells what happened to the app's secrets, from the org's request
// log. A request that creates does not say which id came of it: it is the next
// of the register, of which told have been accounted for.
func oktaEvents(requests []oktasim.Request, a app, known register, told int, uses []use) (events []event) {
	for _, request := range requests {
		rest, ok := strings.CutPrefix(request.Path, secretsPath(a))
		if !ok || request.Method == http.MethodGet {
			continue
		}
		id, action, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/lifecycle/")
		i := known.byID(id)
		name := known.name(i)
		add := func(format string, arguments ...any) {
			events = append(events, event{request.Time, byOkta, fmt.Sprintf(format, arguments...)})
		}
		switch {
		case request.Status >= http.StatusBadRequest:
			add("refuses to %s %s (%d)", cmp.Or(action, strings.ToLower(request.Method)), name, request.Status)
		case request.Method == http.MethodDelete:
			add("%s deleted", name)
		case action == "deactivate":
			add("%s deactivated%s", name, sinceLastUse(request.Time, known.hash(i), uses))
		case action == "activate":
			add("%s activated", name)
		case told < len(known):
			add("%s created (hash %s)", known.name(told), known[told].Hash)
			told++
		}
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
func margins(requests []oktasim.Request, a app, known register, uses []use) (found []time.Duration) {
	for _, request := range requests {
		id, ok := strings.CutPrefix(request.Path, secretsPath(a)+"/")
		id, deactivated := strings.CutSuffix(id, "/lifecycle/deactivate")
		if !ok || !deactivated || request.Status != http.StatusOK {
			continue
		}
		if margin, used := marginOf(request.Time, known.hash(known.byID(id)), uses); used {
			found = append(found, margin)
		}
	}
	return found
}

// clientEvents tells which secret the client took up between two moments.
func clientEvents(uses []use, from, to time.Time, known register) (events []event) {
	for _, u := range uses {
		if !u.first.Before(from) && u.first.Before(to) {
			events = append(events, event{u.first, byClient, "logs in with " + known.name(known.byHash(u.hash))})
		}
	}
	return events
}

// refusalEvents tells which logins failed.
func refusalEvents(p phase, known register) (events []event) {
	for _, r := range p.refusals {
		events = append(events, event{r.at, byClient, fmt.Sprintf("FAILED to log in with %s: %s (%d times)", known.name(known.byHash(r.hash)), r.said, r.times)})
	}
	return events
}

// inOrder sorts events by time; what happened at once stays as it was.
func inOrder(events []event) []event {
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	return events
}
