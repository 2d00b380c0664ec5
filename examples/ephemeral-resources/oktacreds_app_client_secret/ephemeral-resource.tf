# The newest ACTIVE secret of the app. With `id`, a certain one.
ephemeral "oktacreds_app_client_secret" "web" {
  app_id = okta_app_oauth.web.id
}
