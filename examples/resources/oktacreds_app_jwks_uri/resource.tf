resource "oktacreds_app_jwks_uri" "service" {
  app_id   = okta_app_oauth.service.id
  jwks_uri = "https://service.example.com/.well-known/jwks.json"
  validate = true
}
