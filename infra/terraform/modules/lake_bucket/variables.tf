variable "name" {
  description = "The bucket's name, unique in the world; also the name of its key's alias."
  type        = string
}

variable "log_cleaner_arns" {
  description = "Roles that may delete below _delta_log; nobody else may, whatever its policies say."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.log_cleaner_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*?]+$", arn))])
    error_message = "log_cleaner_arns are ARNs of roles, without * or ?."
  }
}

variable "noncurrent_days" {
  description = "How long what was overwritten or deleted can be brought back. Old versions cost storage."
  type        = number
  default     = 14
}

variable "key_deletion_days" {
  description = "How long the key of a destroyed lake can be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "KMS keeps a key that is to be deleted for 7 to 30 days."
  }
}

variable "force_destroy" {
  description = "Whether terraform destroy takes the lake's objects with it."
  type        = bool
  default     = false
}
