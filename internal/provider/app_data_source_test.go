// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const appAddress = "data.oktacreds_app.test"

func appConfig(org *acctest.Org, attributes string) string {
	return org.Provider() + `
data "oktacreds_app" "test" {
  ` + attributes + `
}
`
}

// asked are the requests since the log was emptied.
func asked(sim *oktasim.Org) (requests []string) {
	for _, request := range sim.Requests() {
		requests = append(requests, request.String())
	}
	return requests
}

func TestAccApp_IsFoundByIDLabelAndClientID(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	for range 220 { // more than a page
		sim.AddApp(oktasim.AppOptions{Label: "other"})
	}
	app := sim.AddApp(oktasim.AppOptions{
		Label: "Billing & Co", ClientID: "billing", AuthMethod: "private_key_jwt", JWKSURI: "https://example.com/keys", Inactive: true,
	})
	sim.AddApp(oktasim.AppOptions{Label: "Billing & Co (test)"})
	all := map[string]knownvalue.Check{
		"id": knownvalue.StringExact(app.ID), "label": knownvalue.StringExact("Billing & Co"), "client_id": knownvalue.StringExact("billing"),
		"name": knownvalue.StringExact("oidc_client"), "status": knownvalue.StringExact("INACTIVE"),
		"token_endpoint_auth_method": knownvalue.StringExact("private_key_jwt"), "jwks_uri": knownvalue.StringExact("https://example.com/keys"),
	}
	config := org.Provider()
	var checks []statecheck.StateCheck
	for name, by := range map[string]string{"id": fmt.Sprintf("id = %q", app.ID), "label": `label = "Billing & Co"`, "client_id": `client_id = "billing"`} {
		config += fmt.Sprintf("data \"oktacreds_app\" %[1]q {\n%[2]s\n}\noutput %[1]q { value = data.oktacreds_app.%[1]s }\n", name, by)
		checks = append(checks, statecheck.ExpectKnownOutputValue(name, knownvalue.ObjectExact(all)))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: config, ConfigStateChecks: checks}},
	})
}

// newBookmark makes an app that is no OAuth client.
func newBookmark(t *testing.T, org *acctest.Org) (id string) {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/api/v1/apps", strings.NewReader(`{"signOnMode":"BOOKMARK","name":"bookmark","label":"Bookmark"}`))
	request.Header.Set("Authorization", "SSWS "+org.Token())
	answer := httptest.NewRecorder()
	org.Sim(t).ServeHTTP(answer, request)
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &made); err != nil || made.ID == "" {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	return made.ID
}

func TestAccApp_ALabelThatOktaWritesWithEntitiesIsTheLabelThatWasGiven(t *testing.T) {
	org := acctest.NewOrg(t)
	app := org.Sim(t).AddApp(oktasim.AppOptions{Label: "Bed &amp; Breakfast"})
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: appConfig(org, `label = "Bed & Breakfast"`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(appAddress, tfjsonpath.New("id"), knownvalue.StringExact(app.ID)),
				statecheck.ExpectKnownValue(appAddress, tfjsonpath.New("label"), knownvalue.StringExact("Bed & Breakfast")),
			},
		}},
	})
}

func TestAccApp_OfTheCatalogIsFoundByIDAndShowsWhatOktaShows(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := sim.AddApp(oktasim.AppOptions{Label: "Zoom", Catalog: "zoomus"})
	sim.AddApp(oktasim.AppOptions{Label: "Zoom too"})
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: appConfig(org, fmt.Sprintf("id = %q", app.ID)) + `
output "app" { value = data.oktacreds_app.test }
data "oktacreds_apps" "all" {}
output "labels" { value = data.oktacreds_apps.all.apps[*].label }
`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("app", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id": knownvalue.StringExact(app.ID), "label": knownvalue.StringExact("Zoom"), "name": knownvalue.StringExact("zoomus"),
					"status": knownvalue.StringExact("ACTIVE"), "client_id": knownvalue.Null(), "token_endpoint_auth_method": knownvalue.Null(), "jwks_uri": knownvalue.Null(),
				})),
				statecheck.ExpectKnownOutputValue("labels", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("Zoom too")})),
			},
		}},
	})
	text := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: appConfig(org, `label = "Zoom"`)}},
	})
	acctest.Says(t, text, "OIN catalog", "by id only")
}

