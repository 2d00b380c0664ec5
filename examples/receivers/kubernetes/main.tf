# Kubernetes. A mounted secret reaches the pod a minute or two later (never with subPath); an
# environment variable only when the pod is started again.
# The argument for the version is data_wo_revision here. Without it, data_wo isn't written.

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 3.2.1" # before: creating a secret with data_wo fails
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

resource "kubernetes_secret_v1" "app" {
  metadata {
    name      = "okta-app"
    namespace = "default"
  }

  data_wo = {
    client_secret = ephemeral.oktacreds_app_client_secret.app.client_secret
  }
  data_wo_revision = oktacreds_app_client_secret_rotation.app.version
}
