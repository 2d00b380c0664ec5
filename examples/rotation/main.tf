# Rotates the client secret of one Okta app in one apply, and delivers it as a file.
# The value enters neither state nor plan.
#
#   terraform apply -var rotation=2026-07     # first secret
#   terraform apply -var rotation=2026-10     # rotation
#
# The org and the credentials come from the environment: OKTA_ORG_NAME and
# OKTA_API_TOKEN, or any other of the provider's OKTA_* variables.

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

variable "path" {
  description = "File that the app reads its client secret from."
  type        = string
}

variable "rotation" {
  description = "Any text, a date for example. Change it, and the next apply rotates."
  type        = string
  default     = "1"
}

variable "pickup_seconds" {
  description = "How long the app may take from the new file to its last login with the old secret, in seconds. The old secret works until then."
  type        = number
  default     = 5
}

resource "oktacreds_app_client_secret" "this" {
  app_id              = var.app_id
  rotate_when_changed = { rotation = var.rotation }

  lifecycle {
    # An app can have two secrets. Terraform creates and delivers the new one before it
    # deactivates and deletes the old one. Without this line, it would begin with the old
    # one, which Okta refuses.
    create_before_destroy = true
  }
}

# Reads the value while Terraform runs, without storing it. With the id, it is the value
# of this secret, no matter what else the app has.
ephemeral "oktacreds_app_client_secret" "this" {
  app_id = var.app_id
  id     = oktacreds_app_client_secret.this.id
}

# Delivers the secret. Replace it with what suits you: any resource that takes the value
# as a write-only argument, with `version` as its version.
resource "terraform_data" "delivery" {
  # Without this, a new secret would be created and never delivered, and the old one
  # would be deleted anyway.
  triggers_replace = [oktacreds_app_client_secret.this.version]

  # If this fails, the apply fails, and the old secret remains valid. Don't add a
  # provisioner for destroy: a replacement would run it too, and delete the file.
  provisioner "local-exec" {
    environment = {
      CLIENT_SECRET  = ephemeral.oktacreds_app_client_secret.this.client_secret
      SECRET_FILE    = var.path
      PICKUP_SECONDS = var.pickup_seconds
    }
    # mktemp makes the file with mode 0600, and mv puts it in place in one step, so that
    # a reader finds the old value or the new one, never half a value. Then logins that
    # began with the old secret get time to finish.
    command = <<-EOT
      set -eu
      new=$(mktemp "$SECRET_FILE.XXXXXX")
      printf '%s' "$CLIENT_SECRET" > "$new"
      mv -f "$new" "$SECRET_FILE"
      sleep "$PICKUP_SECONDS"
    EOT
  }
}

output "client_secret_id" {
  description = "Id of the secret that the app was given last."
  value       = oktacreds_app_client_secret.this.id
}
