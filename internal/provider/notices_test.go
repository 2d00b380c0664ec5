// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// factoriesAt are the usual ones on a machine whose clock is wrong.
func factoriesAt(skew time.Duration) map[string]func() (tfprotov6.ProviderServer, error) {
	factories := acctest.Factories()
	factories["oktacreds"] = func() (tfprotov6.ProviderServer, error) {
		return provider.NewServer(&provider.Provider{Version: "test", Now: func() time.Time { return time.Now().Add(skew) }}), nil
	}
	return factories
}

// With the machine's clock, the previous secret was deleted seconds after the rotation.
func TestAccAppClientSecretRotation_GoesByTheOrgsClock(t *testing.T) {
	for name, skew := range map[string]time.Duration{"ahead": 72 * time.Hour, "behind": -72 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			org := acctest.NewOrg(t)
			sim := org.Sim(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			config := rotationConfig(org, app, `rotate_after = "720h"`)
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factoriesAt(skew),
				Steps: []resource.TestStep{
					{Config: config, ConfigStateChecks: []statecheck.StateCheck{phase("overlap"), transition("create")}},
					{Config: config, ConfigPlanChecks: noneDue},
					{
						PreConfig:         func() { sim.Age(app.ID, 25*time.Hour) },
						Config:            config,
						ConfigPlanChecks:  dueNow,
						ConfigStateChecks: []statecheck.StateCheck{phase("grace"), transition("deactivate " + initial.ID)},
					},
				},
			})
		})
	}
}

func TestNotices_AWrongClockIsToldOnce(t *testing.T) {
	t.Parallel()
	org := acctest.NewOrg(t)
	app := org.NewApp(t, "client_secret_basic")
	p := newProtocolOf(t, &provider.Provider{Version: "test", Now: func() time.Time { return time.Now().Add(48*time.Hour + 500*time.Millisecond) }}, org)
	schema := p.schemas.DataSourceSchemas["oktacreds_app_client_secrets"].ValueType()
	var told []*tfprotov6.Diagnostic
	for range 3 {
		resp, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: "oktacreds_app_client_secrets", Config: dynamic(t, schema, map[string]any{"app_id": app.ID}),
		})
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, resp.Diagnostics...)
	}
	if len(told) != 1 || told[0].Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(told[0].Detail, "48h0m") {
		t.Errorf("told %s, want one warning", said(told))
	}
}
