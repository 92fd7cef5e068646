variable "name" {
  description = "The workgroup's name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,128}$", var.name))
    error_message = "A workgroup's name has up to 128 letters, digits, dots, _ and -."
  }
}

variable "results_bucket" {
  description = "The name of the bucket for answers, unique in the world."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that answers are encrypted with."
  type        = string
}

variable "results_days" {
  description = "How long answers are kept. They hold rows of the lake."
  type        = number
  default     = 7
}

variable "scanned_bytes_max" {
  description = "What one query may read before it is stopped: Athena is paid by the byte read."
  type        = number
  default     = 10737418240

  validation {
    condition     = var.scanned_bytes_max >= 10485760 && floor(var.scanned_bytes_max) == var.scanned_bytes_max
    error_message = "Athena's limit is a whole number of bytes, at least 10485760."
  }
}

variable "force_destroy" {
  description = "Whether terraform destroy takes answers and saved queries with it."
  type        = bool
  default     = false
}
