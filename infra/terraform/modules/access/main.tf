# Who may do what with the lake. Three roles: the worker that writes it, the keeper that cleans it up, and those who
# ask it in SQL. None of them may change the bucket, the key or the catalog.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  region    = data.aws_region.current.name

  lake    = "arn:${local.partition}:s3:::${var.lake_bucket}"
  results = "arn:${local.partition}:s3:::${var.results_bucket}"
  glue    = "arn:${local.partition}:glue:${local.region}:${local.account}"
  athena  = "arn:${local.partition}:athena:${local.region}:${local.account}"

  public = [for layer in ["current", "history", "entity"] : "${local.lake}/${layer}/*"]
  # Raw records and what became of them, what the source did to its columns, and the worker's own documents.
  private = [for folder in ["quarantine", "quarantine_replayed", "schema_history", "_tapline"] : "${local.lake}/${folder}/*"]

  roles = {
    writer      = concat(local.write, [local.keep_logs])
    maintenance = concat(local.write, [local.clean])
    reader      = concat(local.read, local.ask)
  }

  write = [
    {
      Sid      = "Find"
      Effect   = "Allow"
      Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
      Resource = local.lake
    },
    {
      Sid      = "ReadAndWrite"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
      Resource = concat(local.public, local.private)
    },
    {
      Sid      = "ForgetEpochs"
      Effect   = "Allow"
      Action   = "s3:DeleteObject"
      Resource = "${local.lake}/_tapline/*"
    },
    local.use_key["ReadAndWrite"],
  ]

  # Says no also to what another policy of the role may allow.
  keep_logs = {
    Sid      = "KeepLogs"
    Effect   = "Deny"
    Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    Resource = "${local.lake}/*/_delta_log/*"
  }

  # Never a version: what was deleted by mistake can be brought back.
  clean = {
    Sid      = "CleanTables"
    Effect   = "Allow"
    Action   = "s3:DeleteObject"
    Resource = concat(local.public, local.private)
  }

  read = [
    # Of the whole bucket: who may not list it is answered "forbidden", not "not there", for an object that is missing,
    # and every reader of Delta asks for objects that may be missing.
    {
      Sid      = "Find"
      Effect   = "Allow"
      Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
      Resource = local.lake
    },
    {
      Sid      = "Read"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = local.public
    },
    local.use_key["Read"],
  ]

  ask = [
    {
      Sid    = "Ask"
      Effect = "Allow"
      Action = [
        "athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetQueryResultsStream", "athena:GetWorkGroup",
        "athena:ListQueryExecutions", "athena:StartQueryExecution", "athena:StopQueryExecution",
      ]
      Resource = "${local.athena}:workgroup/${var.workgroup}"
    },
    {
      Sid      = "LookUp"
      Effect   = "Allow"
      Action   = ["athena:GetDataCatalog", "athena:GetDatabase", "athena:GetTableMetadata", "athena:ListDatabases", "athena:ListTableMetadata"]
      Resource = "${local.athena}:datacatalog/AwsDataCatalog"
    },
    # Athena looks at the database "default" before any other.
    {
      Sid    = "LookUpTables"
      Effect = "Allow"
      Action = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"]
      Resource = [
        "${local.glue}:catalog", "${local.glue}:database/default", "${local.glue}:database/${var.database}",
        "${local.glue}:table/${var.database}/*",
      ]
    },
    {
      Sid      = "FindAnswers"
      Effect   = "Allow"
      Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
      Resource = local.results
    },
    {
      Sid      = "Answers"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
      Resource = "${local.results}/results/*"
    },
    local.use_key["Answers"],
  ]

  use_key = {
    for purpose, key in {
      ReadAndWrite = { arn = var.lake_key_arn, actions = ["kms:Decrypt", "kms:GenerateDataKey"] }
      Read         = { arn = var.lake_key_arn, actions = ["kms:Decrypt"] }
      Answers      = { arn = var.results_key_arn, actions = ["kms:Decrypt", "kms:GenerateDataKey"] }
      } : purpose => {
      Sid      = "Key${purpose}"
      Effect   = "Allow"
      Action   = key.actions
      Resource = key.arn
      Condition = {
        StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" }
      }
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = "${var.name}-${each.key}"
  description          = "Tapline's ${each.key} of ${var.lake_bucket}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for principal in var.principals[each.key] : endswith(principal, ".amazonaws.com") ? {
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = principal }
      # A service acts for this account only, whoever asks it to.
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      } : {
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = principal }
      Condition = {}
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.roles

  name   = each.key
  role   = aws_iam_role.this[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
