// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// ids are those of what was found.
func ids(found []listed) (ids []string) {
	for _, f := range found {
		ids = append(ids, fmt.Sprint(f.identity["id"]))
	}
	return ids
}

// mustFind fails the test unless exactly these were found, in this order, and
// nothing was said.
func mustFind(t *testing.T, found []listed, want ...string) {
	t.Helper()
	for _, f := range found {
		if f.said != "" {
			t.Errorf("it says %s", f.said)
		}
	}
	if got := ids(found); !slices.Equal(got, want) {
		t.Errorf("it finds %q, want %q", got, want)
	}
}

// shop is an org with secrets of several ages: of the app billing an old one
// that is INACTIVE and a new one, of the app shop one of 100 days.
type shop struct {
	org           *acctest.Org
	sim           *oktasim.Org
	billing, shop string
	old, young    string // secrets of billing
	hundred       string // of shop
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{org: acctest.NewOrg(t)}
	s.sim = s.org.Sim(t)
	s.billing = s.sim.AddApp(oktasim.AppOptions{Label: "Billing"}).ID
	s.sim.Age(s.billing, 200*24*time.Hour)
	secret, err := s.sim.AddSecret(s.billing, "", "")
	if err != nil {
		t.Fatal(err)
	}
	s.old, s.young = s.sim.Secrets(s.billing)[0].ID, secret.ID
	if err := s.sim.SetSecretStatus(s.billing, s.old, "INACTIVE"); err != nil {
		t.Fatal(err)
	}
	s.sim.AddApp(oktasim.AppOptions{Label: "Jobs", AuthMethod: "private_key_jwt"})
	newBookmark(t, s.org)
	s.shop = s.sim.AddApp(oktasim.AppOptions{Label: "Shop"}).ID
	s.sim.Age(s.shop, 100*24*time.Hour)
	s.hundred = s.sim.Secrets(s.shop)[0].ID
	s.sim.ResetRequests()
	return s
}

const secretObject = "oktacreds_app_client_secret"

func TestList_OfTheOrg_CostsAPageOfAppsAndAListForEachAppThatCanHaveSecrets(t *testing.T) {
	s := newShop(t)
	found := newProtocol(t, s.org).listAll(t, query{object: secretObject})
	mustFind(t, found, s.young, s.old, s.hundred)
	mustAsk(t, s.sim,
		"GET /api/v1/apps 200",
		"GET /api/v1/apps/"+s.billing+"/credentials/secrets 200",
		"GET /api/v1/apps/"+s.shop+"/credentials/secrets 200",
	)
}

func TestList_NamesTheAppAndTheCredentialWithItsStatusAndAge(t *testing.T) {
	s := newShop(t)
	found := newProtocol(t, s.org).listAll(t, query{object: secretObject})
	created := s.sim.Secrets(s.shop)[0].Created.UTC().Format(time.RFC3339)
	if want := "Shop: " + s.hundred + " ACTIVE, 100 days old, created " + created; found[2].name != want {
		t.Errorf("it is called %q, want %q", found[2].name, want)
	}
	if want := "Billing: " + s.old + " INACTIVE, 200 days old"; !strings.HasPrefix(found[1].name, want) {
		t.Errorf("it is called %q, want %q", found[1].name, want)
	}
	for i, app := range []string{s.billing, s.billing, s.shop} {
		if len(found[i].identity) != 2 || found[i].identity["app_id"] != app || found[i].resource != nil {
			t.Errorf("%q has the identity %v and the resource %v", found[i].name, found[i].identity, found[i].resource)
		}
	}
}

func TestList_OfOneApp_AsksForThatOneAlone(t *testing.T) {
	s := newShop(t)
	found := newProtocol(t, s.org).listAll(t, query{object: secretObject, config: map[string]any{"app_id": s.shop}})
	mustFind(t, found, s.hundred)
	mustAsk(t, s.sim, "GET /api/v1/apps/"+s.shop+" 200", "GET /api/v1/apps/"+s.shop+"/credentials/secrets 200")
}

