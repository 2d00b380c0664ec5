// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// story is what happens to a configuration from apply to apply, on the small Terraform core: for what the provider
// decides, whichever Terraform asks it.
type story struct {
	core       *tfcore.Core
	provider   values // the provider block
	ephemerals []tfcore.Ephemeral
	imports    []tfcore.Import
	moved      []tfcore.Move
	given      reasons
	resources  []tfcore.Resource // of the last run
}

// newStory begins with an empty state, and ends with a destroy of what is left. An option changes the provider.
func newStory(t testing.TB, org *acctest.Org, options ...func(*provider.Provider)) *story {
	t.Helper()
	s := &story{provider: values{"http_proxy": org.URL, "api_token": org.Token(), "min_wait_seconds": 0, "max_wait_seconds": 0}}
	var err error
	s.core, err = tfcore.New(t.Context(), func() tfprotov6.ProviderServer {
		p := &provider.Provider{Version: "test"}
		s.given.watch(p)
		for _, option := range options {
			option(p)
		}
		return provider.NewServer(p)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if len(s.core.State.Addresses()) == 0 {
			return
		}
		if run := s.core.Run(context.Background(), s.config(s.resources), tfcore.Options{Destroy: true}); run.Failed() && !t.Failed() {
			t.Errorf("what is left can't be destroyed: %v", run.Diagnostics())
		}
	})
	return s
}

func (s *story) config(resources []tfcore.Resource) tfcore.Config {
	return tfcore.Config{Provider: s.provider, Resources: resources, Ephemerals: s.ephemerals, Imports: s.imports, Moved: s.moved}
}

// run plans and applies.
func (s *story) run(t testing.TB, resources ...tfcore.Resource) tfcore.Run {
	t.Helper()
	s.resources = resources
	return s.core.Run(t.Context(), s.config(resources), tfcore.Options{})
}

// applies wants this to be planned of the first resource, the apply to work, and nothing to be left to do.
func (s *story) applies(t testing.TB, action tfcore.Action, resources ...tfcore.Resource) {
	t.Helper()
	s.appliesMeanwhile(t, action, func() {}, resources...)
}

// appliesMeanwhile is applies; something happens after the apply, before the plan that must be empty.
func (s *story) appliesMeanwhile(t testing.TB, action tfcore.Action, happens func(), resources ...tfcore.Resource) {
	t.Helper()
	run := s.run(t, resources...)
	if run.Failed() {
		t.Fatal(run.Diagnostics())
	}
	if got := run.Plan.Change(resources[0].Address).Action; got != action {
		t.Errorf("planned is %s, want %s", got, action)
	}
	happens()
	s.nothingLeft(t)
}

// nothingLeft wants an empty plan, with a refresh and without.
func (s *story) nothingLeft(t testing.TB) {
	t.Helper()
	for _, options := range []tfcore.Options{{NoRefresh: true}, {}} {
		if again := s.core.Plan(t.Context(), s.config(s.resources), options); again.Failed() || !again.Empty() {
			t.Errorf("after the apply, the plan is %s %v", again, again.Diagnostics)
		}
	}
}

// fails wants the run to fail, and returns what is said.
func (s *story) fails(t testing.TB, resources ...tfcore.Resource) string {
	t.Helper()
	run := s.run(t, resources...)
	if !run.Failed() {
		t.Error("it doesn't fail")
	}
	return run.Diagnostics().String()
}

// held is an attribute of the current object at the address, as text.
func (s *story) held(address, attribute string) string {
	return s.core.State.Current(address).Attribute(attribute)
}

// testSecret is a client secret that is replaced in the right order.
func testSecret(app *acctest.App, attributes values) tfcore.Resource {
	return of(secretAddress, "app_id", app.ID, attributes)
}

// generation are the attributes of a secret that rotates when the generation changes, and more.
func generation(n int, more values) values {
	all := values{"allow_last_credential_destroy": true, "rotate_when_changed": values{"generation": n}}
	maps.Copy(all, more)
	return all
}
