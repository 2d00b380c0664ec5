// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/elliptic"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func TestPEMFromJWK_IsTheInverseOfJWKFromPEM(t *testing.T) {
	for name, pem := range map[string]string{
		"RSA":   acctest.PublicPEM(t, acctest.RSA(t, 2048)),
		"P-256": acctest.PublicPEM(t, acctest.EC(t, elliptic.P256())),
		"P-384": acctest.PublicPEM(t, acctest.EC(t, elliptic.P384())),
		"P-521": acctest.PublicPEM(t, acctest.EC(t, elliptic.P521())),
	} {
		if got := gives(t, "pem_from_jwk", gives(t, "jwk_from_pem", pem)); got != pem {
			t.Errorf("%s comes back as\n%s\nand was\n%s", name, got, pem)
		}
	}
}

func TestPEMFromJWK_WhatIsNoKeyIsAnError(t *testing.T) {
	refuses(t, "pem_from_jwk", acctest.PublicPEM(t, acctest.EC(t, elliptic.P256())), "PEM", "JWK")
	refuses(t, "pem_from_jwk", `{"keys":[`+rfcRSA+`]}`, "JWKS", "one key")
	refuses(t, "pem_from_jwk", `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`, "OKP")
	refuses(t, "pem_from_jwk", `{"kty":"oct"}`, "symmetric")
	refuses(t, "pem_from_jwk", `{"kty":"RSA"`, "JSON")
}
