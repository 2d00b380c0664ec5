// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestClientConfig_SeveralCredentialsInTheEnvironment_TheFirstIsUsedAndAWarningSaysSo(t *testing.T) {
	const none, access, api, key = "", "OKTA_ACCESS_TOKEN", "OKTA_API_TOKEN", "OKTA_API_PRIVATE_KEY"
	for _, test := range []struct {
		set  []string
		uses string
		warn bool
	}{
		{nil, none, false},
		{[]string{access}, access, false},
		{[]string{api}, api, false},
		{[]string{access, api}, access, true},
		{[]string{api, key}, api, true},
		{[]string{access, api, key}, access, true},
	} {
		for _, name := range []string{access, api, key, "OKTA_ORG_NAME", "OKTA_BASE_URL"} {
			t.Setenv(name, "")
		}
		for _, name := range test.set {
			t.Setenv(name, "value of "+name)
		}
		config, diags := providerModel{}.clientConfig(t.Context())
		uses := none
		switch {
		case config.AccessToken != "" && config.APIToken != "":
			t.Errorf("%v: both tokens are used", test.set)
		case config.AccessToken != "":
			uses = access
		case config.APIToken != "":
			uses = api
		}
		if uses != test.uses || (diags.WarningsCount() > 0) != test.warn || diags.HasError() {
			t.Errorf("%v: uses %q with %v; want %q, a warning: %t", test.set, uses, diags, test.uses, test.warn)
		}
		if config, diags := (providerModel{APIToken: types.StringValue("configured")}).clientConfig(t.Context()); config.APIToken != "configured" || len(diags) > 0 {
			t.Errorf("%v: the configuration doesn't hide the environment: %v", test.set, diags)
		}
	}
}
