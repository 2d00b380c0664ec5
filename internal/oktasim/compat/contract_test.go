package compat

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const apiToken = "00-api-token"

// TestTraffic_IsAsOktaDescribesIt validates the recording that OKTASIM_RECORD names and the traffic between Okta's
// SDKs and the simulator.
func TestTraffic_IsAsOktaDescribesIt(t *testing.T) {
	ledger := newLedger(loadContract(t))

	t.Run("acceptance tests", func(t *testing.T) {
		recording, err := os.Open(os.Getenv("OKTASIM_RECORD")) //nolint:gosec // make names the file
		if err != nil {
			t.Fatalf("make compat records the acceptance tests first: %v", err)
		}
		defer func() { _ = recording.Close() }()
		exchanges, distinct, err := ledger.read(t.Context(), recording)
		if err != nil {
			t.Fatal(err)
		}
		if exchanges == 0 {
			t.Error("the recording is empty")
		}
		t.Logf("%d exchanges, %d distinct", exchanges, distinct)
	})
	for name, run := range map[string]func(*testing.T, *oktasim.Org, *httptest.Server){"Go SDK": goSDK, "Node.js SDK": nodeSDK} {
		t.Run(name, func(t *testing.T) {
			org := oktasim.New(oktasim.Options{APIToken: apiToken})
			var recording bytes.Buffer
			server := httptest.NewServer(oktasim.NewRecorder(&recording).Record(name, org))
			run(t, org, server)
			server.Close()
			for _, request := range org.Requests() {
				if request.Status >= http.StatusInternalServerError || request.Status == http.StatusMethodNotAllowed {
					t.Errorf("%s", request)
				}
			}
			if left := org.Apps(); len(left) != 0 {
				t.Errorf("apps left behind: %v", left)
			}
			exchanges, distinct, err := ledger.read(t.Context(), &recording)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d exchanges, %d distinct", exchanges, distinct)
		})
	}

	open, used := ledger.balance(allowed)
	for _, violation := range open {
		t.Errorf("%s (%d times, first by %s)", violation, ledger.times[violation], ledger.first[violation])
	}
	for i, allowance := range allowed {
		t.Logf("allowed %5d times: %s", used[i], allowance.because)
		if used[i] == 0 {
			t.Errorf("the allowance %+v covers nothing: remove it", allowance)
		}
	}
	t.Logf("%d distinct exchanges, %d violations that are not allowed", len(ledger.known), len(open))
}
