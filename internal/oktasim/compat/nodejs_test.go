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

// TestNodeSDK needs Node.js and npm, and a registry to install the SDK from.
func TestNodeSDK_GoesThroughTheWholeLifecycle(t *testing.T) {
	const token = "00-api-token"
	org := oktasim.New(oktasim.Options{APIToken: token})
	server := httptest.NewServer(org)
	defer server.Close()

	run(t, nil, "npm", "ci", "--no-audit", "--no-fund")
	out := run(t, []string{"ORG_URL=" + server.URL, "API_TOKEN=" + token}, "node", "lifecycle.mjs")
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

func run(t *testing.T, environment []string, name string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir = "nodejs"
	command.Env = append(os.Environ(), environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, out)
	}
	return string(out)
}
