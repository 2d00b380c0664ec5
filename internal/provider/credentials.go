// SPDX-License-Identifier: MPL-2.0

package provider

import "github.com/oktacreds/terraform-provider-oktacreds/internal/okta"

// newest returns the credential created last; ok is false if there is none.
func newest[C okta.Credential](credentials []C) (last C, ok bool) {
	for _, credential := range credentials {
		if !ok || credential.Meta().Created.After(last.Meta().Created) {
			last, ok = credential, true
		}
	}
	return last, ok
}

// find returns the credential with the id.
func find[C okta.Credential](credentials []C, id string) (C, bool) {
	for _, credential := range credentials {
		if credential.Meta().ID == id {
			return credential, true
		}
	}
	var none C
	return none, false
}

// active returns the ACTIVE ones.
func active[C okta.Credential](credentials []C) (out []C) {
	for _, credential := range credentials {
		if credential.Meta().Status == okta.StatusActive {
			out = append(out, credential)
		}
	}
	return out
}
