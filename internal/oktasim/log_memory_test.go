// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"testing"
	"time"
)

func TestEventLog_ForgetsTheOldestEvents(t *testing.T) {
	settings, err := LogSettings{MaxEvents: 10}.check()
	if err != nil {
		t.Fatal(err)
	}
	log := eventLog{settings: settings}
	begin := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 1000 {
		log.add(Event{Published: begin.Add(time.Duration(i) * time.Second)})
		if len(log.events) > 20 || cap(log.events) > 40 {
			t.Fatalf("%d events are in memory, and room for %d", len(log.events), cap(log.events))
		}
	}
	if kept := log.kept(); len(kept) != 10 || kept[9].sequence != 1000 || !kept[0].Published.Equal(begin.Add(990*time.Second)) {
		t.Errorf("kept are %d, from %s on", len(kept), kept[0].Published)
	}
}
