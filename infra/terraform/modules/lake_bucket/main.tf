# The bucket of a lake, with its key. The lake's folders lie at its root.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  arn = "arn:${data.aws_partition.current.partition}:s3:::${var.name}"

  # Whoever writes: a commit, an intent and a manifest are created once and never written over. A writer that does not
  # ask for that (If-None-Match) could take another's version for its own. Parts of an upload cannot ask; the request
  # that puts them together must.
  created_once = {
    Sid       = "CommitsAreCreatedOnce"
    Effect    = "Deny"
    Principal = "*"
    Action    = "s3:PutObject"
    Resource = [
      "${local.arn}/*/_delta_log/*.json", "${local.arn}/_tapline/lanes.json", "${local.arn}/_tapline/lanes/*"
    ]
    Condition = {
      Null = { "s3:if-none-match" = "true" }
      Bool = { "s3:ObjectCreationOperation" = "true" }
    }
  }

  logs_kept = merge(
    {
      Sid       = "LogsAreKept"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
      Resource  = "${local.arn}/*/_delta_log/*"
    },
    length(var.log_cleaner_arns) == 0 ? {} : {
      Condition = {
        ArnNotEquals = { "aws:PrincipalArn" = var.log_cleaner_arns }
      }
    },
  )
}

resource "aws_kms_key" "this" {
  description             = "Objects of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.key_deletion_days

  # The account decides by roles who uses the key.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RolesOfThisAccount"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

module "bucket" {
  source = "../private_bucket"

  name            = var.name
  kms_key_arn     = aws_kms_key.this.arn
  versioned       = true
  noncurrent_days = var.noncurrent_days
  force_destroy   = var.force_destroy
  statements      = [local.created_once, local.logs_kept]

  # Every epoch leaves two documents that are deleted soon; their remains would slow every listing of the lanes.
  short_lived = [{ prefix = "_tapline/lanes/", days = 1 }]
}
