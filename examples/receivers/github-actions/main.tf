# GitHub Actions. github_actions_secret takes the value as an ordinary argument, so that it
# is stored in state: encrypt the state, and restrict who can read it. Jobs that start
# after the apply have the new value; jobs that are running keep the old one.

terraform {
  required_version = ">= 1.11"

  required_providers {
    oktacreds = {
      source = "oktacreds/oktacreds"
    }
    github = {
      source  = "integrations/github"
      version = ">= 6.12" # before: plaintext_value instead of value
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
  omit_secret  = false # the GitHub provider doesn't have a write-only argument
}

variable "repository" {
  description = "Name of the repository."
  type        = string
}

resource "github_actions_secret" "app" {
  repository  = var.repository
  secret_name = "OKTA_CLIENT_SECRET"
  value       = oktacreds_app_client_secret_rotation.app.client_secret
}
