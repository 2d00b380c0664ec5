# From client secrets to keys in one apply: the key first, then the method. Okta
# deletes the client secrets with the switch, which allow_secret_deletion says to be
# meant.
resource "oktacreds_app_jwk" "service" {
  app_id         = okta_app_oauth.service.id
  public_key_pem = file("${path.module}/service.pub.pem")

  lifecycle {
    create_before_destroy = true
  }
}

resource "oktacreds_app_client_auth" "service" {
  app_id                     = okta_app_oauth.service.id
  token_endpoint_auth_method = "private_key_jwt"
  allow_secret_deletion      = true

  depends_on = [oktacreds_app_jwk.service]
}

# Whoever managed the secret with Terraform gives it up without destroying it:
# Okta does that.
removed {
  from = oktacreds_app_client_secret.service

  lifecycle {
    destroy = false
  }
}
