// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"net/http"
	"os"
	"sync"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// recordTo names the environment variable with the file to which the exchanges
// of all simulated orgs are appended. `make compat` validates them against
// Okta's OpenAPI document. Not set: nothing is recorded.
const recordTo = "OKTASIM_RECORD"

var recorder = sync.OnceValue(func() *oktasim.Recorder {
	file, err := os.OpenFile(os.Getenv(recordTo), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	return oktasim.NewRecorder(file)
})

// recorded returns a handler that serves the org and, if that is asked for,
// records what the test sends.
func recorded(test string, org *oktasim.Org) http.Handler {
	if os.Getenv(recordTo) == "" {
		return org
	}
	return recorder().Record(test, org)
}
