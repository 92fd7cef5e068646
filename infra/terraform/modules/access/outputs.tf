output "role_arns" {
  description = "The roles' ARNs: writer, maintenance, reader."
  value       = { for role in keys(local.roles) : role => "arn:${local.partition}:iam::${local.account}:role/${var.name}-${role}" }
}

output "policies" {
  description = "What each role may do, as JSON."
  value       = { for role, policy in aws_iam_role_policy.this : role => policy.policy }
}
