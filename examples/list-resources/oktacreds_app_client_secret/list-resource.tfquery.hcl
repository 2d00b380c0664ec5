# terraform query
list "oktacreds_app_client_secret" "old" {
  provider = oktacreds
  limit    = 1000

  config {
    status     = "ACTIVE"
    older_than = "2160h" # 90 days
  }
}

# terraform query -generate-config-out=found.tf writes resource and import
# blocks. Add create_before_destroy to the resources before they rotate.
list "oktacreds_app_client_secret" "web" {
  provider         = oktacreds
  include_resource = true

  config {
    app_id = "0oa1nkheCuDn82XVI0g4"
  }
}
