mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name           = "shop"
  results_bucket = "answers"
  kms_key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/1"
}

run "a_workgroup" {
  assert {
    condition     = aws_athena_workgroup.this.configuration[0].engine_version[0].selected_engine_version == "Athena engine version 3"
    error_message = "Only engine 3 reads Delta's log."
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].enforce_workgroup_configuration
    error_message = "A client can choose another place and no encryption for its answers."
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].bytes_scanned_cutoff_per_query == 10737418240
    error_message = "A query may read without end."
  }

  assert {
    condition = (
      aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].encryption_option == "SSE_KMS"
      && aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn == var.kms_key_arn
    )
    error_message = "Answers are not encrypted with the key."
  }

  assert {
    condition = (
      aws_athena_workgroup.this.configuration[0].result_configuration[0].output_location == "s3://answers/results/"
      && aws_athena_workgroup.this.configuration[0].result_configuration[0].expected_bucket_owner == "123456789012"
    )
    error_message = "Answers go to a bucket that may be another's."
  }

  assert {
    condition     = jsonencode([for rule in module.results.lifecycle_rules : rule.expiration[0].days if try(rule.expiration[0].days > 0, false)]) == "[7]"
    error_message = "Answers hold rows and stay for ever."
  }

  assert {
    condition     = module.results.versioning == "Disabled"
    error_message = "Answers that went are kept as versions."
  }
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    name              = "with space"
    scanned_bytes_max = 1024
  }

  expect_failures = [var.name, var.scanned_bytes_max]
}
