# A client secret that is created in the Admin Console appears in the plan, and applying
# that plan deactivates and deletes it.
resource "oktacreds_app_client_secrets_exclusive" "web" {
  app_id = okta_app_oauth.web.id
  ids    = [oktacreds_app_client_secret.web.id]
}
