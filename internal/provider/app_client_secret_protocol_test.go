// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// What Terraform says to the provider for one client secret, without Terraform:
// for what no test of the CLI can see.

const secretType = "oktacreds_app_client_secret"

func (p *protocol) secretSchema() tftypes.Type {
	return p.schemas.ResourceSchemas[secretType].ValueType()
}

// planSecret plans what the configuration asks for. The prior state is that of
// before, or of a secret that is yet to be created.
func (p *protocol) planSecret(t testing.TB, before *tfprotov6.ReadResourceResponse, config map[string]any) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	proposed := map[string]any{}
	request := &tfprotov6.PlanResourceChangeRequest{TypeName: secretType, PriorState: p.noSecret(t)}
	for _, attribute := range p.schemas.ResourceSchemas[secretType].Block.Attributes {
		if attribute.Computed {
			proposed[attribute.Name] = tftypes.UnknownValue
		}
	}
	if before != nil {
		request.PriorState, request.PriorPrivate, request.PriorIdentity = before.NewState, before.Private, before.NewIdentity
		maps.Copy(proposed, plain(t, p.secretSchema(), before.NewState))
	}
	maps.Copy(proposed, config)
	request.Config, request.ProposedNewState = dynamic(t, p.secretSchema(), config), dynamic(t, p.secretSchema(), proposed)
	planned, err := p.server.PlanResourceChange(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return planned
}

func (p *protocol) noSecret(t testing.TB) *tfprotov6.DynamicValue {
	t.Helper()
	none, err := tfprotov6.NewDynamicValue(p.secretSchema(), tftypes.NewValue(p.secretSchema(), nil))
	if err != nil {
		t.Fatal(err)
	}
	return &none
}

// createSecret plans and applies a new secret.
func (p *protocol) createSecret(ctx context.Context, t testing.TB, config map[string]any) *tfprotov6.ApplyResourceChangeResponse {
	t.Helper()
	planned := p.planSecret(t, nil, config)
	mustSucceed(t, planned.Diagnostics)
	applied, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: secretType, Config: dynamic(t, p.secretSchema(), config), PriorState: p.noSecret(t),
		PlannedState: planned.PlannedState, PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil {
		t.Fatal(err)
	}
	return applied
}

// newSecret is a secret of the app, created and read again.
func (p *protocol) newSecret(t testing.TB, app *acctest.App) (id string, applied *tfprotov6.ApplyResourceChangeResponse) {
	t.Helper()
	applied = p.createSecret(t.Context(), t, map[string]any{"app_id": app.ID})
	mustSucceed(t, applied.Diagnostics)
	return p.secretID(t, applied.NewState), applied
}

// refreshSecret reads what was applied.
func (p *protocol) refreshSecret(t testing.TB, applied *tfprotov6.ApplyResourceChangeResponse) *tfprotov6.ReadResourceResponse {
	t.Helper()
	read, err := p.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: secretType, CurrentState: applied.NewState, CurrentIdentity: applied.NewIdentity, Private: applied.Private,
	})
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// secretID is the id in a state; empty if the state is null.
func (p *protocol) secretID(t testing.TB, state *tfprotov6.DynamicValue) string {
	t.Helper()
	if null, err := state.IsNull(); err != nil || null {
		return ""
	}
	id, _ := plain(t, p.secretSchema(), state)["id"].(string)
	return id
}

// mustSucceed fails the test if a diagnostic is an error.
func mustSucceed(t testing.TB, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }) {
		t.Fatal(said(diagnostics))
	}
}

// stop is what Terraform says when the user interrupts it.
func (p *protocol) stop(t testing.TB) {
	t.Helper()
	if _, err := p.server.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{}); err != nil {
		t.Error(err)
	}
}
