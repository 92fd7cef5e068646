output "name" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "The bucket's ARN."
  value       = local.arn
}

output "policy" {
  description = "The bucket's policy, as JSON."
  value       = aws_s3_bucket_policy.this.policy
}

output "versioning" {
  description = "Whether versions are kept: Enabled or Disabled."
  value       = aws_s3_bucket_versioning.this.versioning_configuration[0].status
}

output "lifecycle_rules" {
  description = "The rules by which objects and versions go."
  value       = aws_s3_bucket_lifecycle_configuration.this.rule
}
