// SPDX-License-Identifier: MPL-2.0

package rotation

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func TestStagger_IsStableAndWithinTheWindow(t *testing.T) {
	t.Parallel()
	for _, window := range []time.Duration{0, time.Nanosecond, time.Second, 14 * day, math.MaxInt64} {
		for app := range 1000 {
			id := fmt.Sprintf("0oa%d", app)
			got := Stagger(id, window)
			if got < 0 || got >= max(window, 1) || got%time.Second != 0 || got != Stagger(id, window) {
				t.Errorf("app %s within %s: %s", id, window, got)
			}
		}
	}
	// Every run and every release must agree, or an upgrade rotates the fleet.
	if got, want := Stagger("0oa1nkheCuDn82XVI0g4", 14*day), stableStagger; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

const stableStagger = 229*time.Hour + 2*time.Minute + 25*time.Second

func TestStagger_SpreadsAFleet(t *testing.T) {
	t.Parallel()
	perDay := map[int]int{}
	for app := range 6000 {
		perDay[int(Stagger(fmt.Sprintf("0oa%d", app), 60*day)/day)]++
	}
	for d := range 60 {
		if perDay[d] < 60 || perDay[d] > 140 {
			t.Errorf("%d of 6000 apps rotate on day %d of 60, want about 100", perDay[d], d)
		}
	}
}
