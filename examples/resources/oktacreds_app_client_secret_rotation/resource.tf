# Consumers have a week to pick a new secret up, and for another day the old one
# can be brought back with hold = true. Run apply daily.
resource "oktacreds_app_client_secret_rotation" "web" {
  app_id       = okta_app_oauth.web.id
  rotate_after = "2160h" # 90 days
  overlap      = "168h"
  grace        = "24h"
  omit_secret  = true
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
