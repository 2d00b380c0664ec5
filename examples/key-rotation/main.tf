# Rotates the key pair with which an app authenticates (private_key_jwt), so that
# no interruption breaks a login. The private key enters neither state nor plan.
#
#   terraform apply -var rotation=1     # first key
#   terraform apply -var rotation=2     # rotation
#
# The order is: store the pair, add its public half to Okta, switch the app to it,
# delete the old key. No matter which step fails, the app has a private key whose
# public half Okta accepts, and the next apply continues from there. See README.md.

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
  }
}

variable "app_id" {
  description = "Id of the app in Okta (0oa…). Its token_endpoint_auth_method is private_key_jwt."
  type        = string
}

variable "directory" {
  description = "Where the app finds its private key, as the file current. Represents your secret store."
  type        = string
}

variable "rotation" {
  description = "A number. Raise it, and the next apply rotates."
  type        = number
}

variable "pickup_seconds" {
  description = "How long the app may take from the new key to its last login with the old one, in seconds. The old key works until then."
  type        = number
  default     = 5
}

# Every run generates another pair. Only the one that is stored below is used.
ephemeral "oktacreds_key_pair" "next" {
  algorithm = "RSA_2048"
}

# 1. Store the pair, and use it from there. If Okta were given the pair of this
#    run and the store failed, the next run would have another pair.
resource "terraform_data" "stored" {
  triggers_replace = [var.rotation]
  input            = "${var.directory}/${var.rotation}"

  provisioner "local-exec" {
    environment = {
      PAIR        = self.input
      PRIVATE_KEY = ephemeral.oktacreds_key_pair.next.private_key_pem
      PUBLIC_KEY  = ephemeral.oktacreds_key_pair.next.public_key_pem
    }
    # mktemp makes the file with mode 0600, mv puts it in place in one step.
    command = <<-EOT
      set -eu
      new=$(mktemp "$PAIR.XXXXXX")
      printf '%s' "$PRIVATE_KEY" > "$new"
      mv -f "$new" "$PAIR.pem"
      printf '%s' "$PUBLIC_KEY" > "$PAIR.pub.pem"
    EOT
  }
}

# 2. Add the public half to Okta. With a store that Terraform can read, use an
#    ephemeral resource of its provider instead of file().
resource "oktacreds_app_jwk" "this" {
  app_id                = var.app_id
  public_key_wo         = file("${terraform_data.stored.output}.pub.pem")
  public_key_wo_version = var.rotation

  # No other configuration manages this app's keys, so a key that the app already has
  # was created by an interrupted apply of this one.
  adopt_interrupted = true

  lifecycle {
    # 4. The old key is deleted when everything that depends on this is done.
    create_before_destroy = true
  }
}

# 3. Switch the app to the new key, in one step.
resource "terraform_data" "used" {
  triggers_replace = [oktacreds_app_jwk.this.kid]

  provisioner "local-exec" {
    environment = {
      CURRENT        = "${var.directory}/current"
      PRIVATE_KEY    = "${terraform_data.stored.output}.pem"
      PICKUP_SECONDS = var.pickup_seconds
    }
    command = <<-EOT
      set -eu
      rm -f "$CURRENT.next"
      ln -s "$PRIVATE_KEY" "$CURRENT.next"
      mv -f "$CURRENT.next" "$CURRENT"
      sleep "$PICKUP_SECONDS"
    EOT
  }
}

output "kid" {
  description = "Key id of the key in use."
  value       = oktacreds_app_jwk.this.kid
}
