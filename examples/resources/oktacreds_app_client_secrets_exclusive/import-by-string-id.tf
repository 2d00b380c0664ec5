import {
  to = oktacreds_app_client_secrets_exclusive.web
  id = "0oa1nkheCuDn82XVI0g4"
}
