// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// newClient is a client of an org's app, with the app's secret in its file.
func newClient(t *testing.T) (*client, *org) {
	t.Helper()
	o := startOrg()
	t.Cleanup(o.server.Close)
	c := &client{
		tokenURL: o.server.URL + tokenPath, id: o.app.ClientID, file: filepath.Join(t.TempDir(), "client_secret"),
		every: time.Millisecond, timeout: time.Minute,
	}
	if err := c.deliver(o.known[0].Value); err != nil {
		t.Fatal(err)
	}
	return c, o
}

// outcomes are the secret and the failure of each login.
func (c *client) outcomes() (found [][2]string) {
	for _, l := range c.tally.all() {
		found = append(found, [2]string{l.secret, l.failure})
	}
	return found
}

func TestClient_ReadsItsFile_AndCountsARefusalOnce(t *testing.T) {
	c, o := newClient(t)
	c.login(t.Context(), http.DefaultClient)
	if err := c.deliver("wrong"); err != nil {
		t.Fatal(err)
	}
	c.login(t.Context(), http.DefaultClient)
	if err := os.Remove(c.file); err != nil {
		t.Fatal(err)
	}
	c.login(t.Context(), http.DefaultClient)
	want := [][2]string{{o.known[0].Value, ""}, {"wrong", "401 invalid_client"}, {"", "401 invalid_client"}}
	if diff := cmp.Diff(want, c.outcomes()); diff != "" {
		t.Errorf("secret and failure of each login (-want +got):\n%s", diff)
	}
	if accepted, refused := o.logins(); accepted != 1 || refused != 2 {
		t.Errorf("the org has %d logins and %d refusals, want 1 and 2", accepted, refused)
	}
}

func TestClient_CachesItsSecret(t *testing.T) {
	c, o := newClient(t)
	c.cacheFor = time.Minute
	var read []string
	for _, seconds := range []int{0, 59, 60} {
		read = append(read, c.read(at(1000*seconds)))
		if err := c.deliver("next"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{o.known[0].Value, o.known[0].Value, "next"}, read); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestClient_Run_AbandonsNoLoginWhenItEnds(t *testing.T) {
	c, o := newClient(t)
	o.sim.InjectFault(oktasim.Fault{Path: tokenPath, Kind: oktasim.FaultLatency, Delay: 20 * time.Millisecond})
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	c.run(ctx)
	logins := c.tally.all()
	for _, l := range logins {
		if l.ended.IsZero() || l.failure != "" {
			t.Errorf("a login ended at %v, with %q", l.ended, l.failure)
		}
	}
	if accepted, _ := o.logins(); len(logins) == 0 || accepted != len(logins) {
		t.Errorf("%d logins, and the org has %d", len(logins), accepted)
	}
}

func TestClient_LoginWithoutAResponse_IsCounted(t *testing.T) {
	c, o := newClient(t)
	o.server.Close()
	c.login(t.Context(), http.DefaultClient)
	if logins := c.tally.all(); len(logins) != 1 || !logins[0].unanswered || logins[0].failure == "" {
		t.Errorf("logins %+v, want one without a response", logins)
	}
}

func TestDeliver_IsReadableByItsOwnerAlone_AndLeavesNothingElse(t *testing.T) {
	c, _ := newClient(t)
	entries, err := os.ReadDir(filepath.Dir(c.file))
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d files, %v, want 1", len(entries), err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}
