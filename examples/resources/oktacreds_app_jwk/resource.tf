resource "oktacreds_app_jwk" "service" {
  app_id         = okta_app_oauth.service.id
  public_key_pem = file("${path.module}/service.pub.pem")

  lifecycle {
    create_before_destroy = true
  }
}
