locals {
  fleet   = oktacreds_app_client_secret_rotation.this
  overdue = [for name, rotation in local.fleet : name if rotation.overdue]
  blocked = { for name, rotation in local.fleet : name => rotation.blocked_by if rotation.blocked_by != null }
  shown   = { true = "yes", false = "no" }
}

output "overdue" {
  description = "Apps whose rotation is overdue."
  value       = local.overdue
}

output "blocked" {
  description = "Apps whose next rotation can't happen, and what blocks it."
  value       = local.blocked
}

output "next" {
  description = "When the next step of each app is scheduled: the end of an overlap or of a grace period, or a rotation."
  value       = { for name, rotation in local.fleet : name => rotation.next_transition_at }
}

output "report" {
  description = "The fleet as a Markdown table. terraform output -raw report prints it."
  value = join("\n", concat(
    ["| App | Phase | Secret created | Rotates at | Overdue | Blocked by |", "|---|---|---|---|---|---|"],
    [for name, rotation in local.fleet : format("| %s | %s | %s | %s | %s | %s |",
      name, rotation.phase, coalesce(rotation.created, "-"), coalesce(rotation.rotates_at, "-"), local.shown[rotation.overdue], coalesce(rotation.blocked_by, "-"),
    )],
    [""],
  ))
}

# Every plan and apply shows a warning while one of these conditions is false.
# A check doesn't fail a run. To fail it, set on_blocked = "error".
check "fleet" {
  assert {
    condition     = length(local.overdue) == 0
    error_message = "The rotation of these apps is overdue: ${join(", ", local.overdue)}."
  }
  assert {
    condition     = length(local.blocked) == 0
    error_message = "The next rotation of these apps is blocked: ${join(", ", [for name, reason in local.blocked : "${name} (${reason})"])}."
  }
}

data "oktacreds_apps" "all" {
  count = var.label_prefix == null ? 0 : 1

  label_prefix = var.label_prefix
  status       = "ACTIVE"
}

output "unmanaged" {
  description = "Apps with a client secret that label_prefix finds and that are not in apps: their ids, by label and id."
  value = {
    for app in flatten(data.oktacreds_apps.all[*].apps) : "${app.label} (${app.id})" => app.id
    if startswith(app.token_endpoint_auth_method, "client_secret_") && !contains([for managed in var.apps : managed.app_id], app.id)
  }
}
