terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# By a kubeconfig, as kubectl is.
provider "mar" {
  config_path    = "~/.kube/config"
  config_context = "prod"

  # Every cluster and instance gets these labels.
  default_labels = {
    team = "payments"
  }
}
