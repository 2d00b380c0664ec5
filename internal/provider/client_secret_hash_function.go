// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
)

func newClientSecretHashFunction() function.Function {
	return stringFunction{
		name:    "client_secret_hash",
		summary: "Okta's secret_hash of a client secret",
		description: "Okta's `secret_hash` of a client secret: the first 16 bytes of its SHA-256, in base64url. Compare it with the `secret_hash` of a resource " +
			"or data source to find out which secret a value is. Fails if the value isn't a valid client secret, for example if it ends with a newline.\n\n" +
			"The hash of a sensitive value is sensitive, too. To show a comparison, wrap the hash in `nonsensitive`: `secret_hash` is not sensitive in state either.",
		parameter: "secret",
		accepts:   "The client secret.",
		compute:   func(secret string) (string, error) { return okta.SecretHash(secret), checkSecret(secret) },
	}
}
