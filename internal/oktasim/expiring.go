// SPDX-License-Identifier: MPL-2.0

package oktasim

import "time"

// expiring is a map whose entries expire. Expired ones are swept out when the map has doubled since the last time,
// so that neither memory nor time grows without bound.
type expiring[V any] struct {
	entries map[string]expiringEntry[V]
	sweepAt int // entries
}

type expiringEntry[V any] struct {
	value V
	until time.Time
}

// put stores a value until a time.
func (e *expiring[V]) put(key string, value V, until, now time.Time) {
	if len(e.entries) >= e.sweepAt {
		live := map[string]expiringEntry[V]{}
		for key, entry := range e.entries {
			if now.Before(entry.until) {
				live[key] = entry
			}
		}
		e.entries, e.sweepAt = live, 2*len(live)+100
	}
	e.entries[key] = expiringEntry[V]{value, until}
}

// get returns a value that has not expired.
func (e *expiring[V]) get(key string, now time.Time) (V, bool) {
	entry, present := e.entries[key]
	return entry.value, present && now.Before(entry.until)
}
