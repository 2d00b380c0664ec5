resource "oktacreds_app_jwks_exclusive" "service" {
  app_id = okta_app_oauth.service.id
  ids    = [oktacreds_app_jwk.service.id]
}
