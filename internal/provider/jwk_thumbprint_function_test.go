// SPDX-License-Identifier: MPL-2.0

package provider_test

import "testing"

func TestJWKThumbprint_DependsOnTheKeyAlone(t *testing.T) {
	for _, same := range []string{
		`{"e":"AQAB","n":"` + rfcModulus + `","kty":"RSA"}`,
		`{"kty":"RSA","n":"` + rfcModulus + `","e":"AQAB","kid":"other","use":"enc","x5t":"other"}`,
		`{"kty":"RSA","n":"` + rfcModulus + `==","e":"AAEAAQ"}`,
	} {
		if got := gives(t, "jwk_thumbprint", same); got != rfcThumbprint {
			t.Errorf("%s has the thumbprint %s", same, got)
		}
	}
	if gives(t, "jwk_thumbprint", rfcEC) == gives(t, "jwk_thumbprint", rfcBob) {
		t.Error("two keys have the same thumbprint")
	}
}

func TestJWKThumbprint_WhatIsNoKeyIsAnError(t *testing.T) {
	refuses(t, "jwk_thumbprint", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ", "ssh-keygen -e -m PKCS8")
}
