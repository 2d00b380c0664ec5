// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GET /api/v1/logs.

const (
	logPage      = 100                  // the default limit [S]
	maxLogPage   = 1000                 // [S]
	logWindow    = 7 * 24 * time.Hour   // since is that long before until by default [S]
	oldestSince  = 180 * 24 * time.Hour // an earlier since is refused [D]
	debugDataTag = "debugContext.debugData."
)

// logQuery is what a request asks the log for.
type logQuery struct {
	since, until time.Time
	bounded      bool // it has an until, so it ends
	descending   bool
	limit        int
	after        *logCursor
	matches      func(*Event) bool
}

// logCursor is a place in the log: right behind an event.
type logCursor struct {
	published int64 // nanoseconds
	sequence  int
}

func (at logCursor) text() string { return fmt.Sprintf("%d_%d", at.published, at.sequence) }

func (at logCursor) compare(event *Event) int {
	if order := time.Unix(0, at.published).Compare(event.Published); order != 0 {
		return order
	}
	return at.sequence - event.sequence
}

// listLog answers a page of events. A request with an until ends: its last page has no link to a next one. One
// without has such a link always, so that a client can go on asking for what is new [D].
func (o *Org) listLog(c *call) (response, error) {
	query, err := o.readLogQuery(c)
	if err != nil {
		return response{}, err
	}
	events, more := o.events.page(query)
	list := []any{}
	for _, event := range events {
		list = append(list, o.events.shown(event).body())
	}
	header := http.Header{"Link": {logLink(c, c.URL.Query().Get("after"), "self")}}
	if more || !query.bounded {
		header.Add("Link", logLink(c, query.next(events).text(), "next"))
	}
	return response{status: http.StatusOK, header: header, body: list}, nil
}

// page finds the events of a page, and says whether there are more. They are those of the log, not copies.
func (l *eventLog) page(query logQuery) (page []*Event, more bool) {
	found := l.between(query.since, query.until)
	for i := range found {
		event := &found[i]
		if query.descending {
			event = &found[len(found)-1-i]
		}
		if query.isBefore(event) || l.hides(event) || !query.matches(l.shown(event)) {
			continue
		}
		if len(page) == query.limit {
			return page, true
		}
		page = append(page, event)
	}
	return page, false
}

// isBefore says whether the event was on a page before this one.
func (q logQuery) isBefore(event *Event) bool {
	if q.after == nil {
		return false
	}
	order := q.after.compare(event)
	return order == 0 || (order > 0) != q.descending
}

// next is the place where the next page begins.
func (q logQuery) next(page []*Event) logCursor {
	switch {
	case len(page) > 0:
		last := page[len(page)-1]
		return logCursor{last.Published.UnixNano(), last.sequence}
	case q.after != nil:
		return *q.after
	case q.descending:
		return logCursor{q.until.UnixNano(), 0}
	}
	return logCursor{q.since.UnixNano() - 1, math.MaxInt32}
}

// hides says whether the caller's role doesn't see an event.
func (l *eventLog) hides(event *Event) bool {
	return slices.ContainsFunc(l.settings.HiddenClients, func(clientID string) bool {
		return clientID == "*" || clientID == event.Actor.ID || clientID == event.ClientID ||
			slices.ContainsFunc(event.Targets, func(target Party) bool { return target.ID == clientID })
	})
}

// shown is the event as the settings let it look.
func (l *eventLog) shown(event *Event) *Event {
	without := l.settings.WithoutSecretHash || l.settings.FailedWithoutHash && event.Result == resultFailure
	if !without && !l.settings.OtherSecretHash {
		return event
	}
	changed := *event
	if without {
		changed.Debug.ClientSecret = ""
	} else if changed.Debug.ClientSecret != "" {
		changed.Debug.ClientSecret = secretHash("other " + changed.Debug.ClientSecret)
	}
	return &changed
}

func (o *Org) readLogQuery(c *call) (logQuery, error) {
	values := c.URL.Query()
	limit, err := logLimit(values.Get("limit"))
	if err != nil {
		return logQuery{}, err
	}
	query := logQuery{bounded: values.Get("until") != "", descending: values.Get("sortOrder") == "DESCENDING", limit: limit}
	if err := query.setWindow(values, c.now); err != nil {
		return logQuery{}, err
	}
	settings := o.events.settings
	query.since = latest(query.since, c.now.AddDate(0, 0, -settings.RetentionDays)) // cut silently [D]
	query.until = earliest(query.until, c.now.Add(-settings.Delay+time.Millisecond))
	if text := values.Get("after"); text != "" {
		if query.after, err = readLogCursor(text); err != nil {
			return logQuery{}, err
		}
	}
	filter, err := parseFilter(values.Get("filter"), settings.field)
	if err != nil {
		return logQuery{}, err
	}
	word := values.Get("q")
	query.matches = func(event *Event) bool { return filter(event) && event.mentions(word) }
	return query, nil
}

// setWindow reads since and until.
func (q *logQuery) setWindow(values url.Values, now time.Time) (err error) {
	if q.until, err = logTime(values.Get("until"), now.Add(logWindow)); err != nil {
		return err
	}
	if q.since, err = logTime(values.Get("since"), earliest(q.until, now).Add(-logWindow)); err != nil {
		return err
	}
	if q.since.Before(now.Add(-oldestSince)) || q.since.After(q.until) {
		return invalidLogField("since")
	}
	return nil
}

func logTime(text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, invalidLogField(text)
	}
	return at, nil
}

func logLimit(text string) (int, error) {
	if text == "" {
		return logPage, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 0 || limit > maxLogPage {
		return 0, invalidLogField("limit") // [?]
	}
	return limit, nil
}

func readLogCursor(text string) (*logCursor, error) {
	published, sequence, _ := strings.Cut(text, "_")
	at, err := strconv.ParseInt(published, 10, 64)
	number, errSequence := strconv.Atoi(sequence)
	if err != nil || errSequence != nil {
		return nil, invalidCursor() // [?]: recorded for apps only
	}
	return &logCursor{at, number}, nil
}

// field finds what a filter names.
func (s LogSettings) field(name string) (fieldReader[*Event], error) {
	if slices.Contains(s.RefusedFields, name) {
		return nil, invalidSearch()
	}
	if slices.Contains(s.UnknownFields, name) {
		return nil, invalidLogField(name)
	}
	if read, known := eventFields[name]; known {
		return read, nil
	}
	if member, isDebugData := strings.CutPrefix(name, debugDataTag); isDebugData && member != "" {
		if read, known := debugFields[member]; known {
			return single(read), nil
		}
		return func(*Event) []string { return nil }, nil
	}
	return nil, invalidLogField(name)
}

// mentions is the search by q: a word that one of the event's fields contains.
func (e *Event) mentions(word string) bool {
	if word == "" {
		return true
	}
	word = strings.ToLower(word)
	for _, read := range eventFields {
		if slices.ContainsFunc(read(e), func(value string) bool { return strings.Contains(strings.ToLower(value), word) }) {
			return true
		}
	}
	return false
}

// invalidLogField is E0000053, which the log answers to what it doesn't know or take [D]; its words are [?].
func invalidLogField(name string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000053", summary: fmt.Sprintf("Invalid filter: %q.", name)}
}

func logLink(c *call, after, relation string) string {
	return pageLink(c, "/api/v1/logs", after, relation)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
