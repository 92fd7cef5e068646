# Where people ask in SQL: an Athena workgroup whose settings nobody can talk around, and a bucket for its answers.

module "results" {
  source = "../private_bucket"

  name          = var.results_bucket
  kms_key_arn   = var.kms_key_arn
  versioned     = false
  expiry_days   = var.results_days
  force_destroy = var.force_destroy
}

resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = "Questions to the lake's public tables"
  force_destroy = var.force_destroy

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    requester_pays_enabled             = false
    bytes_scanned_cutoff_per_query     = var.scanned_bytes_max

    # Older engines do not read Delta's log.
    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location       = "s3://${var.results_bucket}/results/"
      expected_bucket_owner = data.aws_caller_identity.current.account_id

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

data "aws_caller_identity" "current" {}
