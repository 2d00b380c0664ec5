// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// anyFailure is what a step that fails says: the reasons tell why.
var anyFailure = regexp.MustCompile(".")

// reasons are those that a provider gives for its decisions: texts are for people.
type reasons struct {
	mu    sync.Mutex
	given []rotation.Reason
}

// watch is an option of [acctest.Factories].
func (r *reasons) watch(p *provider.Provider) {
	p.OnReason = func(reason rotation.Reason, _, _ string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.given = append(r.given, reason)
	}
}

// expect wants these reasons to have been given since the last call, in any order and number, and no others.
func (r *reasons) expect(t testing.TB, want ...rotation.Reason) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.Sort(r.given)
	slices.Sort(want)
	if given := slices.Compact(r.given); !slices.Equal(given, want) {
		t.Errorf("the reasons are %q, want %q", given, want)
	}
	r.given = nil
}

// forget drops what was given so far.
func (r *reasons) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.given = nil
}

// includes wants each of these reasons to have been given.
func (r *reasons) includes(t testing.TB, want ...rotation.Reason) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, reason := range want {
		if !slices.Contains(r.given, reason) {
			t.Errorf("the reasons are %q, without %q", r.given, reason)
		}
	}
}

// excludes wants the reason not to have been given.
func (r *reasons) excludes(t testing.TB, unwanted rotation.Reason) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.given, unwanted) {
		t.Errorf("the reasons are %q, with %q", r.given, unwanted)
	}
}

// includesOne wants at least one of these reasons to have been given.
func (r *reasons) includesOne(t testing.TB, want ...rotation.Reason) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.ContainsFunc(want, func(reason rotation.Reason) bool { return slices.Contains(r.given, reason) }) {
		t.Errorf("the reasons are %q, without any of %q", r.given, want)
	}
	r.given = nil
}
