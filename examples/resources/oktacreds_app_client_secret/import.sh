terraform import oktacreds_app_client_secret.web 0oa1nkheCuDn82XVI0g4/ocs2f50kZB0cITmYU0g4

# or, if it is the only secret of the app
terraform import oktacreds_app_client_secret.web 0oa1nkheCuDn82XVI0g4
