// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"context"
	"maps"
	"sync"
)

// snapshots is what this client has read of each app. What it writes itself, it
// changes there as well; after a write whose outcome isn't certain, the app is read
// again. A Terraform run makes a new client for every command, so that a snapshot is
// as old as the command at most; and a run's many objects of one app, refreshed or
// created side by side, cost one request to read.
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
		s.store(app, value)
	}
	return value, nil
}

// peek returns what is there.
func (s *snapshot[T]) peek(app string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[app]
	return value, ok
}

// state is what storeSince compares with.
func (s *snapshot[T]) state() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.drops)
}

// storeSince stores what was read of an app after the state, unless something newer
// is known by now, or the app was written to.
func (s *snapshot[T]) storeSince(before map[string]int, app string, value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.values[app]; !known && s.drops[app] == before[app] {
		s.store(app, value)
	}
}

// has tells whether get would answer from memory.
func (s *snapshot[T]) has(app string) bool {
	_, ok := s.peek(app)
	return ok
}

// update changes what is known of an app as a write has changed the org; keep is
// false if that can't be said. A read that is under way may have come before the
// write, so it isn't kept.
func (s *snapshot[T]) update(app string, change func(T) (changed T, keep bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.countDrop(app)
	value, ok := s.values[app]
	if !ok {
		return
	}
	if value, ok = change(value); ok {
		s.values[app] = value
	} else {
		delete(s.values, app)
	}
}

// put stores what a response to a write says of an app.
func (s *snapshot[T]) put(app string, value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.countDrop(app)
	s.store(app, value)
}

// drop forgets an app, and what is just being read about it.
func (s *snapshot[T]) drop(app string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.countDrop(app)
	delete(s.values, app)
}

// countDrop keeps reads that are under way from being stored; s.mu must be held.
func (s *snapshot[T]) countDrop(app string) {
	if s.drops == nil {
		s.drops = map[string]int{}
	}
	s.drops[app]++
}

// store needs s.mu.
func (s *snapshot[T]) store(app string, value T) {
	if s.values == nil {
		s.values = map[string]T{}
	}
	s.values[app] = value
}
