// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// newCore is a small Terraform with an empty state, whose providers give their reasons.
func newCore(t testing.TB, transport http.RoundTripper, given *reasons) *tfcore.Core {
	t.Helper()
	core, err := tfcore.New(t.Context(), func() tfprotov6.ProviderServer {
		p := &provider.Provider{Version: "test", Transport: transport}
		given.watch(p)
		return provider.NewServer(p)
	})
	if err != nil {
		t.Fatal(err)
	}
	return core
}

// coreConfig is a configuration of one provider, whose retries do not wait.
func coreConfig(org *acctest.Org, resources ...tfcore.Resource) tfcore.Config {
	return tfcore.Config{
		Provider:  map[string]any{"http_proxy": org.URL, "api_token": org.Token(), "min_wait_seconds": 0, "max_wait_seconds": 0},
		Resources: resources,
	}
}

// mustRun applies.
func mustRun(t testing.TB, core *tfcore.Core, config tfcore.Config, options tfcore.Options) {
	t.Helper()
	if run := core.Run(t.Context(), config, options); run.Failed() {
		t.Fatal(run.Diagnostics())
	}
}
