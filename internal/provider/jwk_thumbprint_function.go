// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

func newJWKThumbprintFunction() function.Function {
	return stringFunction{
		name:    "jwk_thumbprint",
		summary: "RFC 7638 thumbprint of a public key",
		description: "The SHA-256 thumbprint (RFC 7638) of a public key, in base64url. It depends on the key alone, not on its form or its `kid`, " +
			"and is the `kid` that this provider gives to a key without one. Fails if the key is private.",
		parameter: "key",
		accepts:   "The public key, as JSON Web Key or PEM.",
		compute: func(text string) (string, error) {
			key, err := jwk.ParsePublic(text)
			return key.Thumbprint(), err
		},
	}
}
