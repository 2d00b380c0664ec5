# A client secret that somebody makes in the Admin Console shows in the plan, and
# the next apply retires it.
resource "oktacreds_app_client_secrets_exclusive" "web" {
  app_id = okta_app_oauth.web.id
  ids    = [oktacreds_app_client_secret.web.id]
}
