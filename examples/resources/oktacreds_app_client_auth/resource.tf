# From client secrets to keys: the key first, then the method. allow_secret_deletion
# confirms that you intend this.
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

# Stop managing the secret without destroying it; Okta deletes it.
removed {
  from = oktacreds_app_client_secret.service

  lifecycle {
    destroy = false
  }
}
