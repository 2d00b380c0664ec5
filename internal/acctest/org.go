// SPDX-License-Identifier: MPL-2.0

// Package acctest is what every acceptance test uses: an org to run against, a
// provider configured for it, apps to work on, and a second pair of hands that
// changes things behind Terraform's back.
//
// The org is a simulator of its own for each test, or a real one when OKTA_*
// is set. Tests that need to look behind the scenes (the request log, faults)
// call [Org.Sim] and skip against a real org.
package acctest

import (
	"cmp"
	"fmt"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

const simToken = "00-simulated-api-token"

// Org is the org that a test runs against.
type Org struct {
	URL   string
	token string
	sim   *oktasim.Org
}

// NewOrg returns the real org that OKTA_* describes, else a new simulator.
func NewOrg(t testing.TB) *Org {
	t.Helper()
	if token := os.Getenv("OKTA_API_TOKEN"); token != "" {
		url := os.Getenv("OKTA_HTTP_PROXY")
		if url == "" {
			url = "https://" + os.Getenv("OKTA_ORG_NAME") + "." + cmp.Or(os.Getenv("OKTA_BASE_URL"), "okta.com")
		}
		return &Org{URL: url, token: token}
	}
	sim := oktasim.New(oktasim.Options{APIToken: simToken})
	remember(t.Name(), sim)
	server := httptest.NewServer(recorded(t.Name(), sim))
	t.Cleanup(server.Close)
	return &Org{URL: server.URL, token: simToken, sim: sim}
}

// Sim returns the simulator; against a real org the test is skipped.
func (o *Org) Sim(t testing.TB) *oktasim.Org {
	t.Helper()
	if o.sim == nil {
		t.Skip("looks behind the scenes of the simulator, which a real org has none of")
	}
	return o.sim
}

// Provider is a provider block for the org.
func (o *Org) Provider() string {
	return o.ProviderWith(fmt.Sprintf("api_token = %q", o.token))
}

// ProviderWith is a provider block for the org with other credentials. Retries
// don't wait: nothing that a test provokes gets better with time.
func (o *Org) ProviderWith(credentials string) string {
	return fmt.Sprintf(`
provider "oktacreds" {
  http_proxy       = %q
  min_wait_seconds = 0
  max_wait_seconds = 0
  %s
}
`, o.URL, credentials)
}

// Token is the API token of [Org.Provider].
func (o *Org) Token() string { return o.token }

// Setenv puts the org into the environment, for a configuration without a
// provider block.
func (o *Org) Setenv(t testing.TB) {
	t.Helper()
	t.Setenv("OKTA_HTTP_PROXY", o.URL)
	t.Setenv("OKTA_API_TOKEN", o.token)
}

// Factories run the provider within the test's own process, and next to it a
// provider that echoes what it is configured with, to look into ephemerals. An
// option changes the provider before it is served.
func Factories(options ...func(*provider.Provider)) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"oktacreds": func() (tfprotov6.ProviderServer, error) {
			served := &provider.Provider{Version: "test"}
			for _, option := range options {
				option(served)
			}
			return provider.NewServer(served), nil
		},
		"echo": echoprovider.NewProviderServer(),
	}
}
