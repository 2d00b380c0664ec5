# A consumer still needs the previous client secret:
#   terraform apply -invoke=action.oktacreds_app_client_secret_activate.previous
action "oktacreds_app_client_secret_activate" "previous" {
  config {
    app_id = "0oa1nkheCuDn82XVI0g4"
    id     = "ocs1nkhgQXLkGHkSx0g4"
  }
}
