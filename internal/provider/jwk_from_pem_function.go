// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

func newJWKFromPEMFunction() function.Function {
	return stringFunction{
		name:    "jwk_from_pem",
		summary: "JSON Web Key of a public key in PEM",
		description: "Turns a public key in PEM into a JSON Web Key (RFC 7517), as JSON. Its `kid` is the RFC 7638 thumbprint; " +
			"it doesn't have `use` and `alg`. Line breaks that were lost or written as `\\n` are restored. Fails if the key is private.",
		parameter: "pem",
		accepts:   "The public key: `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`.",
		compute: func(pem string) (string, error) {
			key, err := jwk.ParsePEM(pem)
			return withKid(key).JSON(), err
		},
	}
}

// withKid gives a key that has no kid its thumbprint for one.
func withKid(key jwk.Key) jwk.Key {
	if key.Kid == "" {
		key.Kid = key.Thumbprint()
	}
	return key
}
