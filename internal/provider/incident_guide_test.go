// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"testing"
	"time"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// What templates/guides/incident.md.tmpl tells to do about a leaked secret.

// leaked is a rotation in steady state, whose current secret has leaked.
type leaked struct {
	*appStory

	secret acctest.Credential
}

func newLeaked(t *testing.T) *leaked {
	t.Helper()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	l := &leaked{newAppStory(t, org, app, rotationAddress), app.Secrets(t)[0]}
	l.imports = []tfcore.Import{{To: rotationAddress, ID: app.ID}}
	expectState(t, mustApply(t, l.appStory, l.asks(1, nil)), values{"phase": "steady"})
	l.imports = nil
	return l
}

// asks is the configuration of a generation.
func (l *leaked) asks(n int, more values) values {
	all := generationMap(n)
	all["omit_secret"] = false
	maps.Copy(all, more)
	return all
}

// accepted fails the test unless Okta accepts the current secret, and the leaked
// one as long as it should.
func (l *leaked) accepted(t *testing.T, leaked bool) {
	t.Helper()
	if !l.app.Login(t, l.held(l.address, "client_secret")) {
		t.Error("the current secret is refused")
	}
	if got := l.app.Login(t, l.secret.Value); got != leaked {
		t.Errorf("that the leaked secret is accepted is %t, want %t", got, leaked)
	}
}

func TestIncident_LeakedSecretOfARotation_EndsWithoutOverlap(t *testing.T) {
	t.Parallel()
	l := newLeaked(t)
	atOnce := l.asks(2, values{"overlap": "0s", "grace": "0s"})
	state := mustApply(t, l.appStory, atOnce) // deliver after this one
	expectState(t, state, values{"last_transition": "create"})
	l.accepted(t, true)
	expectState(t, mustChange(t, l.appStory, atOnce), values{"phase": "steady", "pending": "deactivate overlap_ended, delete grace_ended"})
	l.accepted(t, false)
	mustHold(t, l.app, state["current_secret_id"].(string))
	// Back to the usual durations, which moves nothing.
	expectState(t, mustChange(t, l.appStory, l.asks(2, nil)), values{"phase": "steady"})
	l.accepted(t, false)
}

func TestIncident_LeakedSecretOfARotation_EndsByTheAction(t *testing.T) {
	t.Parallel()
	l := newLeaked(t)
	config := l.asks(2, nil)
	state := mustChange(t, l.appStory, config) // deliver after this one
	expectState(t, state, values{"phase": "overlap"})
	l.accepted(t, true)
	if _, end := newProtocol(t, l.org).invoke(t, secretObject+"_deactivate", values{"app_id": l.app.ID, "id": l.secret.ID}); end != "" {
		t.Error(end)
	}
	expectState(t, nothingDue(t, l.appStory, config), values{"phase": "grace"}) // it stays deactivated
	l.accepted(t, false)
	l.org.Sim(t).Age(l.app.ID, 25*time.Hour)
	expectState(t, mustChange(t, l.appStory, config), values{"phase": "steady"})
	mustHold(t, l.app, state["current_secret_id"].(string))
}
