// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// appStory is the story of one resource of an app, and of the requests that it sends.
type appStory struct {
	*story
	org     *acctest.Org
	app     *acctest.App
	address string
	// destroysFirst is a resource without create_before_destroy.
	destroysFirst bool
}

func newAppStory(t *testing.T, org *acctest.Org, app *acctest.App, address string, options ...func(*provider.Provider)) *appStory {
	t.Helper()
	return &appStory{story: newStory(t, org, options...), org: org, app: app, address: address}
}

// with is the resource with these arguments.
func (s *appStory) with(arguments values) tfcore.Resource {
	r := of(s.address, "app_id", s.app.ID, arguments)
	r.CreateBeforeDestroy = !s.destroysFirst
	return r
}

// apply wants the plan to do this to the resource, and the plan after the apply to be empty. It returns the requests of
// the apply.
func (s *appStory) apply(t *testing.T, want tfcore.Action, arguments values) (requests []string) {
	t.Helper()
	requests = s.applyLate(t, want, arguments, func() {})
	s.nothingLeft(t)
	return requests
}

// applyLate is apply where something happens between the plan and the apply, and may leave something to do.
func (s *appStory) applyLate(t *testing.T, want tfcore.Action, arguments values, happens func()) (requests []string) {
	t.Helper()
	s.resources = []tfcore.Resource{s.with(arguments)}
	plan := s.core.Plan(t.Context(), s.config(s.resources), tfcore.Options{})
	if plan.Failed() {
		t.Fatal(plan.Diagnostics)
	}
	if got := plan.Change(s.address).Action; got != want {
		t.Errorf("planned is %s, want %s", got, want)
	}
	happens()
	s.org.Sim(t).ResetRequests()
	applied := s.core.Apply(t.Context(), plan)
	requests = requestsTo(t, s.app)
	if applied.Failed() || s.core.Broken() {
		t.Fatal(applied.Diagnostics)
	}
	return requests
}

// plan is terraform plan.
func (s *appStory) plan(t *testing.T, arguments values) *tfcore.Plan {
	t.Helper()
	return s.core.Plan(t.Context(), s.config([]tfcore.Resource{s.with(arguments)}), tfcore.Options{})
}

// refuse wants an apply to fail, and to say this.
func (s *appStory) refuse(t *testing.T, arguments values, phrases ...string) {
	t.Helper()
	acctest.Says(t, s.fails(t, s.with(arguments)), phrases...)
}

// destroy is terraform destroy.
func (s *appStory) destroy(t *testing.T, options tfcore.Options) {
	t.Helper()
	options.Destroy = true
	mustRun(t, s.core, s.config(s.resources), options)
}

// wantRequests compares the requests of an apply.
func wantRequests(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests of the apply (-want +got):\n%s", diff)
	}
}
