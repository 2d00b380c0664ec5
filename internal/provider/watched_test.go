// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

// watched is a provider whose reasons and waits a test sees.
type watched struct {
	// pass is what happens while a drain waits; nil means nothing.
	pass func(d time.Duration)

	mu      sync.Mutex
	reasons []string // "unmanaged 0oa1"
	waits   []time.Duration
}

// factories are the usual ones with the watched provider.
func (w *watched) factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return acctest.Factories(w.watch)
}

// watch is an option of [acctest.Factories] and of newStory.
func (w *watched) watch(p *provider.Provider) {
	p.Wait = w.wait
	p.OnReason = func(reason rotation.Reason, app, _ string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.reasons = append(w.reasons, string(reason)+" "+app)
	}
}

// wait takes the place of the timer.
func (w *watched) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	w.waits = append(w.waits, d)
	w.mu.Unlock()
	if w.pass != nil && d > 0 {
		w.pass(d)
	}
	return ctx.Err()
}

// expect fails the test unless the reason was reported about each of the apps since the last call.
func (w *watched) expect(t *testing.T, reason string, apps ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, app := range apps {
		if !slices.Contains(w.reasons, reason+" "+app) {
			t.Errorf("%s was not reported about app %s, but %q", reason, app, w.reasons)
		}
	}
	w.reasons = nil
}
