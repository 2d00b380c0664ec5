# Every run generates another pair. Only the one that is stored below is used: it is
# stored when var.rotation changes.
ephemeral "oktacreds_key_pair" "next" {
  algorithm = "EC_P256"
}

# Store the pair first, and give Okta its public half from the store: after an
# interruption, the next apply continues with the same pair.
resource "aws_secretsmanager_secret_version" "pair" {
  secret_id      = aws_secretsmanager_secret.pair.id
  version_stages = ["AWSPENDING"] # not what the client reads yet
  secret_string_wo = jsonencode({
    private_key = ephemeral.oktacreds_key_pair.next.private_key_pem
    public_key  = ephemeral.oktacreds_key_pair.next.public_key_pem
  })
  secret_string_wo_version = var.rotation
}

ephemeral "aws_secretsmanager_secret_version" "pair" {
  secret_id  = aws_secretsmanager_secret_version.pair.secret_id
  version_id = aws_secretsmanager_secret_version.pair.version_id
}

resource "oktacreds_app_jwk" "service" {
  app_id                = okta_app_oauth.service.id
  public_key_wo         = jsondecode(ephemeral.aws_secretsmanager_secret_version.pair.secret_string).public_key
  public_key_wo_version = var.rotation

  lifecycle {
    create_before_destroy = true
  }
}

# Then switch the client to the new private key, in a resource that depends on
# oktacreds_app_jwk.service. examples/key-rotation is a complete configuration.
