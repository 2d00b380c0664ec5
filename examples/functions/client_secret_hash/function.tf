# Is the secret in the vault the one that Okta knows?
check "vault" {
  assert {
    condition     = provider::oktacreds::client_secret_hash(var.client_secret) == oktacreds_app_client_secret.web.secret_hash
    error_message = "The client secret in the vault is not the app's."
  }
}
