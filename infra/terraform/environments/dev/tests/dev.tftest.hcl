mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id = "123456789012"
  principals = {
    writer      = ["ecs-tasks.amazonaws.com"]
    maintenance = ["arn:aws:iam::123456789012:role/operators"]
    reader      = ["arn:aws:iam::123456789012:role/analysts"]
  }
}

run "the_parts_fit_together" {
  assert {
    condition     = values(module.catalog.locations) == [for folder in values(var.tables) : "s3://tapline-dev-lake-123456789012/${folder}/"]
    error_message = "The catalog and the lake do not have the same tables."
  }

  assert {
    condition     = strcontains(module.lake.policy, "\"${output.role_arns.maintenance}\"") && !strcontains(module.lake.policy, output.role_arns.writer)
    error_message = "The lake lets others than the keeper delete logs."
  }

  assert {
    condition = alltrue([
      for role in ["writer", "maintenance", "reader"] :
      strcontains(module.access.policies[role], module.lake.kms_key_arn) && strcontains(module.access.policies[role], module.lake.arn)
    ])
    error_message = "A role is for another lake."
  }

  assert {
    condition = alltrue([
      for place in ["workgroup/${output.workgroup}\"", "table/${output.database}/*", ":::${module.query.results_bucket}/results/*"] :
      strcontains(module.access.policies["reader"], place)
    ])
    error_message = "The reader asks elsewhere."
  }
}

run "another_account_is_no_account" {
  command = plan

  variables {
    account_id = "dev"
  }

  expect_failures = [var.account_id]
}
