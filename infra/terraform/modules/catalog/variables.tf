variable "database" {
  description = "The Glue database's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9_]{1,255}$", var.database))
    error_message = "A database's name has lower-case letters, digits and _: Athena takes no other without quotes."
  }
}

variable "bucket" {
  description = "The lake's bucket."
  type        = string
}

variable "tables" {
  description = "The folder in the lake of each table, by the table's name in Glue; made by: tapline catalog."
  type        = map(string)

  validation {
    condition     = alltrue([for name in keys(var.tables) : can(regex("^[a-z0-9_]{1,255}$", name))])
    error_message = "A table's name in Glue has lower-case letters, digits and _."
  }

  validation {
    condition     = alltrue([for folder in values(var.tables) : can(regex("^(current|history|entity)/[^/]+$", folder))])
    error_message = "Public tables lie in current/, history/ or entity/: the quarantine holds raw records."
  }

  validation {
    condition     = length(distinct(values(var.tables))) == length(var.tables)
    error_message = "Two tables have one folder."
  }
}
