# The lake's public tables in Glue, as Athena's engine 3 reads them: natively, columns and files from the Delta log.

locals {
  # Glue wants a table to have columns; Athena does not look at them.
  columns_of_no_meaning = [{ name = "col", type = "array<string>" }]
}

resource "aws_glue_catalog_database" "this" {
  name         = var.database
  description  = "Public tables of the lake in ${var.bucket}"
  location_uri = "s3://${var.bucket}/"
}

resource "aws_glue_catalog_table" "this" {
  for_each = var.tables

  database_name = aws_glue_catalog_database.this.name
  name          = each.key
  description   = "Delta table ${each.value}"
  table_type    = "EXTERNAL_TABLE"

  # https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables-syncing-metadata.html: the provider says that it is
  # Delta (table_type would belong to tables that Athena's own DDL makes), the path says where.
  parameters = {
    EXTERNAL                     = "TRUE"
    "spark.sql.sources.provider" = "delta"
  }

  storage_descriptor {
    location      = "s3://${var.bucket}/${each.value}/"
    input_format  = "org.apache.hadoop.mapred.SequenceFileInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
      parameters = {
        path = "s3://${var.bucket}/${each.value}/"
      }
    }

    dynamic "columns" {
      for_each = local.columns_of_no_meaning

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}
