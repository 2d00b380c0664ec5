// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"fmt"
	"sync"
)

// keyedLock is one lock per key, taken in the order of asking. A wait for it
// ends with the context.
type keyedLock struct {
	mu    sync.Mutex
	locks map[string]chan struct{}
}

// lock waits for the key and returns its unlock.
func (k *keyedLock) lock(ctx context.Context, key string) (unlock func(), err error) {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[string]chan struct{}{}
	}
	held, ok := k.locks[key]
	if !ok {
		held = make(chan struct{}, 1)
		k.locks[key] = held
	}
	k.mu.Unlock()

	select {
	case held <- struct{}{}:
		return func() { <-held }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the other changes of app %s: %w", key, context.Cause(ctx))
	}
}
