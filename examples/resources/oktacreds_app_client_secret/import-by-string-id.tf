import {
  to = oktacreds_app_client_secret.web
  id = "0oa1nkheCuDn82XVI0g4/ocs2f50kZB0cITmYU0g4"
}
