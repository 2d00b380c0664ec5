// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

const usageAddress = "data.oktacreds_app_client_secret_usage.test"

func usageConfig(provider, app, attributes string) string {
	return provider + fmt.Sprintf(`
data "oktacreds_app_client_secret_usage" "test" {
  app_id = %q
  %s
}
`, app, attributes)
}

// usedApp is an app whose secret was replaced ten days ago. Its consumers log in
// every day, all with the current secret since then, or all but one.
type usedApp struct {
	org          *acctest.Org
	sim          *oktasim.Org
	id, clientID string
	old, current oktasim.Secret
}

func newUsedApp(t *testing.T) *usedApp {
	t.Helper()
	u := &usedApp{org: acctest.NewOrg(t)}
	u.sim = u.org.Sim(t)
	app := u.sim.AddApp(oktasim.AppOptions{Label: "Billing", ClientID: "billing"})
	u.id, u.clientID, u.old = app.ID, app.ClientID, u.sim.Secrets(app.ID)[0]
	u.sim.Advance(30 * 24 * time.Hour)
	var err error
	if u.current, err = u.sim.AddSecret(u.id, "", ""); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		u.sim.Advance(24 * time.Hour)
		u.logIn(u.current.Value, "192.0.2.1", "billing/2.0")
	}
	return u
}

// logIn asks for a token as a consumer does.
func (u *usedApp) logIn(secret, address, userAgent string) {
	req := httptest.NewRequest(http.MethodPost, "/oauth2/default/v1/token", strings.NewReader("grant_type=client_credentials&scope=any"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Forwarded-For", address)
	req.Header.Set("User-Agent", userAgent)
	req.SetBasicAuth(u.clientID, url.QueryEscape(secret))
	u.sim.ServeHTTP(httptest.NewRecorder(), req)
	u.sim.Advance(time.Hour)
}

// about checks an attribute of the n-th secret, newest first.
func about(n int, attribute string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(usageAddress, tfjsonpath.New("secrets").AtSliceIndex(n).AtMapKey(attribute), check)
}

func TestAccAppClientSecretUsage_TellsWhoStillUsesTheOldSecret(t *testing.T) {
	u := newUsedApp(t)
	u.logIn(u.old.Value, "198.51.100.7", "old-job/1.0")
	reasons := func(codes ...knownvalue.Check) knownvalue.Check { return knownvalue.ListExact(codes) }
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: usageConfig(u.org.Provider(), u.id, "include_clients = true"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(usageAddress, tfjsonpath.New("window"), knownvalue.StringExact("7d")),
				statecheck.ExpectKnownValue(usageAddress, tfjsonpath.New("secrets"), knownvalue.ListSizeExact(2)),
				about(0, "id", knownvalue.StringExact(u.current.ID)), about(1, "id", knownvalue.StringExact(u.old.ID)),
				about(0, "usage", knownvalue.StringExact("in_use")), about(1, "usage", knownvalue.StringExact("in_use")),
				about(0, "inconclusive_reasons", reasons()), about(1, "inconclusive_reasons", reasons()),
				about(0, "last_used_at", knownvalue.NotNull()), about(1, "last_used_at", knownvalue.NotNull()),
				about(1, "failures_since_deactivation", knownvalue.Null()),
				about(1, "clients", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"ip_address": knownvalue.StringExact("198.51.100.7"), "user_agent": knownvalue.StringExact("old-job/1.0"), "logins": knownvalue.Int64Exact(1),
				})})),
				about(0, "clients", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"ip_address": knownvalue.StringExact("192.0.2.1"), "user_agent": knownvalue.StringExact("billing/2.0"),
				})})),
			},
		}},
	})
}

