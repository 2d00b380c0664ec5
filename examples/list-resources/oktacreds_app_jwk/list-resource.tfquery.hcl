# terraform query -generate-config-out=found.tf writes resource and import
# blocks. Add create_before_destroy to the resources before they rotate.
list "oktacreds_app_jwk" "all" {
  provider         = oktacreds
  include_resource = true
  limit            = 1000
}

# Keys that Okta no longer accepts.
list "oktacreds_app_jwk" "inactive" {
  provider = oktacreds

  config {
    status = "INACTIVE"
  }
}
