terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

resource "mar_cluster" "shop" {
  name = "shop"
}

# A job: it does its work, ends, and stays as a record of that. A job that has succeeded is no drift.
resource "mar_instance" "report" {
  cluster = mar_cluster.shop.name
  # A name of its own for each run: another month makes another instance, and the old one goes.
  name = "report-${var.month}"

  # busybox runs as any user, and this script writes to no file.
  image   = "docker.io/library/busybox:1.37"
  command = ["sh", "-c", "echo \"adding up $MONTH\"; sleep 5; echo done"]

  env = {
    MONTH = var.month
  }

  cpu    = "250m"
  memory = "64Mi"

  # A program that ends isn't started again. With OnFailure it is, as long as it ends with an error.
  restart_policy = "Never"

  # The apply waits for the end. If that isn't a good one, the apply fails, and its error has the exit code and the end of the log.
  wait_for = "Succeeded"

  pod = {
    # How long the job may run at all, in seconds. Kubernetes ends it then, and it has failed.
    activeDeadlineSeconds = 1800
  }

  # busybox's own user is root.
  security = {
    run_as_user = 1000
  }

  # For how long the apply waits: longer than the job may run, and than it takes until a node has room.
  timeouts = {
    create = "40m"
  }
}

variable "month" {
  description = "The month to report on, such as 2026-10."
  type        = string
  default     = "2026-10"
}
