# Directly, without any kubeconfig.
provider "mar" {
  host                   = "https://10.0.0.1:6443"
  cluster_ca_certificate = file("${path.module}/ca.crt")
  token                  = var.token
}

variable "token" {
  description = "Token of a service account that may manage MAR clusters."
  type        = string
  sensitive   = true
}
