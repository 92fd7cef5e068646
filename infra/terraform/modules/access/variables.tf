variable "name" {
  description = "What the roles' names start with."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,50}$", var.name))
    error_message = "A role's name starts with 1 to 50 letters, digits and + = , . @ _ -."
  }
}

variable "lake_bucket" {
  description = "The lake's bucket."
  type        = string
}

variable "lake_key_arn" {
  description = "The key of the lake's objects."
  type        = string
}

variable "results_bucket" {
  description = "The bucket for Athena's answers."
  type        = string
}

variable "results_key_arn" {
  description = "The key of Athena's answers."
  type        = string
}

variable "workgroup" {
  description = "The Athena workgroup that readers ask in."
  type        = string
}

variable "database" {
  description = "The Glue database that readers see."
  type        = string
}

variable "principals" {
  description = "Who may take each role: ARNs of roles or users, or services such as ecs-tasks.amazonaws.com."
  type = object({
    writer      = list(string)
    maintenance = list(string)
    reader      = list(string)
  })

  validation {
    condition     = alltrue([for names in values(var.principals) : length(names) > 0])
    error_message = "Every role is for somebody."
  }

  validation {
    condition = alltrue([
      for name in flatten(values(var.principals)) :
      can(regex("^(arn:[a-z-]+:(iam|sts)::[0-9]{12}:[^*?]+|[a-z0-9-]+\\.amazonaws\\.com)$", name))
    ])
    error_message = "A principal is an ARN without * and ?, or a service: nobody unknown takes a role."
  }
}

variable "permissions_boundary" {
  description = "The ARN of a policy that bounds what the roles can ever do; null for none."
  type        = string
  default     = null
}
