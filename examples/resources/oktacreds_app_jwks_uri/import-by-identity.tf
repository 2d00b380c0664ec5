import {
  to = oktacreds_app_jwks_uri.service
  identity = {
    app_id = "0oa1nkheCuDn82XVI0g4"
  }
}
