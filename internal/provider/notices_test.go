// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/tfcore"
)

// With the machine's clock, the previous secret was deleted seconds after the rotation.
func TestAppClientSecretRotation_GoesByTheOrgsClock(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"ahead": 72 * time.Hour, "behind": -72 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := acctest.NewOrg(t)
			app := org.NewApp(t, "client_secret_basic")
			initial := app.Secrets(t)[0]
			s := newStory(t, org, func(p *provider.Provider) { p.Now = func() time.Time { return time.Now().Add(skew) } })
			config := of(rotationAddress, "app_id", app.ID, values{"rotate_after": "720h"})
			is := func(phase, transition string) {
				t.Helper()
				if p, last := s.held(rotationAddress, "phase"), s.held(rotationAddress, "last_transition"); p != phase || last != transition {
					t.Errorf("after %q the phase is %s, want %s after %q", last, p, phase, transition)
				}
			}

			s.applies(t, tfcore.Create, config)
			is("overlap", "create")
			org.Sim(t).Age(app.ID, 25*time.Hour)
			s.applies(t, tfcore.Update, config)
			is("grace", "deactivate "+initial.ID)
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
