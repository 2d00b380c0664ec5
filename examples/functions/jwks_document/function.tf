# The document that oktacreds_app_jwks_uri points Okta at. During a rotation it
# has the old key and the new one.
resource "aws_s3_object" "keys" {
  bucket       = aws_s3_bucket.public.id
  key          = "service/keys.json"
  content_type = "application/jwk-set+json"
  content = provider::oktacreds::jwks_document([
    file("${path.module}/service-2026-07.pub.pem"),
    file("${path.module}/service-2026-10.pub.pem"),
  ])
}
