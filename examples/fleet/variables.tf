variable "apps" {
  description = "The apps, by a name that you choose and that doesn't change. app_id is the app's id in Okta (0oa…). hold = true pauses the rotation of the app."
  type = map(object({
    app_id       = string
    rotate_after = optional(string)
    overlap      = optional(string)
    hold         = optional(bool, false)
  }))
}

variable "receivers" {
  description = "Who receives which secret, by a name that you choose. app is a key of apps, path is the file that receives the secret. An app can have several receivers."
  type = map(object({
    app  = string
    path = string
  }))

  validation {
    condition     = alltrue([for receiver in var.receivers : contains(keys(var.apps), receiver.app)])
    error_message = "The app of every receiver must be a key of apps."
  }
  validation {
    condition     = length(setsubtract(keys(var.apps), [for receiver in var.receivers : receiver.app])) == 0
    error_message = "Every app needs a receiver: a secret that nothing receives would be replaced under its consumers."
  }
}

variable "rotate_after" {
  description = "Age at which a secret is replaced, for example 90d."
  type        = string
  default     = "90d"
}

variable "stagger" {
  description = "Rotations are scheduled up to this much earlier than rotate_after, so that they don't happen on the same day."
  type        = string
  default     = "45d"
}

variable "overlap" {
  description = "How long both secrets of an app work after a rotation. Longer than any consumer takes to pick up a new secret, caches included."
  type        = string
  default     = "6d"
}

variable "grace" {
  description = "How long the previous secret can still be restored after it was deactivated."
  type        = string
  default     = "6d"
}

variable "on_blocked" {
  description = "With \"error\", a rotation that is overdue and blocked fails the plan. With \"warn\", the plan shows a warning, and the other apps rotate."
  type        = string
  default     = "warn"
}

variable "import_existing" {
  description = "Whether an app that is new in apps keeps its secret until it has the age. With false, its first apply replaces the secret at once."
  type        = bool
  default     = true
}

variable "label_prefix" {
  description = "If set, the output unmanaged lists the apps whose label begins with this text and that are not in apps. Costs one request for every 200 apps."
  type        = string
  default     = null
}
