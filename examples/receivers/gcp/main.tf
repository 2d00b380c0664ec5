# Google Secret Manager. Consumers that read "latest" have the new value when they read it
# again. A service that got it as an environment variable needs a new revision.

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
    google = {
      source  = "hashicorp/google"
      version = ">= 7.0"
    }
  }
}

variable "app_id" {
  description = "Id of the app in Okta (0oa…)."
  type        = string
}

resource "oktacreds_app_client_secret_rotation" "app" {
  app_id       = var.app_id
  rotate_after = "90d"
  overlap      = "7d"
  grace        = "1d"
}

ephemeral "oktacreds_app_client_secret" "app" {
  app_id = var.app_id
  id     = oktacreds_app_client_secret_rotation.app.current_secret_id
}

resource "google_secret_manager_secret" "app" {
  secret_id = "okta-app"

  replication {
    auto {}
  }
}

# A new version replaces this resource. Without create_before_destroy, there would be
# no version for a moment. ABANDON keeps the old version in Google.
resource "google_secret_manager_secret_version" "app" {
  secret                 = google_secret_manager_secret.app.id
  secret_data_wo         = ephemeral.oktacreds_app_client_secret.app.client_secret
  secret_data_wo_version = oktacreds_app_client_secret_rotation.app.version
  deletion_policy        = "ABANDON"

  lifecycle {
    create_before_destroy = true
  }
}
