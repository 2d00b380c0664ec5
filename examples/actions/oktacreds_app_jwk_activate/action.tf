terraform {
  required_version = ">= 1.14" # Terraform 1.13 accepts an action and doesn't run it
}

# A consumer still needs the previous key:
#   terraform apply -invoke=action.oktacreds_app_jwk_activate.previous
action "oktacreds_app_jwk_activate" "previous" {
  config {
    app_id = "0oa1nkheCuDn82XVI0g4"
    id     = "pks1nkhdzMPVzBmnG0g4"
  }
}
