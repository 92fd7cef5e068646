output "workgroup" {
  description = "The workgroup's name."
  value       = aws_athena_workgroup.this.name
}

output "results_bucket" {
  description = "The bucket for answers."
  value       = module.results.name
}
