import {
  to = oktacreds_app_client_auth.service
  identity = {
    app_id = "0oa1nkheCuDn82XVI0g4"
  }
}
