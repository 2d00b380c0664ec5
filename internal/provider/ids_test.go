// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// An id becomes part of a URL. One that is far too long is a key or a token that was pasted into the wrong place.
func TestIDs_OnesThatOktaCantHaveMade_AreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, nil)
	for _, id := range []string{strings.Repeat("0", 65), "0oa/../x", "", "0oa x"} {
		ids := map[string]any{}
		for _, name := range []string{"app_id", "api_service_integration_id", "id", "secret_id"} {
			ids[name] = id
		}
		tried := 0
		refused := func(kind string, schema *tfprotov6.Schema, validate func(*tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error)) {
			given := map[string]any{}
			for _, attribute := range schema.Block.Attributes {
				if value, ok := ids[attribute.Name]; ok && (attribute.Required || attribute.Optional) && attribute.Type.Is(tftypes.String) {
					given[attribute.Name] = value
				}
			}
			if len(given) == 0 {
				return
			}
			tried++
			diagnostics, err := validate(dynamic(t, schema.ValueType(), given))
			if err != nil {
				t.Fatal(err)
			}
			for name := range given {
				if !slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool {
					return d.Severity == tfprotov6.DiagnosticSeverityError && d.Attribute != nil && d.Attribute.String() == tftypes.NewAttributePath().WithAttributeName(name).String()
				}) {
					t.Errorf("%s takes %q for its %s", kind, id, name)
				}
			}
		}
		for kind, schema := range p.schemas.ResourceSchemas {
			refused(kind, schema, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
				resp, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: kind, Config: config})
				return resp.Diagnostics, err
			})
		}
		for kind, schema := range p.schemas.DataSourceSchemas {
			refused("data source "+kind, schema, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
				resp, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: kind, Config: config})
				return resp.Diagnostics, err
			})
		}
		for kind, schema := range p.schemas.EphemeralResourceSchemas {
			refused("ephemeral "+kind, schema, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
				resp, err := p.server.ValidateEphemeralResourceConfig(t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: kind, Config: config})
				return resp.Diagnostics, err
			})
		}
		actions := p.server.(tfprotov6.ProviderServerWithActions) //nolint:staticcheck // until plugin-go moves its methods
		for _, kind := range slices.Sorted(maps.Keys(p.schemas.ActionSchemas)) {
			refused("action "+kind, p.schemas.ActionSchemas[kind].Schema, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
				resp, err := actions.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: kind, Config: config})
				return resp.Diagnostics, err
			})
		}
		if tried < 16 { // 8 resources, 4 data sources, an ephemeral resource and 4 actions, less what finds apps by other means
			t.Errorf("%d objects were tried with %q", tried, id)
		}
	}
}
