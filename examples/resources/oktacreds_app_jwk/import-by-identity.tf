import {
  to = oktacreds_app_jwk.service
  identity = {
    app_id = "0oa1nkheCuDn82XVI0g4"
    id     = "pks2f50kZB0cITmYU0g4"
  }
}
