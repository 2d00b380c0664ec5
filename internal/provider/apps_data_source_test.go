// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const appsAddress = "data.oktacreds_apps.test"

func appsConfig(org *acctest.Org, attributes string) string {
	return org.Provider() + `
data "oktacreds_apps" "test" {
  ` + attributes + `
}
`
}

func TestAccApps_AreFilteredByLabelStatusAndMethod(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	add := func(options oktasim.AppOptions) oktasim.App { return sim.AddApp(options) }
	basic := add(oktasim.AppOptions{Label: "shop-b", ClientID: "shop-client"})
	post := add(oktasim.AppOptions{Label: "shop-a", AuthMethod: "client_secret_post"})
	off := add(oktasim.AppOptions{Label: "shop-c", Inactive: true})
	add(oktasim.AppOptions{Label: "Shop-d"})
	add(oktasim.AppOptions{Label: "the shop-e", AuthMethod: "private_key_jwt"})
	newBookmark(t, org)

	summary := func(app oktasim.App) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"id": knownvalue.StringExact(app.ID), "label": knownvalue.StringExact(app.Label), "status": knownvalue.StringExact(app.Status),
			"client_id": knownvalue.StringExact(app.ClientID), "token_endpoint_auth_method": knownvalue.StringExact(app.AuthMethod),
		})
	}
	config := org.Provider()
	var checks []statecheck.StateCheck
	for name, test := range map[string]struct {
		filters string
		want    []oktasim.App // sorted by label
	}{
		"label":           {`label_prefix = "shop-"`, []oktasim.App{post, basic, off}},
		"label_and_more":  {"label_prefix = \"shop-\"\nstatus = \"ACTIVE\"\ntoken_endpoint_auth_method = \"client_secret_basic\"", []oktasim.App{basic}},
		"status":          {`status = "INACTIVE"`, []oktasim.App{off}},
		"method":          {`token_endpoint_auth_method = "client_secret_post"`, []oktasim.App{post}},
		"nothing_matches": {`label_prefix = "shop-x"`, nil},
	} {
		ids, apps := []knownvalue.Check{}, []knownvalue.Check{}
		for _, app := range test.want {
			ids, apps = append(ids, knownvalue.StringExact(app.ID)), append(apps, summary(app))
		}
		config += fmt.Sprintf("data \"oktacreds_apps\" %q {\n%s\n}\n", name, test.filters)
		checks = append(checks,
			statecheck.ExpectKnownValue("data.oktacreds_apps."+name, tfjsonpath.New("ids"), knownvalue.SetExact(ids)),
			statecheck.ExpectKnownValue("data.oktacreds_apps."+name, tfjsonpath.New("apps"), knownvalue.ListExact(apps)))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: config, ConfigStateChecks: checks}},
	})
}

func TestAccApps_OfALargeOrg_CostAPageForEvery200Apps(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	for i := range 450 {
		sim.AddApp(oktasim.AppOptions{Label: fmt.Sprintf("app-%03d", i)})
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			PreConfig: sim.ResetRequests,
			Config:    appsConfig(org, ""),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(appsAddress, tfjsonpath.New("ids"), knownvalue.SetSizeExact(450)),
			},
		}},
	})
	requests := asked(sim)
	if len(requests) == 0 || len(requests)%3 != 0 || slices.ContainsFunc(requests, func(r string) bool { return r != "GET /api/v1/apps 200" }) {
		t.Errorf("each read should take three pages; the requests are %q", requests)
	}
}

// The map that a for_each needs. (The test framework has none itself: its state
// knows no string keys.)
func TestAccApps_MakeAMapByLabelInOneLine(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	want := map[string]knownvalue.Check{}
	for _, label := range []string{"pay-a", "pay-b"} {
		want[label] = knownvalue.StringExact(sim.AddApp(oktasim.AppOptions{Label: label}).ID)
	}
	sim.AddApp(oktasim.AppOptions{Label: "other"})
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: appsConfig(org, `label_prefix = "pay-"`) + `
output "by_label" { value = { for app in data.oktacreds_apps.test.apps : app.label => app.id } }
`,
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("by_label", knownvalue.MapExact(want))},
		}},
	})
}

func TestAccApps_WhatIsWrongIsSaid(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	for filter, phrases := range map[string][]string{
		`status = "active"`:                    {"ACTIVE", "INACTIVE"},
		`token_endpoint_auth_method = "basic"`: {"client_secret_basic", "private_key_jwt"},
		`label_prefix = ""`:                    {"at least 1"},
		`label_prefix = "refused"`:             {"can't list the apps", "403", "E0000006"},
	} {
		t.Run(filter, func(t *testing.T) {
			if filter == `label_prefix = "refused"` {
				sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Status: 403, Path: "/api/v1/apps"})
			}
			text := acctest.Refused(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: appsConfig(org, filter)}},
			})
			acctest.Says(t, text, phrases...)
		})
	}
}
