resource "oktacreds_api_service_client_secret" "reporting" {
  api_service_id = "0oa72lrepvp4WqEET1d9"
  rotate_after   = "2160h" # 90 days

  lifecycle {
    create_before_destroy = true
  }
}