func TestAccApp_ItsOwnIDAsClientIDCostsOneRequest(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	app := org.NewApp(t, "client_secret_post")
	config := appConfig(org, fmt.Sprintf("client_id = %q", app.ClientID))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			PreConfig: sim.ResetRequests,
			Config:    config,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(appAddress, tfjsonpath.New("id"), knownvalue.StringExact(app.ID)),
				statecheck.ExpectKnownValue(appAddress, tfjsonpath.New("jwks_uri"), knownvalue.Null()),
			},
		}},
	})
	requests := asked(sim)
	for _, request := range requests {
		if request != "GET /api/v1/apps/"+app.ID+" 200" {
			t.Errorf("the requests are %q", requests)
			break
		}
	}
}

func TestApp_WhatCanNotBeFoundIsSaid(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	twins := []string{sim.AddApp(oktasim.AppOptions{Label: "Twin"}).ID, sim.AddApp(oktasim.AppOptions{Label: "Twin"}).ID}
	bookmark := newBookmark(t, org)
	for name, test := range map[string]struct {
		by      values
		phrases []string
	}{
		"no such id":              {values{"id": "0oaNobody"}, []string{`can't find the app with the id "0oaNobody"`, "E0000007", "errorId"}},
		"no such label":           {values{"label": "twin"}, []string{`can't find the app with the label "twin"`, "doesn't have such an OIDC app"}},
		"no such client id":       {values{"client_id": "nobody"}, []string{`can't find the app with the client_id "nobody"`, "doesn't have such an OIDC app"}},
		"a label of several apps": {values{"label": "Twin"}, append([]string{"2 apps have this label", "Set id"}, twins...)},
		"no OIDC app":             {values{"id": bookmark}, []string{"is not an OIDC app", "bookmark"}},
		"nothing is given":        {nil, []string{"id", "label", "client_id"}},
		"two are given":           {values{"id": "0oa1", "label": "one"}, []string{"id", "label", "client_id"}},
		"an empty label":          {values{"label": ""}, []string{"at least 1"}},
		"a path as id":            {values{"id": "../users"}, []string{"must be an id of Okta's"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diagnostics := newProtocol(t, org).readData(t, "oktacreds_app", test.by)
			acctest.Says(t, said(diagnostics), append(test.phrases, "ERROR")...)
		})
	}
}

func TestAccApp_AProviderWithoutConfigurationYet_SaysSo(t *testing.T) {
	text := acctest.Refused(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{Config: `
resource "terraform_data" "token" {}
provider "oktacreds" {
  http_proxy = "http://127.0.0.1:1"
  api_token  = terraform_data.token.id
}
data "oktacreds_app" "test" { id = "0oa1" }
data "oktacreds_app_client_secrets" "test" { app_id = "0oa1" }
data "oktacreds_app_jwks" "test" { app_id = "0oa1" }
`}},
	})
	acctest.Says(t, text, "provider is not configured yet")
}

func mustAsk(t *testing.T, sim *oktasim.Org, want ...string) {
	t.Helper()
	if got := asked(sim); !slices.Equal(got, want) {
		t.Errorf("the requests are\n%q\nwant\n%q", got, want)
	}
}

// catalogApp is an app of Okta's catalog (OIN).
func catalogApp(t *testing.T, org *acctest.Org) *acctest.App {
	t.Helper()
	return org.App(org.Sim(t).AddApp(oktasim.AppOptions{Label: "Zoom", Catalog: "zoomus"}).ID)
}
