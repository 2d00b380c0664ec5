output "jwk" {
  value = provider::oktacreds::jwk_from_pem(file("${path.module}/service.pub.pem"))
}
