terraform {
  required_version = ">= 1.14" # Terraform 1.13 accepts an action and doesn't run it
}

# A client secret has leaked:
#   terraform apply -invoke=action.oktacreds_app_client_secret_deactivate.leaked
action "oktacreds_app_client_secret_deactivate" "leaked" {
  config {
    app_id = "0oa1nkheCuDn82XVI0g4"
    id     = "ocs1nkhgQXLkGHkSx0g4"
  }
}
