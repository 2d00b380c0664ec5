// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"errors"
	"slices"
	"time"
)

const (
	logRetention  = 90 // days that the System Log keeps an event [D]
	maxLogEvents  = 50000
	logTypeSecret = "app.oauth2.client.read_client_secret" // written whenever secrets are read [D]
)

// LogSettings change how the System Log behaves. The zero value is Okta's documented behavior.
type LogSettings struct {
	// Delay is how long an event takes to appear. DelaySeconds is the same in JSON.
	Delay        time.Duration `json:"-"`
	DelaySeconds float64       `json:"delay_seconds"`
	// RetentionDays is how long an event remains. Default 90.
	RetentionDays int `json:"retention_days"`
	// MaxEvents bounds the memory of the log: the oldest events are dropped first. Default 50000.
	MaxEvents int `json:"max_events"`
	// WithoutSecretHash leaves debugContext.debugData.clientSecret out. Okta promises no member of debugData [S].
	WithoutSecretHash bool `json:"without_secret_hash"`
	// OtherSecretHash writes a hash there that is not the API's secret_hash: that both are the same is not proven.
	OtherSecretHash bool `json:"other_secret_hash"`
	// FailedWithoutHash leaves it out of the events of failed logins alone: whether they have it is unknown [?].
	FailedWithoutHash bool `json:"failed_without_hash"`
	// RefusedFields can't be filtered by: 400 E0000031. UnknownFields don't exist for filters: 400 E0000053.
	RefusedFields []string `json:"refused_fields"`
	UnknownFields []string `json:"unknown_fields"`
	// HiddenClients are client ids whose events are left out, as for a role that is limited to other apps [?]; "*"
	// hides every event.
	HiddenClients []string `json:"hidden_clients"`
	// FailedClient says where the event of a failed login has the client id, which is unknown [?]: in actor (the
	// default), target or client.
	FailedClient string `json:"failed_client"`
}

func (s LogSettings) check() (LogSettings, error) {
	if s.Delay == 0 {
		s.Delay = time.Duration(s.DelaySeconds * float64(time.Second))
	}
	s.DelaySeconds = s.Delay.Seconds()
	if s.RetentionDays == 0 {
		s.RetentionDays = logRetention
	}
	if s.MaxEvents == 0 {
		s.MaxEvents = maxLogEvents
	}
	if s.FailedClient == "" {
		s.FailedClient = inActor
	}
	if s.Delay < 0 || s.RetentionDays < 0 || s.MaxEvents < 0 {
		return s, errors.New("oktasim: log settings can't be negative")
	}
	if !slices.Contains([]string{inActor, inTarget, inClient}, s.FailedClient) {
		return s, errors.New("oktasim: failed_client is actor, target or client")
	}
	return s, nil
}

// The values of LogSettings.FailedClient.
const (
	inActor  = "actor"
	inTarget = "target"
	inClient = "client"
)

// SetLog changes how the System Log behaves, for events that were written before as well. It panics when the
// settings make no sense.
func (o *Org) SetLog(settings LogSettings) {
	if err := o.setLog(settings); err != nil {
		panic(err)
	}
}

func (o *Org) setLog(settings LogSettings) error {
	settings, err := settings.check()
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events.settings = settings
	return nil
}

// Log returns the settings of the System Log.
func (o *Org) Log() LogSettings {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.events.settings
}

// Events returns copies of the events in the System Log, oldest first: all that were written and not dropped, late
// and hidden ones included.
func (o *Org) Events() []Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.events.kept())
}

// eventLog is the System Log. Its events are in the order of their times.
type eventLog struct {
	settings LogSettings
	events   []Event
	written  int // events, ever
}

// add writes an event. The log never holds more than twice the events that it shows.
func (l *eventLog) add(event Event) {
	l.written++
	event.sequence = l.written
	if len(l.events) >= 2*l.settings.MaxEvents {
		l.events = slices.Clone(l.kept())
	}
	at := len(l.events)
	for at > 0 && l.events[at-1].Published.After(event.Published) { // the clock was moved back
		at--
	}
	l.events = slices.Insert(l.events, at, event)
}

func (l *eventLog) kept() []Event {
	return l.events[max(0, len(l.events)-l.settings.MaxEvents):]
}

// between returns the events from one time on and before another.
func (l *eventLog) between(since, until time.Time) []Event {
	kept := l.kept()
	atOrAfter := func(event Event, limit time.Time) int { return event.Published.Compare(limit) }
	from, _ := slices.BinarySearchFunc(kept, since, atOrAfter)
	to, _ := slices.BinarySearchFunc(kept, until, atOrAfter)
	return kept[from:max(from, to)]
}

func (o *Org) adminShowLog() (response, error) { return ok(o.Log()) }

func (o *Org) adminSetLog(body []byte) (response, error) {
	var settings LogSettings
	if err := unmarshal(body, &settings); err != nil {
		return response{}, err
	}
	if err := o.setLog(settings); err != nil {
		return response{}, err
	}
	return o.adminShowLog()
}
