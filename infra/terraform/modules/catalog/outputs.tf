output "database" {
  description = "The Glue database."
  value       = aws_glue_catalog_database.this.name
}

output "locations" {
  description = "Where each table's Delta log lies, by the table's name."
  value       = { for name, table in aws_glue_catalog_table.this : name => table.storage_descriptor[0].location }
}
