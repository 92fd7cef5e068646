# A lake to try things with: destroyed with everything in it, and kept for days rather than weeks.

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project     = "tapline"
      environment = "dev"
    }
  }
}

module "lake" {
  source = "../../modules/lake_bucket"

  name              = "${var.name}-lake-${var.account_id}"
  log_cleaner_arns  = [module.access.role_arns.maintenance]
  noncurrent_days   = var.noncurrent_days
  key_deletion_days = 7
  force_destroy     = true
}

module "catalog" {
  source = "../../modules/catalog"

  database = replace(var.name, "-", "_")
  bucket   = "${var.name}-lake-${var.account_id}"
  tables   = var.tables
}

module "query" {
  source = "../../modules/query"

  name              = var.name
  results_bucket    = "${var.name}-results-${var.account_id}"
  kms_key_arn       = module.lake.kms_key_arn
  results_days      = var.results_days
  scanned_bytes_max = var.scanned_bytes_max
  force_destroy     = true
}

module "access" {
  source = "../../modules/access"

  name            = var.name
  lake_bucket     = "${var.name}-lake-${var.account_id}"
  lake_key_arn    = module.lake.kms_key_arn
  results_bucket  = "${var.name}-results-${var.account_id}"
  results_key_arn = module.lake.kms_key_arn
  workgroup       = var.name
  database        = module.catalog.database
  principals      = var.principals
}
