# Every active app of the team that authenticates with a client secret.
data "oktacreds_apps" "payments" {
  label_prefix = "payments-"
  status       = "ACTIVE"
}

locals {
  apps = {
    for app in data.oktacreds_apps.payments.apps : app.label => app.id
    if startswith(app.token_endpoint_auth_method, "client_secret_")
  }
}

resource "oktacreds_app_client_secret_rotation" "payments" {
  for_each = local.apps

  app_id       = each.value
  rotate_after = "90d"
  overlap      = "7d"
  grace        = "7d"
}