func TestList_FiltersByStatusAndAge(t *testing.T) {
	s := newShop(t)
	provider := newProtocol(t, s.org)
	for _, test := range []struct {
		config map[string]any
		want   []string
	}{
		{map[string]any{"status": "ACTIVE"}, []string{s.young, s.hundred}},
		{map[string]any{"status": "INACTIVE"}, []string{s.old}},
		{map[string]any{"older_than": "2160h"}, []string{s.old, s.hundred}},
		{map[string]any{"older_than": "2400h"}, []string{s.old, s.hundred}}, // 100 days: at least so old
		{map[string]any{"older_than": "2401h"}, []string{s.old}},
		{map[string]any{"older_than": "2160h", "status": "ACTIVE"}, []string{s.hundred}},
		{map[string]any{"older_than": "2160h", "status": "ACTIVE", "app_id": s.billing}, nil},
	} {
		t.Run(fmt.Sprint(test.config), func(t *testing.T) {
			mustFind(t, provider.listAll(t, query{object: secretObject, config: test.config}), test.want...)
		})
	}
}

func TestList_IsNotLedByOktasOrder(t *testing.T) {
	s := newShop(t)
	s.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultListOrder, Path: "/api/v1/apps/*/credentials/secrets", Order: oktasim.OrderReversed})
	mustFind(t, newProtocol(t, s.org).listAll(t, query{object: secretObject}), s.young, s.old, s.hundred)
}

func TestList_StopsAskingWhenTheLimitIsReached(t *testing.T) {
	for limit, want := range map[int64]int{1: 2, 2: 2, 3: 3, 100: 3} { // requests
		s := newShop(t)
		found := newProtocol(t, s.org).listAll(t, query{object: secretObject, limit: limit})
		if last := &found[len(found)-1]; limit <= 3 {
			acctest.Says(t, last.said, "WARNING", "stopped at its limit", fmt.Sprintf("found %d client secrets", limit), "higher limit")
			if last.identity == nil {
				t.Error("the warning comes after the last result, where Terraform doesn't read it")
			}
			last.said = ""
		}
		mustFind(t, found, []string{s.young, s.old, s.hundred}[:min(limit, 3)]...)
		if got := asked(s.sim); len(got) != want {
			t.Errorf("with the limit %d the requests are %q, want %d", limit, got, want)
		}
	}
}

func TestList_StopsAskingWhenTerraformDoes(t *testing.T) {
	s := newShop(t)
	newProtocol(t, s.org).list(t, query{object: secretObject}, func(listed) bool { return false })
	mustAsk(t, s.sim, "GET /api/v1/apps 200", "GET /api/v1/apps/"+s.billing+"/credentials/secrets 200")
}

func TestList_TwoQueriesOfOneRunReadEachAppOnce(t *testing.T) {
	s := newShop(t)
	provider := newProtocol(t, s.org)
	provider.listAll(t, query{object: secretObject, config: map[string]any{"status": "ACTIVE"}})
	s.sim.ResetRequests()
	mustFind(t, provider.listAll(t, query{object: secretObject, config: map[string]any{"status": "INACTIVE"}}), s.old)
	mustAsk(t, s.sim, "GET /api/v1/apps 200")
}

func TestList_AnAppThatIsDeletedMeanwhile_IsNoError(t *testing.T) {
	s := newShop(t)
	var found []listed
	newProtocol(t, s.org).list(t, query{object: secretObject}, func(f listed) bool {
		if found = append(found, f); len(found) == 1 {
			if err := s.sim.RemoveApp(s.shop); err != nil {
				t.Fatal(err)
			}
		}
		return true
	})
	mustFind(t, found, s.young, s.old)
}

