# Rotates the client secrets of many Okta apps, and delivers each secret to the
# receivers of its app. No value enters state or plan. See README.md.
#
#   terraform apply     # on a schedule, for example once a week
#
# The org and the provider's credentials come from the environment: OKTA_ORG_NAME
# and OKTA_API_TOKEN, or any other of the provider's OKTA_* variables.

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
  }
}

# Imports the apps as they are. An import changes nothing in Okta, and an app
# that is already in the state is not imported again.
import {
  for_each = var.import_existing ? var.apps : {}
  to       = oktacreds_app_client_secret_rotation.this[each.key]
  id       = each.value.app_id
}

resource "oktacreds_app_client_secret_rotation" "this" {
  for_each = var.apps

  app_id         = each.value.app_id
  rotate_after   = coalesce(each.value.rotate_after, var.rotate_after)
  stagger        = var.stagger
  overlap        = coalesce(each.value.overlap, var.overlap)
  grace          = var.grace
  hold           = each.value.hold
  on_blocked     = var.on_blocked
  warn_on_retire = false # sixty warnings hide the one that matters; see the output report
}

# Reads the values while Terraform runs, without storing them. With the id, each is
# the value of the current secret, no matter what else the app has.
ephemeral "oktacreds_app_client_secret" "current" {
  for_each = var.apps

  app_id = each.value.app_id
  id     = oktacreds_app_client_secret_rotation.this[each.key].current_secret_id
}

# Delivers the secrets. Here, a file takes the place of your secret store. With
# Vault, AWS Secrets Manager and others, use the store's resource: pass the value
# to its write-only argument, and `version` to the argument that says when the
# value has changed.
resource "terraform_data" "receiver" {
  for_each = var.receivers

  triggers_replace = [oktacreds_app_client_secret_rotation.this[each.value.app].version]

  provisioner "local-exec" {
    environment = {
      CLIENT_SECRET = ephemeral.oktacreds_app_client_secret.current[each.value.app].client_secret
      SECRET_FILE   = each.value.path
    }
    # mktemp creates the file with mode 0600, and mv puts it in place in one step.
    command = <<-EOT
      set -eu
      new=$(mktemp "$SECRET_FILE.XXXXXX")
      printf '%s' "$CLIENT_SECRET" > "$new"
      mv -f "$new" "$SECRET_FILE"
    EOT
  }
}
