# A consumer still needs the previous key:
#   terraform apply -invoke=action.oktacreds_app_jwk_activate.previous
action "oktacreds_app_jwk_activate" "previous" {
  config {
    app_id = "0oa1nkheCuDn82XVI0g4"
    id     = "pks1nkhdzMPVzBmnG0g4"
  }
}