func TestList_AnAppThatIsOutOfReach_IsLeftOutWithAWarning(t *testing.T) {
	s := newShop(t)
	s.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: "/api/v1/apps/" + s.billing + "/credentials/secrets", Status: 403})
	found := newProtocol(t, s.org).listAll(t, query{object: secretObject, limit: 1})
	if len(found) != 2 {
		t.Fatalf("there are %d results: %v", len(found), found)
	}
	acctest.Says(t, found[0].said, "WARNING", "can't list the client secrets of app "+s.billing+" (Billing), which is left out", "403", "admin role")
	if got := ids(found[1:]); !slices.Equal(got, []string{s.hundred}) { // the warning doesn't count against the limit
		t.Errorf("it finds %q", got)
	}
}

func TestList_WhatIsOutOfReachIsAnErrorWhenItIsAskedFor(t *testing.T) {
	s := newShop(t)
	s.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: "/api/v1/apps/*/credentials/secrets", Status: 403})
	found := newProtocol(t, s.org).listAll(t, query{object: secretObject, config: map[string]any{"app_id": s.billing}})
	mustEndWith(t, found, 0, "ERROR", "can't list the client secrets of app "+s.billing, "403", "admin role")
}

func TestList_AnyOtherErrorEndsIt(t *testing.T) {
	s := newShop(t)
	t.Run("in the apps", func(t *testing.T) {
		s.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: "/api/v1/apps", Status: 403})
		found := newProtocol(t, s.org).listAll(t, query{object: secretObject})
		mustEndWith(t, found, 0, "ERROR", "can't read the apps that may have client secrets", "403")
	})
	t.Run("in the secrets of one", func(t *testing.T) {
		s.sim.ClearFaults()
		s.sim.InjectFault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Path: "/api/v1/apps/" + s.shop + "/credentials/secrets", Status: 401})
		found := newProtocol(t, s.org).listAll(t, query{object: secretObject})
		mustEndWith(t, found, 2, "ERROR", "can't list the client secrets of app "+s.shop, "401")
	})
	t.Run("because the org lacks the feature, which is said once", func(t *testing.T) {
		s.sim.ClearFaults()
		s.sim.SetSecretManagement(false)
		found := newProtocol(t, s.org).listAll(t, query{object: secretObject})
		mustEndWith(t, found, 0, "ERROR", "E0000015", "OAuth secrets and key management")
	})
	t.Run("because the app does not exist", func(t *testing.T) {
		found := newProtocol(t, s.org).listAll(t, query{object: secretObject, config: map[string]any{"app_id": "0oaGone"}})
		mustEndWith(t, found, 0, "ERROR", "404", "E0000007", "The app does not exist in this org")
	})
	t.Run("because the app is no OIDC app", func(t *testing.T) {
		s.sim.SetSecretManagement(true)
		found := newProtocol(t, s.org).listAll(t, query{object: secretObject, config: map[string]any{"app_id": newBookmark(t, s.org)}})
		mustEndWith(t, found, 0, "ERROR", "404", "E0000007", "OAuth2AppInstance")
	})
}

// mustEndWith fails the test unless the query finds so many and then says this.
func mustEndWith(t *testing.T, found []listed, before int, phrases ...string) {
	t.Helper()
	if len(found) != before+1 {
		t.Fatalf("there are %d results, want %d and an error: %v", len(found), before, found)
	}
	acctest.Says(t, found[before].said, phrases...)
}

func TestList_BadInputIsRefusedBeforeAnythingIsAsked(t *testing.T) {
	s := newShop(t)
	for name, test := range map[string]struct {
		config  map[string]any
		phrases []string
	}{
		"an age in days":    {map[string]any{"older_than": "90d"}, []string{"Given Value: 90d"}},
		"an age below zero": {map[string]any{"older_than": "-1h"}, []string{"above zero"}},
		"an unknown status": {map[string]any{"status": "EXPIRED"}, []string{"ACTIVE", "INACTIVE"}},
		"a path for an app": {map[string]any{"app_id": "../users"}, []string{"must be an id of Okta's"}},
		"an age not known":  {map[string]any{"older_than": tftypes.UnknownValue}, []string{"unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			found := newProtocol(t, s.org).listAll(t, query{object: secretObject, config: test.config})
			mustEndWith(t, found, 0, append([]string{"ERROR"}, test.phrases...)...)
			mustAsk(t, s.sim)
		})
	}
}

