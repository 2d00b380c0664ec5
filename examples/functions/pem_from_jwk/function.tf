output "pem" {
  value = provider::oktacreds::pem_from_jwk(jsonencode({
    kty = "EC"
    crv = "P-256"
    x   = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
    y   = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
  }))
}
