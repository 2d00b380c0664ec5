# AWS Secrets Manager. Consumers have the new value when they read the secret again; the
# AWS caching clients do so every hour by default.

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
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

resource "aws_secretsmanager_secret" "app" {
  name = "okta/app"
}

# A new version replaces this resource. Destroying the old version doesn't remove its label
# AWSCURRENT; AWS moves the label when it has the new one. Consumers always find a value.
resource "aws_secretsmanager_secret_version" "app" {
  secret_id                = aws_secretsmanager_secret.app.id
  secret_string_wo         = ephemeral.oktacreds_app_client_secret.app.client_secret
  secret_string_wo_version = oktacreds_app_client_secret_rotation.app.version
}
