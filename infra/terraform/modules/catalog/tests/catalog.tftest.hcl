mock_provider "aws" {
  source = "../../mocks"
}

variables {
  database = "shop"
  bucket   = "lake"
  tables = {
    app_accounts         = "current/app.accounts"
    history_app_accounts = "history/app.accounts"
  }
}

run "each_table_is_a_native_delta_table" {
  command = plan

  assert {
    condition     = output.locations == { app_accounts = "s3://lake/current/app.accounts/", history_app_accounts = "s3://lake/history/app.accounts/" }
    error_message = "A table is missing, or lies elsewhere."
  }

  assert {
    condition     = alltrue([for table in aws_glue_catalog_table.this : table.parameters["spark.sql.sources.provider"] == "delta"])
    error_message = "Athena does not take a table for Delta."
  }

  assert {
    condition     = alltrue([for table in aws_glue_catalog_table.this : !contains([for name in keys(table.parameters) : lower(name)], "table_type")])
    error_message = "table_type is for tables that Athena's own DDL makes."
  }

  assert {
    condition     = alltrue([for table in aws_glue_catalog_table.this : table.table_type == "EXTERNAL_TABLE" && table.parameters["EXTERNAL"] == "TRUE"])
    error_message = "Dropping a table in the catalog must leave its files alone."
  }

  assert {
    condition = alltrue([
      for table in aws_glue_catalog_table.this :
      table.storage_descriptor[0].ser_de_info[0].parameters["path"] == table.storage_descriptor[0].location
    ])
    error_message = "The path of the SerDe is where the table is looked for."
  }

  assert {
    condition = alltrue([
      for table in aws_glue_catalog_table.this : alltrue([
        length(table.storage_descriptor[0].columns) == 1, length(table.partition_keys) == 0,
        table.storage_descriptor[0].columns[0].name == "col", table.storage_descriptor[0].columns[0].type == "array<string>",
        table.storage_descriptor[0].input_format == "org.apache.hadoop.mapred.SequenceFileInputFormat",
        table.storage_descriptor[0].output_format == "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
        table.storage_descriptor[0].ser_de_info[0].serialization_library == "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
      ])
    ])
    error_message = "Glue's own columns and formats are not those that stand for: look into the log."
  }
}

run "private_folders_are_refused" {
  command = plan

  variables {
    database = "Shop"
    tables   = { quarantine = "quarantine" }
  }

  expect_failures = [var.database, var.tables]
}

run "names_that_need_quotes_are_refused" {
  command = plan

  variables {
    tables = { "app.accounts" = "current/app.accounts" }
  }

  expect_failures = [var.tables]
}

run "two_names_for_one_folder_are_refused" {
  command = plan

  variables {
    tables = { one = "current/app.accounts", two = "current/app.accounts" }
  }

  expect_failures = [var.tables]
}
