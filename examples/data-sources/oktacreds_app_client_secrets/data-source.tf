data "oktacreds_app_client_secrets" "web" {
  app_id = okta_app_oauth.web.id
}

# Which of the app's secrets is the one in the vault?
output "in_use" {
  value = [
    for secret in data.oktacreds_app_client_secrets.web.secrets : secret.id
    if secret.secret_hash == nonsensitive(provider::oktacreds::client_secret_hash(var.client_secret))
  ]
}

# Warns in every plan and apply while the only active secret is old.
check "age" {
  assert {
    condition = anytrue([
      for secret in data.oktacreds_app_client_secrets.web.secrets :
      secret.status == "ACTIVE" && timecmp(timeadd(secret.created, "2160h"), plantimestamp()) > 0
    ])
    error_message = "No active client secret is younger than 90 days."
  }
}
