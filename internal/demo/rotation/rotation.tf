# The demo's rotation over several applies: examples/rotation with the resource for
# consumers that need time to pick up a new secret. Real durations are days.

terraform {
  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
  }
}

variable "app_id" {
  type = string
}

variable "path" {
  type = string
}

variable "rotation" {
  type    = string
  default = "1"
}

variable "pickup_seconds" {
  type    = number
  default = 0
}

resource "oktacreds_app_client_secret_rotation" "this" {
  app_id              = var.app_id
  overlap             = "3s"
  grace               = "2s"
  rotate_when_changed = { rotation = var.rotation }
}

ephemeral "oktacreds_app_client_secret" "this" {
  app_id = var.app_id
  id     = oktacreds_app_client_secret_rotation.this.current_secret_id
}

resource "terraform_data" "delivery" {
  triggers_replace = [oktacreds_app_client_secret_rotation.this.version]

  provisioner "local-exec" {
    environment = {
      CLIENT_SECRET = ephemeral.oktacreds_app_client_secret.this.client_secret
      SECRET_FILE   = var.path
    }
    command = <<-EOT
      set -eu
      new=$(mktemp "$SECRET_FILE.XXXXXX")
      printf '%s' "$CLIENT_SECRET" > "$new"
      mv -f "$new" "$SECRET_FILE"
    EOT
  }
}
