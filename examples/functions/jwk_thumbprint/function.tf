# The kid that oktacreds_app_jwk gives this key.
output "kid" {
  value = provider::oktacreds::jwk_thumbprint(file("${path.module}/service.pub.pem"))
}
