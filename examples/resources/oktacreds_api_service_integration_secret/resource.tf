resource "oktacreds_api_service_integration_secret" "reporting" {
  api_service_integration_id = "0oa72lrepvp4WqEET1d9"
  rotate_after               = "90d"

  lifecycle {
    create_before_destroy = true
  }
}
