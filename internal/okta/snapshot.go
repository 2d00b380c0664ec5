// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"sync"
)

// snapshots is what this client has read of each app, kept until it writes to
// that app. A Terraform run makes a new client for every command, so that a
// snapshot is as old as the command at most; and a run's many objects of one
// app, refreshed side by side, cost one request.
type snapshots struct {
	apps           snapshot[App]
	secrets        snapshot[[]ClientSecret]
	serviceSecrets snapshot[[]ClientSecret]
}

// snapshot is the same answer for all who ask for the same app.
type snapshot[T any] struct {
	mu     sync.Mutex
	values map[string]T
	drops  map[string]int // how often an app's value was dropped
	locks  keyedLock
}

// get returns what is there, or what read brings. Those who ask while a read is
// under way wait for it.
func (s *snapshot[T]) get(ctx context.Context, app string, read func(context.Context, string) (T, error)) (T, error) {
	var none T
	unlock, err := s.locks.lock(ctx, app)
	if err != nil {
		return none, err
	}
	defer unlock()

	s.mu.Lock()
	value, ok := s.values[app]
	before := s.drops[app]
	s.mu.Unlock()
	if ok {
		return value, nil
	}
	value, err = read(ctx, app)
	if err != nil {
		return none, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops[app] == before { // else the app was written to meanwhile
		if s.values == nil {
			s.values = map[string]T{}
		}
		s.values[app] = value
	}
	return value, nil
}

// has tells whether get would answer from memory.
func (s *snapshot[T]) has(app string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.values[app]
	return ok
}

// drop forgets an app, and what is just being read of it.
func (s *snapshot[T]) drop(app string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops == nil {
		s.drops = map[string]int{}
	}
	s.drops[app]++
	delete(s.values, app)
}
