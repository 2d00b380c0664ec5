// SPDX-License-Identifier: MPL-2.0

package oktasim

import (
	"strconv"
	"testing"
	"time"
)

func TestExpiring_ForgetsWhatHasExpired(t *testing.T) {
	var kept expiring[int]
	begin := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 10000 {
		now := begin.Add(time.Duration(i) * time.Second)
		kept.put(strconv.Itoa(i), i, now.Add(10*time.Second), now)
		if value, live := kept.get(strconv.Itoa(i-9), now); i >= 9 && (!live || value != i-9) {
			t.Fatalf("%d is gone too early", i-9)
		}
		if _, live := kept.get(strconv.Itoa(i-10), now); live {
			t.Fatalf("%d is still there", i-10)
		}
	}
	if len(kept.entries) > 200 {
		t.Errorf("%d entries, of which 10 are live", len(kept.entries))
	}
}