func TestList_WithoutAnOrg_SaysSo(t *testing.T) {
	found := newProtocol(t, nil).listAll(t, query{object: secretObject})
	mustEndWith(t, found, 0, "ERROR", "provider is not configured yet")
}

func TestAccList_FindsInTheCLIWhatItFindsInTheProtocol(t *testing.T) {
	s := newShop(t)
	find := func(more string) string {
		return `
list "oktacreds_app_client_secret" "test" {
  provider         = oktacreds
  include_resource = true
  ` + more + `
}
`
	}
	identity := func(app, id string) querycheck.QueryResultCheck {
		return querycheck.ExpectIdentity("oktacreds_app_client_secret.test", map[string]knownvalue.Check{
			"app_id": knownvalue.StringExact(app), "id": knownvalue.StringExact(id),
		})
	}
	length := func(n int) querycheck.QueryResultCheck {
		return querycheck.ExpectLength("oktacreds_app_client_secret.test", n)
	}
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: s.org.Provider() + `resource "terraform_data" "nothing" {}`}, // a query is made in a module
			{
				Query: true, Config: find(""),
				QueryResultChecks: []querycheck.QueryResultCheck{
					length(3), identity(s.billing, s.young), identity(s.billing, s.old), identity(s.shop, s.hundred),
				},
			},
			{
				Query: true, Config: find("limit = 2"),
				QueryResultChecks: []querycheck.QueryResultCheck{length(2), identity(s.billing, s.young), identity(s.billing, s.old)},
			},
			{
				Query: true, Config: find(`config {
    older_than = "2160h"
    status     = "ACTIVE"
  }`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					length(1), identity(s.shop, s.hundred),
					querycheck.ExpectResourceKnownValues("oktacreds_app_client_secret.test",
						queryfilter.ByResourceIdentity(map[string]knownvalue.Check{"id": knownvalue.StringExact(s.hundred), "app_id": knownvalue.StringExact(s.shop)}),
						[]querycheck.KnownValueCheck{
							{Path: tfjsonpath.New("omit_secret"), KnownValue: knownvalue.Bool(true)},
							{Path: tfjsonpath.New("client_secret"), KnownValue: knownvalue.Null()},
						}),
				},
			},
		},
	})
}

func TestAccList_GeneratedConfigurationImportsEverythingAndChangesNothing(t *testing.T) {
	s := newShop(t)
	terraform := newCLI(t, s.org)
	jobs := s.sim.AddApp(oktasim.AppOptions{Label: "More jobs", AuthMethod: "private_key_jwt"}).ID
	if _, err := s.sim.AddKey(jobs, []byte(acctest.PublicJWK(t, acctest.RSA(t, 2048), "first"))); err != nil {
		t.Fatal(err)
	}
	terraform.write(t, "all.tfquery.hcl", `
list "oktacreds_app_client_secret" "all" {
  provider         = oktacreds
  include_resource = true
}
list "oktacreds_app_jwk" "all" {
  provider         = oktacreds
  include_resource = true
}
`)
	acctest.Says(t, terraform.must(t, "query", "-generate-config-out=found.tf"), s.old, s.young, s.hundred, "More jobs: ", "(kid first) ACTIVE")
	acctest.Says(t, terraform.must(t, "apply", "-auto-approve"), "4 imported, 0 added, 0 changed, 0 destroyed")
	terraform.must(t, "plan", "-detailed-exitcode")
	acctest.Hides(t, terraform.read(t, "found.tf")+terraform.read(t, "terraform.tfstate"), s.sim.Values()...)
}
