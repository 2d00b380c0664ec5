import {
  to = oktacreds_api_service_integration_secret.reporting
  identity = {
    api_service_integration_id = "0oa72lrepvp4WqEET1d9"
    id                         = "ocs2f50kZB0cITmYU0g4"
  }
}
