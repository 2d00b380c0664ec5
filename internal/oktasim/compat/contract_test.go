// SPDX-License-Identifier: MPL-2.0

package compat

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const apiToken = "00-api-token"

// report gets the counts.
var report = log.New(os.Stdout, "", 0)

// sdks run Okta's SDKs against an org.
var sdks = []struct {
	name string
	run  func(*testing.T, *oktasim.Org, *httptest.Server)
}{
	{"Go SDK", goSDK},
	{"Node.js SDK", nodeSDK},
}

// TestTraffic_IsAsOktaDescribesIt validates the recording that OKTASIM_RECORD names and the traffic between Okta's
// SDKs and the simulator. It prints the counts.
func TestTraffic_IsAsOktaDescribesIt(t *testing.T) {
	ledger := newLedger(loadContract(t))
	validate := func(t *testing.T, name string, recording io.Reader) {
		t.Helper()
		exchanges, distinct, err := ledger.read(t.Context(), recording)
		if err != nil {
			t.Fatal(err)
		}
		if exchanges == 0 {
			t.Error("the recording is empty")
		}
		report.Printf("%s: %d exchanges, %d of them new", name, exchanges, distinct)
	}
	t.Run("acceptance tests", func(t *testing.T) {
		recording, err := os.Open(os.Getenv("OKTASIM_RECORD"))
		if err != nil {
			t.Fatalf("make compat records the acceptance tests first: %v", err)
		}
		defer func() { _ = recording.Close() }()
		validate(t, "Acceptance tests", recording)
	})
	for _, sdk := range sdks {
		t.Run(sdk.name, func(t *testing.T) {
			org := oktasim.New(oktasim.Options{APIToken: apiToken})
			var recording bytes.Buffer
			server := httptest.NewServer(oktasim.NewRecorder(&recording).Record(sdk.name, org))
			sdk.run(t, org, server)
			server.Close()
			for _, request := range org.Requests() {
				if request.Status >= http.StatusInternalServerError || request.Status == http.StatusMethodNotAllowed {
					t.Errorf("%s", request)
				}
			}
			if left := org.Apps(); len(left) != 0 {
				t.Errorf("apps left behind: %v", left)
			}
			validate(t, sdk.name, &recording)
		})
	}

	open, used := ledger.balance(allowed)
	for _, violation := range open {
		t.Errorf("%s (%d times, first by %s)", violation, ledger.times[violation], ledger.first[violation])
	}
	for i, allowance := range allowed {
		report.Printf("%6d violations allowed: %s", used[i], allowance.because)
		if used[i] == 0 {
			t.Errorf("the allowance %+v covers nothing: remove it", allowance)
		}
	}
	report.Printf("%d different exchanges validated, %d kinds of violation not allowed", len(ledger.known), len(open))
}
