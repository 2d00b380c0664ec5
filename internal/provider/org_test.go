// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

const otherOrg rotation.Reason = "other_org"

// In another org, nothing of the state exists: once, it was written without all of it.
func TestAccOrg_AnotherOneIsAnErrorBeforeAnythingIsMissing(t *testing.T) {
	org, other := acctest.NewOrg(t), acctest.NewOrg(t)
	org.Sim(t)
	app := org.NewApp(t, "client_secret_basic")
	body := `
resource "oktacreds_app_client_secret" "test" {
  app_id = "` + app.ID + `"
  lifecycle { create_before_destroy = true }
}

resource "oktacreds_app_jwks_uri" "test" {
  app_id   = "` + app.ID + `"
  jwks_uri = "https://client.example/jwks"
}
`
	var given reasons
	elsewhere := func() { given.expect(t, otherOrg) }
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(given.watch),
		Steps: []resource.TestStep{
			{Config: org.Provider() + body},
			{PreConfig: given.forget, Config: other.Provider() + body, ExpectError: anyFailure},
			{PreConfig: elsewhere, Config: other.Provider() + body, Destroy: true, ExpectError: anyFailure},
			// Another domain of the same org.
			{PreConfig: elsewhere, Config: strings.ReplaceAll(org.Provider(), "127.0.0.1", "localhost") + body, PlanOnly: true},
			{Config: org.Provider() + body, PlanOnly: true},
		},
	})
	if secrets := app.Secrets(t); len(secrets) == 0 {
		t.Error("the app's secrets are missing")
	}
}

// With -refresh=false nothing is read before the apply: each change of an object in state looks at the org itself.
func TestOrg_AnotherOne_IsAnErrorBeforeAnyChange(t *testing.T) {
	t.Parallel()
	org, other := acctest.NewOrg(t), acctest.NewOrg(t)
	secrets, service := org.NewApp(t, "client_secret_basic"), org.Sim(t).AddAPIService()
	app := func() map[string]any { return map[string]any{"app_id": org.NewApp(t, "client_secret_basic").ID} }
	with := func(members map[string]any, more map[string]any) map[string]any {
		maps.Copy(members, more)
		return members
	}
	listed := []tftypes.Value{tftypes.NewValue(tftypes.String, secrets.Secrets(t)[0].ID)}
	keyed := org.NewApp(t, "private_key_jwt")
	listedKey := []tftypes.Value{tftypes.NewValue(tftypes.String, keyed.Keys(t)[0].ID)}
	configs := map[string]map[string]any{
		"oktacreds_app_client_secret":              app(),
		"oktacreds_app_client_secret_rotation":     app(),
		"oktacreds_app_client_secrets_exclusive":   {"app_id": secrets.ID, "ids": listed},
		"oktacreds_app_jwk":                        with(app(), map[string]any{"jwk": acctest.NewEC(t).JWK(t, nil)}),
		"oktacreds_app_jwks_exclusive":             {"app_id": keyed.ID, "ids": listedKey},
		"oktacreds_app_jwks_uri":                   with(app(), map[string]any{"jwks_uri": "https://keys.example/jwks.json"}),
		"oktacreds_app_client_auth":                with(app(), map[string]any{"token_endpoint_auth_method": "client_secret_post"}),
		"oktacreds_api_service_integration_secret": {"api_service_integration_id": service.ID},
	}
	// Their destroy changes nothing in Okta.
	left := []string{"oktacreds_app_client_secret_rotation", "oktacreds_app_client_secrets_exclusive", "oktacreds_app_jwks_exclusive", "oktacreds_app_client_auth"}
	home := newProtocol(t, org)
	for kind, schema := range home.schemas.ResourceSchemas {
		config, ok := configs[kind]
		if !ok {
			t.Errorf("%s is not tested", kind)
			continue
		}
		none, given, planned := home.planNew(t, kind, config)
		made, err := home.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
			TypeName: kind, PriorState: none, PlannedState: planned.PlannedState, Config: given,
			PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
		})
		if err != nil || isNull(t, schema.ValueType(), made.NewState) {
			t.Errorf("%s can't be created: %v %s", kind, err, said(made.Diagnostics))
			continue
		}
		for what, state := range map[string]*tfprotov6.DynamicValue{"update": made.NewState, "destroy": none} {
			if what == "destroy" && slices.Contains(left, kind) {
				continue
			}
			var given reasons
			of := &provider.Provider{Version: "test"}
			given.watch(of)
			other.Sim(t).ResetRequests()
			if _, err := newProtocolOf(t, of, other).server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
				TypeName: kind, PriorState: made.NewState, PlannedState: state, Config: state,
				PlannedPrivate: made.Private, PlannedIdentity: made.NewIdentity,
			}); err != nil {
				t.Fatal(err)
			}
			given.expect(t, otherOrg)
			if sent := other.Sim(t).Requests(); len(sent) != 1 || sent[0].Path != wellKnownOrg {
				t.Errorf("%s of %s: the other org was asked %v, want only which one it is", what, kind, sent)
			}
		}
	}
}
