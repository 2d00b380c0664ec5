# Vault KV version 2. Consumers have the new value when they read the secret again, or when
# Vault Agent renders it again (static_secret_render_interval, 5 minutes by default).

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
    vault = {
      source  = "hashicorp/vault"
      version = ">= 5.0"
    }
  }
}

variable "app_id" {
  description = "Id of the app in Okta (0oa…)."
  type        = string
}

resource "oktacreds_app_client_secret_rotation" "app" {
  app_id       = var.app_id
  rotate_after = "90d"
  overlap      = "7d"
  grace        = "1d"
}

ephemeral "oktacreds_app_client_secret" "app" {
  app_id = var.app_id
  id     = oktacreds_app_client_secret_rotation.app.current_secret_id
}

# A new version updates this resource in place: Vault adds a version to the secret.
resource "vault_kv_secret_v2" "app" {
  mount = "secret"
  name  = "okta/app"

  data_json_wo = jsonencode({
    client_secret = ephemeral.oktacreds_app_client_secret.app.client_secret
  })
  data_json_wo_version = oktacreds_app_client_secret_rotation.app.version
}
