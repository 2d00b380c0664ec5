import {
  to = oktacreds_app_jwk.service
  id = "0oa1nkheCuDn82XVI0g4/pks2f50kZB0cITmYU0g4"
}
