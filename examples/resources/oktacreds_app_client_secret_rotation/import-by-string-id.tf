import {
  to = oktacreds_app_client_secret_rotation.web
  id = "0oa1nkheCuDn82XVI0g4"
}
