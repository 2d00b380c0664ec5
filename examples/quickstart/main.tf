# Rotates the client secret of one app that has one secret, and delivers it as a file.
#
#   terraform apply                  # imports the app's secret and delivers it
#   terraform apply -var request=2   # a rotation: both secrets work for seven days

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
  }
}

variable "app_id" {
  description = "Id of the app in Okta (0oa…)."
  type        = string
}

variable "request" {
  description = "Any text. Change it, and the next apply rotates."
  type        = string
  default     = "1"
}

variable "path" {
  description = "File that the app reads its client secret from."
  type        = string
  default     = "client_secret"
}

# Nothing changes in Okta: the app's current secret becomes the rotation's first one.
import {
  to = oktacreds_app_client_secret_rotation.web
  id = var.app_id
}

resource "oktacreds_app_client_secret_rotation" "web" {
  app_id              = var.app_id
  rotate_after        = "90d"
  overlap             = "7d"
  grace               = "1d"
  rotate_when_changed = { request = var.request }
}

# The value of the current secret. It is stored in neither plan nor state.
ephemeral "oktacreds_app_client_secret" "web" {
  app_id = var.app_id
  id     = oktacreds_app_client_secret_rotation.web.current_secret_id
}

# Replace this with your secret store: see ../receivers.
resource "terraform_data" "delivery" {
  triggers_replace = [oktacreds_app_client_secret_rotation.web.version]

  provisioner "local-exec" {
    command = "umask 077 && printf '%s' \"$CLIENT_SECRET\" > \"$SECRET_FILE\""
    environment = {
      CLIENT_SECRET = ephemeral.oktacreds_app_client_secret.web.client_secret
      SECRET_FILE   = var.path
    }
  }
}

output "rotation" {
  value = {
    phase      = oktacreds_app_client_secret_rotation.web.phase
    current    = oktacreds_app_client_secret_rotation.web.current_secret_id
    previous   = oktacreds_app_client_secret_rotation.web.previous_secret_id
    rotates_at = oktacreds_app_client_secret_rotation.web.rotates_at
  }
}
