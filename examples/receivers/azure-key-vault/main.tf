# Azure Key Vault. Consumers that read the secret without a version have the new value when
# they read it again. App Service refreshes its Key Vault references within 24 hours.

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.23"
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

provider "azurerm" {
  features {}
}

variable "key_vault_id" {
  description = "Id of the key vault."
  type        = string
}

# A new version updates this resource in place: Azure adds a version to the secret.
resource "azurerm_key_vault_secret" "app" {
  name             = "okta-app"
  key_vault_id     = var.key_vault_id
  value_wo         = ephemeral.oktacreds_app_client_secret.app.client_secret
  value_wo_version = oktacreds_app_client_secret_rotation.app.version
}
