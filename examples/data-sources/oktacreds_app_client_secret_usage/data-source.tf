# Who still uses the old client secret?
data "oktacreds_app_client_secret_usage" "web" {
  app_id          = "0oa1nkheCuDn82XVI0g4"
  window          = "7d"
  include_clients = true
}

output "still_in_use" {
  value = {
    for secret in data.oktacreds_app_client_secret_usage.web.secrets : secret.id => {
      usage     = secret.usage
      last_used = secret.last_used_at
      clients   = [for client in secret.clients : "${client.ip_address} ${client.user_agent}"]
    } if secret.usage != "quiet"
  }
}
