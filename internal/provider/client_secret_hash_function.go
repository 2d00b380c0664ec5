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
			"or data source to find out which secret a value is. What Okta would not take as a client secret, such as one with a newline at its end, is an error.\n\n" +
			"The hash of a sensitive value is sensitive, too: for comparisons that are shown, wrap it in `nonsensitive`. State holds `secret_hash` in the clear.",
		parameter: "secret",
		accepts:   "The client secret. Mark it sensitive: Terraform shows the argument of a call that fails.",
		compute:   func(secret string) (string, error) { return okta.SecretHash(secret), checkSecret(secret) },
	}
}
