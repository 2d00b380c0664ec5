# Consumers have a week to pick up a new secret. For another day, hold = true restores
# the previous one. Run apply daily.
resource "oktacreds_app_client_secret_rotation" "web" {
  app_id       = okta_app_oauth.web.id
  rotate_after = "90d"
  stagger      = "14d" # not all apps on the same day
  overlap      = "7d"
  grace        = "1d"
}

ephemeral "oktacreds_app_client_secret" "web" {
  app_id = oktacreds_app_client_secret_rotation.web.app_id
  id     = oktacreds_app_client_secret_rotation.web.current_secret_id
}

resource "vault_kv_secret_v2" "web" {
  mount                = "secret"
  name                 = "okta/web"
  data_json_wo         = jsonencode({ client_secret = ephemeral.oktacreds_app_client_secret.web.client_secret })
  data_json_wo_version = oktacreds_app_client_secret_rotation.web.version
}

check "web_client_secret" {
  assert {
    condition     = !oktacreds_app_client_secret_rotation.web.overdue
    error_message = "The rotation is overdue: ${coalesce(oktacreds_app_client_secret_rotation.web.blocked_by, "apply hasn't run")}."
  }
}
