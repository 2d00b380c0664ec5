import {
  to = oktacreds_api_service_integration_secret.reporting
  id = "0oa72lrepvp4WqEET1d9/ocs2f50kZB0cITmYU0g4"
}
