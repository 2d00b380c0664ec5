# AWS Systems Manager Parameter Store. Consumers have the new value when they read the
# parameter again. A task or function that got it as an environment variable keeps the old
# value until it is started again.

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

resource "aws_ssm_parameter" "app" {
  name             = "/okta/app/client-secret"
  type             = "SecureString"
  value_wo         = ephemeral.oktacreds_app_client_secret.app.client_secret
  value_wo_version = oktacreds_app_client_secret_rotation.app.version
}
