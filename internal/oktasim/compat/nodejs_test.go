// SPDX-License-Identifier: MPL-2.0

package compat

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// nodeSDK runs Okta's Node.js SDK against the server. It needs Node.js, npm, and a registry to install the SDK from.
func nodeSDK(t *testing.T, _ *oktasim.Org, server *httptest.Server) {
	command(t, exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund"))
	out := command(t, exec.CommandContext(t.Context(), "node", "lifecycle.mjs"), "ORG_URL="+server.URL, "API_TOKEN="+apiToken)
	for _, done := range []string{"secrets: done", "keys: done"} {
		if !strings.Contains(out, done) {
			t.Errorf("the run did not print %q:\n%s", done, out)
		}
	}
}

// command runs a command in nodejs/ and returns what it printed.
func command(t *testing.T, command *exec.Cmd, environment ...string) string {
	t.Helper()
	command.Dir = "nodejs"
	command.Env = append(os.Environ(), environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}
