variable "name" {
  description = "The bucket's name, unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and hyphens (dots would break TLS)."
  }
}

variable "kms_key_arn" {
  description = "The key that objects are encrypted with."
  type        = string
}

variable "versioned" {
  description = "Whether an object that is overwritten or deleted can be brought back for a while."
  type        = bool
}

variable "noncurrent_days" {
  description = "How long what was overwritten or deleted can be brought back, in a versioned bucket."
  type        = number
  default     = 14

  validation {
    condition     = var.noncurrent_days >= 1 && floor(var.noncurrent_days) == var.noncurrent_days
    error_message = "noncurrent_days is a whole number of days, at least 1."
  }
}

variable "short_lived" {
  description = "Prefixes, with / at the end, where old versions go sooner."
  type        = list(object({ prefix = string, days = number }))
  default     = []

  validation {
    condition     = alltrue([for one in var.short_lived : endswith(one.prefix, "/") && one.days >= 1])
    error_message = "A prefix of short_lived ends with /, and its days are at least 1."
  }
}

variable "expiry_days" {
  description = "Days after which every object goes; null keeps them."
  type        = number
  default     = null

  validation {
    condition     = var.expiry_days == null ? true : var.expiry_days >= 1
    error_message = "expiry_days is at least 1, or null."
  }
}

variable "statements" {
  description = "Statements of the bucket's policy beside those that every bucket has."
  type        = any
  default     = []
}

variable "force_destroy" {
  description = "Whether terraform destroy takes the objects with the bucket."
  type        = bool
  default     = false
}
