# An app that this configuration does not manage.
data "oktacreds_app" "billing" {
  label = "Billing"
}

resource "oktacreds_app_client_secret" "billing" {
  app_id = data.oktacreds_app.billing.id

  lifecycle {
    create_before_destroy = true
  }
}
