terraform {
  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
  }
}

# Arguments and environment variables have the names that Okta's own provider
# gives them, so that one set of credentials serves both.
provider "oktacreds" {
  org_name       = "dev-123456"
  base_url       = "okta.com"
  client_id      = "0oa2f4zrZbs8nUa7p0g4"
  private_key    = "/run/secrets/okta.pem" # or PEM text, or OKTA_API_PRIVATE_KEY
  private_key_id = "rotation-2026"
  scopes         = ["okta.apps.read", "okta.apps.manage"]
}
