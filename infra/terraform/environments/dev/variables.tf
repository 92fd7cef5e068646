variable "region" {
  description = "The AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "account_id" {
  description = "The account; another one is refused, whatever the credentials say."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's id has 12 digits."
  }
}

variable "name" {
  description = "What every name starts with."
  type        = string
  default     = "tapline-dev"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "The name has 3 to 30 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "principals" {
  description = "Who may take the roles: ARNs, or services such as ecs-tasks.amazonaws.com."
  type = object({
    writer      = list(string)
    maintenance = list(string)
    reader      = list(string)
  })
}

variable "tables" {
  description = "The lake's public tables, from tables.auto.tfvars.json, which tapline catalog writes."
  type        = map(string)
}

variable "noncurrent_days" {
  description = "How long what was overwritten or deleted can be brought back."
  type        = number
  default     = 3
}

variable "results_days" {
  description = "How long Athena's answers are kept."
  type        = number
  default     = 1
}

variable "scanned_bytes_max" {
  description = "What one query may read before it is stopped."
  type        = number
  default     = 1073741824
}
