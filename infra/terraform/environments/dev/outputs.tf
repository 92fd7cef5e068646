output "lake" {
  description = "Where the lake is."
  value       = "s3://${module.lake.name}"
}

output "database" {
  description = "The Glue database to ask."
  value       = module.catalog.database
}

output "workgroup" {
  description = "The Athena workgroup to ask in."
  value       = module.query.workgroup
}

output "role_arns" {
  description = "The roles: writer, maintenance, reader."
  value       = module.access.role_arns
}
