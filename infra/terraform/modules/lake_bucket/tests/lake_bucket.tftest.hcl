mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name             = "lake"
  log_cleaner_arns = ["arn:aws:iam::123456789012:role/keeper"]
}

run "a_lake" {
  assert {
    condition = jsonencode([
      for statement in jsondecode(output.policy).Statement :
      [statement.Effect, statement.Principal, statement.Action, sort(statement.Resource), statement.Condition]
      if statement.Sid == "CommitsAreCreatedOnce"
      ]) == jsonencode([[
        "Deny", "*", "s3:PutObject", [
          "arn:aws:s3:::lake/*/_delta_log/*.json", "arn:aws:s3:::lake/_tapline/lanes.json",
          "arn:aws:s3:::lake/_tapline/lanes/*"
        ],
        { Bool = { "s3:ObjectCreationOperation" = "true" }, Null = { "s3:if-none-match" = "true" } },
    ]])
    error_message = "A commit, an intent or a manifest can be written over, or parts of an upload are refused."
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(output.policy).Statement :
      [statement.Effect, statement.Principal, sort(statement.Action), statement.Resource, statement.Condition]
      if statement.Sid == "LogsAreKept"
      ]) == jsonencode([[
        "Deny", "*", ["s3:DeleteObject", "s3:DeleteObjectVersion"], "arn:aws:s3:::lake/*/_delta_log/*",
        { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/keeper"] } },
    ]])
    error_message = "Others than the keeper delete logs."
  }

  assert {
    condition     = module.bucket.versioning == "Enabled"
    error_message = "What is written over is gone."
  }

  assert {
    condition     = contains([for rule in module.bucket.lifecycle_rules : rule.filter[0].prefix], "_tapline/lanes/")
    error_message = "Remains of old epochs slow the lanes' listings."
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && strcontains(output.policy, aws_kms_key.this.arn)
    error_message = "The key is not rotated, or not the bucket's."
  }

  assert {
    condition     = jsonencode(jsondecode(aws_kms_key.this.policy).Statement[*].Principal) == jsonencode([{ AWS = "arn:aws:iam::123456789012:root" }])
    error_message = "Others than the account decide who uses the key."
  }
}

run "a_lake_without_a_keeper" {
  variables {
    log_cleaner_arns = []
  }

  assert {
    condition     = jsonencode([for statement in jsondecode(output.policy).Statement : can(statement.Condition) if statement.Sid == "LogsAreKept"]) == "[false]"
    error_message = "Somebody deletes logs."
  }
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    log_cleaner_arns  = ["arn:aws:iam::123456789012:role/*"]
    key_deletion_days = 1
  }

  expect_failures = [var.log_cleaner_arns, var.key_deletion_days]
}
