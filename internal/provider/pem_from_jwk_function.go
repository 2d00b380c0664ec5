// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

func newPEMFromJWKFunction() function.Function {
	return stringFunction{
		name:    "pem_from_jwk",
		summary: "PEM of a public JSON Web Key",
		description: "Turns a public JSON Web Key (RFC 7517) into PEM: a `PUBLIC KEY` block with SubjectPublicKeyInfo, ending in a newline. " +
			"PEM doesn't hold `kid`, `use` and `alg`. Fails if the key is private.",
		parameter: "jwk",
		accepts:   "The public key as JSON: `jsonencode({ kty = \"RSA\", … })`, or what `jwk_from_pem` gives.",
		compute: func(text string) (string, error) {
			key, err := jwk.ParseJWK(text)
			if err != nil {
				return "", err
			}
			return key.PEM()
		},
	}
}
