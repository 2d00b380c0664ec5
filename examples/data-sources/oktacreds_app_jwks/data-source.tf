data "oktacreds_app_jwks" "service" {
  app_id = okta_app_oauth.service.id
}

# The ACTIVE signing keys as PEM, by id. A key whose use was never said signs, too.
output "signing_keys" {
  value = {
    for key in data.oktacreds_app_jwks.service.keys :
    key.id => provider::oktacreds::pem_from_jwk(jsonencode(key))
    if key.status == "ACTIVE" && key.use != "enc"
  }
}
