import {
  to = oktacreds_app_client_secret.web
  identity = {
    app_id = "0oa1nkheCuDn82XVI0g4"
    id     = "ocs2f50kZB0cITmYU0g4"
  }
}