func TestAccAppClientSecretUsage_OfASecretThatNobodyUses_IsQuiet(t *testing.T) {
	u := newUsedApp(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig: u.sim.ResetRequests,
				Config:    usageConfig(u.org.Provider(), u.id, ""),
				ConfigStateChecks: []statecheck.StateCheck{
					about(1, "usage", knownvalue.StringExact("quiet")), about(1, "last_used_at", knownvalue.Null()),
					about(1, "clients", knownvalue.Null()), about(0, "usage", knownvalue.StringExact("in_use")),
				},
			},
			{
				Config: usageConfig(u.org.Provider(), u.id, `window = "2w"`), // longer than since the switch
				ConfigStateChecks: []statecheck.StateCheck{
					about(1, "usage", knownvalue.StringExact("inconclusive")),
					about(1, "inconclusive_reasons", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("window_too_short")})),
				},
			},
			{
				PreConfig: func() {
					if err := u.sim.SetSecretStatus(u.id, u.old.ID, "INACTIVE"); err != nil {
						t.Fatal(err)
					}
					u.sim.Advance(time.Hour)
					u.logIn(u.old.Value, "198.51.100.7", "old-job/1.0")
				},
				Config: usageConfig(u.org.Provider(), u.id, ""),
				ConfigStateChecks: []statecheck.StateCheck{
					about(1, "usage", knownvalue.StringExact("in_use")), about(1, "failures_since_deactivation", knownvalue.Int64Exact(1)),
					about(1, "last_failure_at", knownvalue.NotNull()), about(0, "failures_since_deactivation", knownvalue.Null()),
				},
			},
		},
	})
	logs := 0
	for _, request := range asked(u.sim) {
		if request == "GET /api/v1/logs 200" {
			logs++
		}
	}
	if logs == 0 {
		t.Error("the System Log was not read")
	}
}

func TestAccAppClientSecretUsage_WithoutPermission_IsInconclusiveAndNoError(t *testing.T) {
	u := newUsedApp(t)
	provider := u.org.ProviderWith(fmt.Sprintf("access_token = %q", u.org.AccessToken(t, "okta.apps.read")))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: usageConfig(provider, u.id, "include_clients = true"),
			ConfigStateChecks: []statecheck.StateCheck{
				about(0, "usage", knownvalue.StringExact("inconclusive")), about(1, "usage", knownvalue.StringExact("inconclusive")),
				about(1, "inconclusive_reasons", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("forbidden"), knownvalue.StringExact("no_control")})),
				about(1, "clients", knownvalue.ListExact(nil)),
			},
		}},
	})
}

func TestAccAppClientSecretUsage_OfAnAppWithOneSecretOrNone(t *testing.T) {
	org := acctest.NewOrg(t)
	sim := org.Sim(t)
	one, none := sim.AddApp(oktasim.AppOptions{}).ID, sim.AddApp(oktasim.AppOptions{AuthMethod: "private_key_jwt"}).ID
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: usageConfig(org.Provider(), one, ""),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(usageAddress, tfjsonpath.New("secrets"), knownvalue.ListSizeExact(1)),
					about(0, "usage", knownvalue.StringExact("inconclusive")),
				},
			},
			{
				Config:            usageConfig(org.Provider(), none, ""),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(usageAddress, tfjsonpath.New("secrets"), knownvalue.ListExact(nil))},
			},
		},
	})
}

func TestAppClientSecretUsage_WhatIsWrongIsSaidBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	says := func(given values) string {
		_, diagnostics := newProtocol(t, org).readData(t, "oktacreds_app_client_secret_usage", given)
		return said(diagnostics)
	}
	for window, phrase := range map[string]string{
		"90d": "89d", "13w": "89d", "0s": "longer than zero", "-7d": "negative", "a week": "use 90d, 2w or 36h", "": "use 90d, 2w or 36h",
	} {
		t.Run(window, func(t *testing.T) { acctest.Says(t, says(values{"app_id": "0oa1", "window": window}), "ERROR", phrase) })
	}
	mustAsk(t, org.Sim(t))
	acctest.Says(t, says(values{"app_id": "0oaGone"}), "ERROR", "can't read the client secrets of app 0oaGone", "E0000007")
}
