mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name        = "lake"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
  versioned   = true
  short_lived = [{ prefix = "_tapline/lanes/", days = 1 }]
  statements  = [{ Sid = "Extra", Effect = "Deny", Principal = "*", Action = "s3:PutObject", Resource = "arn:aws:s3:::lake/x" }]
}

run "a_bucket_for_a_lake" {
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "The bucket can be made public."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "ACLs count."
  }

  assert {
    condition     = toset(jsondecode(output.policy).Statement[*].Sid) == toset(["OverTlsOnly", "WithNoOtherEncryption", "WithNoOtherKey", "Extra"])
    error_message = "The policy lacks a statement, or has one that nobody knows."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.policy).Statement : statement.Effect == "Deny" && statement.Principal == "*"])
    error_message = "The bucket's policy allows something, which roles do, or forbids it to some only."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(output.policy).Statement :
      statement.Action == "s3:*" && statement.Condition.Bool["aws:SecureTransport"] == "false"
      && toset(statement.Resource) == toset(["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"])
      if statement.Sid == "OverTlsOnly"
    ])
    error_message = "Requests without TLS are answered."
  }

  assert {
    condition = toset([
      for statement in jsondecode(output.policy).Statement : "${statement.Action} ${statement.Resource} ${jsonencode(statement.Condition)}"
      if startswith(statement.Sid, "WithNoOther")
      ]) == toset([
      for name, value in { "" = "aws:kms", "-aws-kms-key-id" = var.kms_key_arn } : "s3:PutObject arn:aws:s3:::lake/* ${jsonencode({
        Null            = { "s3:x-amz-server-side-encryption${name}" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption${name}" = value }
      })}"
    ])
    error_message = "A request can name another encryption or key, or one that names none is refused."
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
      && rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
    ])
    error_message = "Objects are not encrypted with the key."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule : rule.bucket_key_enabled])
    error_message = "Every object costs a request to KMS."
  }

  assert {
    condition     = output.versioning == "Enabled"
    error_message = "What is written over is gone."
  }

  assert {
    condition = jsonencode([
      for rule in output.lifecycle_rules : [rule.filter[0].prefix, rule.noncurrent_version_expiration[0].noncurrent_days]
      if rule.status == "Enabled" && try(rule.expiration[0].expired_object_delete_marker, false)
    ]) == jsonencode([["", 14], ["_tapline/lanes/", 1]])
    error_message = "Old versions, or what deletes leave behind, stay for ever."
  }

  assert {
    condition     = length([for rule in output.lifecycle_rules : rule if rule.status == "Enabled" && length(rule.abort_incomplete_multipart_upload) == 1]) == 1
    error_message = "Unfinished uploads are paid for ever."
  }

  assert {
    condition     = !anytrue([for rule in output.lifecycle_rules : try(rule.expiration[0].days > 0, false)]) && !aws_s3_bucket.this.force_destroy
    error_message = "Objects go by themselves, or with the bucket."
  }
}

run "a_bucket_for_answers" {
  variables {
    versioned   = false
    expiry_days = 7
    short_lived = []
  }

  assert {
    condition     = jsonencode([for rule in output.lifecycle_rules : rule.expiration[0].days if try(rule.expiration[0].days > 0, false)]) == "[7]"
    error_message = "Objects stay for ever."
  }

  assert {
    condition     = output.versioning == "Disabled" && !anytrue([for rule in output.lifecycle_rules : length(rule.noncurrent_version_expiration) > 0])
    error_message = "Versions are kept."
  }
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name            = "with.dots"
    noncurrent_days = 0
    expiry_days     = 0
    short_lived     = [{ prefix = "_tapline/lanes", days = 1 }]
  }

  expect_failures = [var.name, var.noncurrent_days, var.expiry_days, var.short_lived]
}
