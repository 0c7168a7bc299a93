variable "name" {
  description = "The cluster's name."
  type        = string
}

variable "image" {
  description = "What the instance runs."
  type        = string
  default     = "registry.k8s.io/e2e-test-images/agnhost:2.53"
}

variable "args" {
  description = "The program's arguments."
  type        = list(string)
  default     = ["pause"]
}

variable "status" {
  description = "Running or Stopped. Left out, whoever stops the instance by hand or by an action has it stopped until it is started."
  type        = string
  default     = null
}

variable "restart" {
  description = "Any text. Another one restarts the instance, such as the time: -var restart=$(date +%s)"
  type        = string
  default     = "0"
}
