mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "shop"
  lake_bucket     = "lake"
  lake_key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/lake"
  results_bucket  = "answers"
  results_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/answers"
  workgroup       = "shop"
  database        = "shop"
  principals = {
    writer      = ["ecs-tasks.amazonaws.com"]
    maintenance = ["arn:aws:iam::123456789012:role/operators"]
    reader      = ["arn:aws:iam::123456789012:role/analysts"]
  }
}

run "three_roles" {
  command = plan

  assert {
    condition = alltrue([
      for statement in flatten([for policy in values(output.policies) : jsondecode(policy).Statement]) :
      !strcontains(join(" ", flatten([statement.Action])), "*")
      && alltrue([for resource in flatten([statement.Resource]) : startswith(resource, "arn:aws:")])
    ])
    error_message = "A role may do everything with something, or something with everything."
  }

  # Everything that changes something, with where: what is not here a role cannot do.
  assert {
    condition = jsonencode({
      for role, policy in output.policies : role => sort(distinct(flatten([
        for statement in jsondecode(policy).Statement : [
          for pair in setproduct(flatten([statement.Action]), flatten([statement.Resource])) :
          "${pair[0]} ${trimprefix(pair[1], "arn:aws:s3:::")}"
          if length(regexall(":(Get|List|BatchGet|Decrypt|GenerateDataKey|StartQuery|StopQuery|AbortMultipart)", pair[0])) == 0
        ] if statement.Effect == "Allow"
      ])))
      }) == jsonencode({
      writer = concat(
        ["s3:DeleteObject lake/_tapline/*"],
        [for place in ["_tapline", "current", "entity", "history", "quarantine", "quarantine_replayed", "schema_history"] : "s3:PutObject lake/${place}/*"],
      )
      maintenance = concat(
        [for place in ["_tapline", "current", "entity", "history", "quarantine", "quarantine_replayed", "schema_history"] : "s3:DeleteObject lake/${place}/*"],
        [for place in ["_tapline", "current", "entity", "history", "quarantine", "quarantine_replayed", "schema_history"] : "s3:PutObject lake/${place}/*"],
      )
      reader = ["s3:PutObject answers/results/*"]
    })
    error_message = "A role changes what it must not, or cannot change what it must."
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(output.policies["writer"]).Statement : [sort(statement.Action), statement.Resource] if statement.Effect == "Deny"
    ]) == jsonencode([[["s3:DeleteObject", "s3:DeleteObjectVersion"], "arn:aws:s3:::lake/*/_delta_log/*"]])
    error_message = "The writer deletes a table's log when another policy lets it."
  }

  assert {
    condition = jsonencode(sort(flatten([
      for statement in jsondecode(output.policies["reader"]).Statement : statement.Resource
      if contains(flatten([statement.Action]), "s3:GetObject")
      ]))) == jsonencode([
      "arn:aws:s3:::answers/results/*", "arn:aws:s3:::lake/current/*", "arn:aws:s3:::lake/entity/*", "arn:aws:s3:::lake/history/*",
    ])
    error_message = "The reader sees raw records or the worker's own documents."
  }

  assert {
    condition = jsonencode({
      for statement in jsondecode(output.policies["reader"]).Statement : statement.Resource => sort(statement.Action) if startswith(statement.Sid, "Key")
      }) == jsonencode({
      (var.lake_key_arn)    = ["kms:Decrypt"]
      (var.results_key_arn) = ["kms:Decrypt", "kms:GenerateDataKey"]
    })
    error_message = "The reader cannot decrypt, or can encrypt in the lake."
  }

  assert {
    condition = jsonencode(sort(distinct(flatten([
      for statement in jsondecode(output.policies["reader"]).Statement : statement.Resource
      if length(regexall("^(glue|athena):", join(" ", flatten([statement.Action])))) > 0
      ])))) == jsonencode([
      "arn:aws:athena:eu-central-1:123456789012:datacatalog/AwsDataCatalog",
      "arn:aws:athena:eu-central-1:123456789012:workgroup/shop",
      "arn:aws:glue:eu-central-1:123456789012:catalog",
      "arn:aws:glue:eu-central-1:123456789012:database/default",
      "arn:aws:glue:eu-central-1:123456789012:database/shop",
      "arn:aws:glue:eu-central-1:123456789012:table/shop/*",
    ])
    error_message = "The reader asks in another workgroup or looks into another database."
  }

  assert {
    condition = alltrue([
      for policy in values(output.policies) : anytrue([
        for statement in jsondecode(policy).Statement : contains(flatten([statement.Action]), "s3:ListBucket") && !can(statement.Condition)
        if statement.Resource == "arn:aws:s3:::lake"
      ])
    ])
    error_message = "Without a listing of the whole bucket S3 says \"forbidden\" of an object that is not there."
  }

  assert {
    condition = alltrue([
      for statement in flatten([for policy in values(output.policies) : jsondecode(policy).Statement]) :
      try(statement.Condition.StringEquals["kms:ViaService"], "") == "s3.eu-central-1.amazonaws.com"
      if strcontains(join(" ", flatten([statement.Action])), "kms:")
    ])
    error_message = "A key is used beside S3."
  }

  assert {
    condition     = alltrue([for role, arn in output.role_arns : arn == "arn:aws:iam::123456789012:role/${aws_iam_role.this[role].name}"])
    error_message = "A role has another name than its ARN says."
  }

  assert {
    condition = jsonencode({ for role, one in aws_iam_role.this : role => jsondecode(one.assume_role_policy).Statement[*].Principal }) == jsonencode({
      writer      = [{ Service = "ecs-tasks.amazonaws.com" }]
      maintenance = [{ AWS = "arn:aws:iam::123456789012:role/operators" }]
      reader      = [{ AWS = "arn:aws:iam::123456789012:role/analysts" }]
    })
    error_message = "A role is taken by somebody else."
  }

  assert {
    condition     = try(jsondecode(aws_iam_role.this["writer"].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"], "") == "123456789012"
    error_message = "A service takes the role for another account."
  }
}

run "everybody_is_refused" {
  command = plan

  variables {
    principals = {
      writer      = ["*"]
      maintenance = ["arn:aws:iam::123456789012:role/operators"]
      reader      = ["arn:aws:iam::123456789012:role/analysts"]
    }
  }

  expect_failures = [var.principals]
}

run "a_role_for_nobody_is_refused" {
  command = plan

  variables {
    principals = {
      writer      = ["ecs-tasks.amazonaws.com"]
      maintenance = []
      reader      = ["arn:aws:iam::123456789012:role/analysts"]
    }
  }

  expect_failures = [var.principals]
}
