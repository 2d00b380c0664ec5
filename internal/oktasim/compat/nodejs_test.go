//go:build compat

// Package compat runs Okta's own clients against the simulator: go test -tags compat ./internal/oktasim/compat/
package compat

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// TestNodeSDK_GoesThroughTheWholeLifecycle needs Node.js and npm, and a registry to install the SDK from.
func TestNodeSDK_GoesThroughTheWholeLifecycle(t *testing.T) {
	const token = "00-api-token"
	org := oktasim.New(oktasim.Options{APIToken: token})
	server := httptest.NewServer(org)
	defer server.Close()

	run(t, exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund"))
	out := run(t, exec.CommandContext(t.Context(), "node", "lifecycle.mjs"), "ORG_URL="+server.URL, "API_TOKEN="+token)
	for _, done := range []string{"secrets: done", "keys: done"} {
		if !strings.Contains(out, done) {
			t.Errorf("the run did not print %q:\n%s", done, out)
		}
	}
	for _, request := range org.Requests() {
		if request.Status >= 500 || request.Status == 401 || request.Status == 405 {
			t.Errorf("%s", request)
		}
	}
	t.Logf("%d requests", len(org.Requests()))
	if left := org.Apps(); len(left) != 0 {
		t.Errorf("apps left behind: %v", left)
	}
}

// run runs a command in nodejs/ and returns what it printed.
func run(t *testing.T, command *exec.Cmd, environment ...string) string {
	t.Helper()
	command.Dir = "nodejs"
	command.Env = append(os.Environ(), environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}
