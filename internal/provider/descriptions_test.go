// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/provider"
)

// TestSchema_EveryAttributeIsDescribed_AndEveryOptionalOneSaysItsDefault leaves out arguments
// of which one of several must be set, and the provider's, which come from the environment.
func TestSchema_EveryAttributeIsDescribed_AndEveryOptionalOneSaysItsDefault(t *testing.T) {
	without := []string{"access_token", "api_token", "client_id", "http_proxy", "jwk", "label", "org_name", "private_key", "private_key_id",
		"public_key_pem", "public_key_wo", "public_key_wo_version", "scopes", "id", "client_secret", "client_secret_wo", "client_secret_wo_version", "timeouts"}
	server := provider.NewServer(&provider.Provider{})
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var check func(where string, attributes []*tfprotov6.SchemaAttribute)
	check = func(where string, attributes []*tfprotov6.SchemaAttribute) {
		for _, attribute := range attributes {
			name := where + "." + attribute.Name
			if attribute.Description == "" && attribute.Name != "timeouts" {
				t.Errorf("%s has no description", name)
			}
			if attribute.Optional && !slices.Contains(without, attribute.Name) && !strings.Contains(attribute.Description, "Default: ") {
				t.Errorf("%s doesn't say its default: %s", name, attribute.Description)
			}
			if attribute.NestedType != nil {
				check(name, attribute.NestedType.Attributes)
			}
		}
	}
	check("provider", schemas.Provider.Block.Attributes)
	for _, kind := range []map[string]*tfprotov6.Schema{schemas.ResourceSchemas, schemas.DataSourceSchemas, schemas.EphemeralResourceSchemas, schemas.ListResourceSchemas} {
		for name, schema := range kind {
			check(name, schema.Block.Attributes)
		}
	}
}
