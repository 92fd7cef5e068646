output "name" {
  description = "The bucket's name."
  value       = module.bucket.name
}

output "arn" {
  description = "The bucket's ARN."
  value       = module.bucket.arn
}

output "kms_key_arn" {
  description = "The key that the lake's objects are encrypted with."
  value       = aws_kms_key.this.arn
}

output "policy" {
  description = "The bucket's policy, as JSON."
  value       = module.bucket.policy
}
