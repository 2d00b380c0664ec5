# The apply returns when the service has read the new secret, and 15 minutes later it
# deactivates and deletes the old one. For a secret store, whose consumers read it later,
# use oktacreds_app_client_secret_rotation.
resource "oktacreds_app_client_secret" "web" {
  app_id       = okta_app_oauth.web.id
  rotate_after = "90d"
  drain        = "15m"

  lifecycle {
    create_before_destroy = true
  }
}

# The value, without storing it in plan or state.
ephemeral "oktacreds_app_client_secret" "web" {
  app_id = oktacreds_app_client_secret.web.app_id
  id     = oktacreds_app_client_secret.web.id
}

resource "terraform_data" "web" {
  triggers_replace = [oktacreds_app_client_secret.web.version]

  provisioner "local-exec" {
    command     = "./deploy-secret.sh"
    environment = { CLIENT_SECRET = ephemeral.oktacreds_app_client_secret.web.client_secret }
  }
}
