// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
)

func TestCheckOrgAddress(t *testing.T) {
	const token = "00hunter2-0123456789abcdefghijABCDEFGHIJKL"
	for name, test := range map[string]struct {
		orgName, baseURL string
		refused          bool
	}{
		"nothing":                     {"", "", false},
		"usual":                       {"dev-123456", "okta.com", false},
		"another domain":              {"acme", "okta-emea.com", false},
		"a URL":                       {"https://hunter2.okta.com", "", true},
		"a URL with a password":       {"https://me:hunter2@dev-1.okta.com", "", true},
		"a domain":                    {"hunter2.okta.com", "", true},
		"a user":                      {"hunter2@dev-1", "", true},
		"a query":                     {"dev-1?token=hunter2", "", true},
		"a fragment":                  {"dev-1#hunter2", "", true},
		"an API token":                {token, "", true},
		"white space":                 {"dev-1 hunter2", "", true},
		"a line break":                {"dev-1\n", "", true},
		"too long for a host":         {strings.Repeat("hunter2", 10), "", true},
		"a base URL with a scheme":    {"dev-1", "https://hunter2.com", true},
		"a base URL with a user":      {"dev-1", "me:hunter2@okta.com", true},
		"a base URL with a query":     {"dev-1", "okta.com?token=hunter2", true},
		"a base URL with a fragment":  {"dev-1", "okta.com#hunter2", true},
		"a base URL with a path":      {"dev-1", "okta.com/hunter2", true},
		"a base URL with a port":      {"dev-1", "okta.com:hunter2", true},
		"a token in the base URL":     {"dev-1", token, true},
		"a JWT in the base URL":       {"dev-1", "eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2", true},
		"a base URL with white space": {"dev-1", "okta.com hunter2", true},
	} {
		t.Run(name, func(t *testing.T) {
			diags := checkOrgAddress(test.orgName, test.baseURL)
			if diags.HasError() != test.refused {
				t.Errorf("got %v", diags)
			}
			for _, d := range diags {
				if strings.Contains(d.Summary()+d.Detail(), "hunter2") {
					t.Errorf("the error repeats the value: %v", d)
				}
			}
		})
	}
}
