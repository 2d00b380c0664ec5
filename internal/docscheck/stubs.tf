# What code blocks of the guides refer to and don't declare. docscheck adds a declaration
# from here to a block that needs it.

variable "app_id" {
  type = string
}

variable "client_secret" {
  type      = string
  ephemeral = true
}

variable "live" {
  type = set(string)
}

variable "public_key_n" {
  type = string
}

variable "rotation" {
  type = number
}

locals {
  app_id = "0oa1nkheCuDn82XVI0g4"
}

resource "okta_app_oauth" "web" {
  label = "Web"
  type  = "web"
}

resource "okta_app_oauth" "service" {
  label = "Service"
  type  = "service"
}

resource "oktacreds_app_client_secret_rotation" "web" {
  app_id = okta_app_oauth.web.id
}

resource "oktacreds_app_client_secret_rotation" "app" {
  for_each = var.live
  app_id   = each.key
}

resource "oktacreds_app_client_secret" "web" {
  app_id = okta_app_oauth.web.id
}

resource "oktacreds_app_client_secret" "this" {
  app_id = okta_app_oauth.web.id
}

resource "oktacreds_app_jwk" "service" {
  app_id         = okta_app_oauth.service.id
  public_key_pem = file("${path.module}/service.pub.pem")
}

resource "oktacreds_app_jwks_uri" "service" {
  app_id   = okta_app_oauth.service.id
  jwks_uri = "https://service.example.com/.well-known/jwks.json"
}

resource "aws_s3_bucket" "public" {}

resource "aws_secretsmanager_secret" "pair" {
  name = "pair"
}
