variable "memory" {
  description = "Memory of each worker."
  type        = string
  default     = "2048Mi"

  validation {
    condition     = provider::mar::quantity_compare(var.memory, "2Gi") >= 0
    error_message = "A worker needs at least 2Gi of memory."
  }
}

output "memory" {
  value = var.memory
}
