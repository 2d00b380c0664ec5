resource "oktacreds_app_client_secret" "web" {
  app_id       = okta_app_oauth.web.id
  rotate_after = "2160h" # 90 days
  omit_secret  = true

  lifecycle {
    create_before_destroy = true
  }
}

# The value goes where it is needed without entering plan or state.
ephemeral "oktacreds_app_client_secret" "web" {
  app_id = oktacreds_app_client_secret.web.app_id
  id     = oktacreds_app_client_secret.web.id
}

resource "aws_secretsmanager_secret_version" "web" {
  secret_id                = aws_secretsmanager_secret.web.id
  secret_string_wo         = ephemeral.oktacreds_app_client_secret.web.client_secret
  secret_string_wo_version = oktacreds_app_client_secret.web.version
}
