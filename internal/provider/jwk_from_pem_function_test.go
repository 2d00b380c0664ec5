// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

func TestJWKFromPEM_TheKidIsTheThumbprint(t *testing.T) {
	key := acctest.RSA(t, 2048)
	var got map[string]string
	if err := json.Unmarshal([]byte(gives(t, "jwk_from_pem", acctest.PublicPEM(t, key))), &got); err != nil {
		t.Fatal(err)
	}
	if want := acctest.Thumbprint(t, key); got["kid"] != want || len(got) != 4 {
		t.Errorf("the JWK has %d members and the kid %q, want kty, kid, n, e and %q", len(got), got["kid"], want)
	}
}

func TestJWKFromPEM_WhatIsNoPEMIsAnError(t *testing.T) {
	refuses(t, "jwk_from_pem", rfcRSA, "JWK", "PEM")
	refuses(t, "jwk_from_pem", "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "not a public key")
	refuses(t, "jwk_from_pem", "", "the text is empty")
	refuses(t, "jwk_from_pem", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n", "PEM")
}
