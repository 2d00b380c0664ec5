// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

func TestKeyedLock_InTheOrderOfAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var locks keyedLock
		unlock, err := locks.lock(t.Context(), "0oa1")
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var order, want []int
		for i := range 20 {
			all.Go(func() {
				unlock, err := locks.lock(t.Context(), "0oa1")
				if err != nil {
					t.Error(err)
					return
				}
				defer unlock()
				order = append(order, i)
			})
			synctest.Wait() // it stands in line now
			want = append(want, i)
		}
		unlock()
		all.Wait()
		if !slices.Equal(order, want) {
			t.Errorf("the order is %v", order)
		}
	})
}

func TestKeyedLock_OtherKeysDoNotWait(t *testing.T) {
	var locks keyedLock
	for _, key := range []string{"0oa1", "0oa2", ""} {
		if _, err := locks.lock(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeyedLock_WhoLeavesHoldsNothing(t *testing.T) {
	var locks keyedLock
	unlock, err := locks.lock(t.Context(), "0oa1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := locks.lock(ctx, "0oa1"); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want a cancellation", err)
	}
	unlock()
	if _, err := locks.lock(t.Context(), "0oa1"); err != nil {
		t.Fatal(err)
	}
}
