// SPDX-License-Identifier: MPL-2.0

package main

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// otherProvider is what examples and guides use of another provider: the part of its
// schema that they need, as the source of that version has it. A configuration that uses
// anything else of it is a finding: look the argument up in the provider's source, and
// then add it here.
type otherProvider struct {
	source, version string
	configuration   fields
	resources       map[string]fields
	dataSources     map[string]fields
	ephemerals      map[string]fields
}

// fields are the arguments, attributes and blocks of an object.
type fields map[string]field

// field is one of them. The zero field is an optional string.
type field struct {
	what   int
	typ    tftypes.Type // string unless set
	blocks fields       // for what == block
}

const (
	optional  = iota
	required  // an argument that must be set
	computed  // an attribute that can't be set
	writeOnly // an argument that can take an ephemeral value and is in no state
	block     // a nested block, at most once
)

var (
	texts  = tftypes.Set{ElementType: tftypes.String}
	object = func(names ...string) tftypes.Type {
		types := map[string]tftypes.Type{}
		for _, name := range names {
			types[name] = tftypes.String
		}
		return tftypes.Object{AttributeTypes: types}
	}
)

// others are the providers that examples and guides use, oktacreds and those built into
// Terraform excepted.
var others = []otherProvider{
	// A changed secret_string_wo_version replaces the version. Destroying a version takes
	// every label from it except AWSCURRENT, which AWS moves when the next one is put:
	// consumers that read AWSCURRENT find a value all the time.
	// A changed value_wo_version updates the parameter in place.
	{source: "hashicorp/aws", version: "6.71.0", resources: map[string]fields{
		"aws_s3_bucket":             {"id": {what: computed}},
		"aws_s3_object":             {"bucket": {what: required}, "key": {what: required}, "content_type": {}, "content": {}},
		"aws_secretsmanager_secret": {"name": {}, "id": {what: computed}},
		"aws_secretsmanager_secret_version": {
			"secret_id": {what: required}, "secret_string_wo": {what: writeOnly},
			"secret_string_wo_version": {typ: tftypes.Number}, "version_stages": {typ: texts}, "version_id": {what: computed},
		},
		"aws_ssm_parameter": {
			"name": {what: required}, "type": {what: required},
			"value_wo": {what: writeOnly}, "value_wo_version": {typ: tftypes.Number},
		},
	}, ephemerals: map[string]fields{
		"aws_secretsmanager_secret_version": {"secret_id": {what: required}, "version_id": {}, "secret_string": {what: computed}},
	}},
	// A changed value_wo_version updates the secret in place, and Azure makes a new
	// version of it. It must be 1 or more.
	{source: "hashicorp/azurerm", version: "5.2.0", configuration: fields{"features": {what: block}}, resources: map[string]fields{
		"azurerm_key_vault_secret": {
			"name": {what: required}, "key_vault_id": {what: required},
			"value_wo": {what: writeOnly}, "value_wo_version": {typ: tftypes.Number},
		},
	}},
	// A changed secret_data_wo_version replaces the version. Destroying a version with the
	// default deletion_policy, DELETE, destroys it in Google.
	{source: "hashicorp/google", version: "7.45.0", resources: map[string]fields{
		"google_secret_manager_secret": {
			"secret_id": {what: required}, "id": {what: computed},
			"replication": {what: block, blocks: fields{"auto": {what: block}}},
		},
		"google_secret_manager_secret_version": {
			"secret": {what: required}, "secret_data_wo": {what: writeOnly}, "secret_data_wo_version": {}, "deletion_policy": {},
		},
	}},
	// data_wo is sent only if data_wo_revision is 1 or more, and then in place. Before
	// 3.2.1, creating a secret with data_wo fails: "Missing Resource Identity After Create".
	{source: "hashicorp/kubernetes", version: "3.2.1", resources: map[string]fields{
		"kubernetes_secret_v1": {
			"metadata": {what: block, blocks: fields{"name": {}, "namespace": {}}},
			"data_wo":  {what: writeOnly, typ: tftypes.Map{ElementType: tftypes.String}}, "data_wo_revision": {typ: tftypes.Number},
		},
	}},
	// data_json_wo is sent when the secret is created and when data_json_wo_version changes,
	// in place. Vault makes a new version of the secret each time.
	{source: "hashicorp/vault", version: "5.11.0", resources: map[string]fields{
		"vault_kv_secret_v2": {
			"mount": {what: required}, "name": {what: required},
			"data_json_wo": {what: writeOnly}, "data_json_wo_version": {typ: tftypes.Number},
		},
	}},
	// Has no write-only argument. Since 6.12, plaintext_value is deprecated in favor of value.
	{source: "integrations/github", version: "6.13.0", resources: map[string]fields{
		"github_actions_secret": {"repository": {what: required}, "secret_name": {what: required}, "value": {}},
	}},
	{source: "okta/okta", version: "6.12.0", resources: map[string]fields{
		"okta_admin_role_custom": {"label": {what: required}, "description": {what: required}, "permissions": {typ: texts}, "id": {what: computed}},
		"okta_app_oauth": {
			"label": {what: required}, "type": {what: required}, "id": {what: computed}, "client_id": {what: computed},
			"omit_secret": {typ: tftypes.Bool}, "jwks_uri": {}, "token_endpoint_auth_method": {},
			"response_types": {typ: texts}, "grant_types": {typ: texts},
			"jwks": {what: block, blocks: fields{"kty": {what: required}, "kid": {what: required}, "e": {}, "n": {}}},
		},
		"okta_app_oauth_api_scope":       {"app_id": {what: required}, "issuer": {what: required}, "scopes": {what: required, typ: texts}},
		"okta_app_oauth_role_assignment": {"client_id": {what: required}, "type": {what: required}, "role": {}, "resource_set": {}},
		"okta_resource_set":              {"label": {what: required}, "description": {what: required}, "resources": {typ: texts}, "id": {what: computed}},
	}, dataSources: map[string]fields{
		"okta_org_metadata": {"id": {what: computed}, "domains": {what: computed, typ: object("organization", "alternate")}},
	}},
}

// schema returns the fields as the plugin protocol describes them.
func (f fields) schema() *tfprotov6.Schema { return &tfprotov6.Schema{Block: f.block()} }

func (f fields) block() *tfprotov6.SchemaBlock {
	described := &tfprotov6.SchemaBlock{}
	for name, field := range f {
		if field.what == block {
			described.BlockTypes = append(described.BlockTypes, &tfprotov6.SchemaNestedBlock{
				TypeName: name, Block: field.blocks.block(), Nesting: tfprotov6.SchemaNestedBlockNestingModeList, MaxItems: 1,
			})
			continue
		}
		attribute := &tfprotov6.SchemaAttribute{
			Name: name, Type: field.typ, Required: field.what == required, Computed: field.what == computed,
			Optional: field.what == optional || field.what == writeOnly, WriteOnly: field.what == writeOnly,
		}
		if attribute.Type == nil {
			attribute.Type = tftypes.String
		}
		described.Attributes = append(described.Attributes, attribute)
	}
	return described
}
