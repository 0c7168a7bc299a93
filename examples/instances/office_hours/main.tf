terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

# Instances that run from Monday to Friday, 7 to 19 o'clock, and cost nothing at other times.
#
# Terraform acts only when it is run. So something has to run `terraform apply -auto-approve` at both hours: a schedule of your CI,
# in UTC `0 6,18 * * 1-5`. Another run in between changes nothing, for the configuration itself says what each hour asks for.
locals {
  # plantimestamp() is the time of the plan, in UTC, and the same in the apply of that plan. timestamp() isn't known before the
  # apply. Terraform knows no time zones: this is UTC+1 all year round.
  now = timeadd(coalesce(var.at, plantimestamp()), "1h")

  weekday = contains(["Mon", "Tue", "Wed", "Thu", "Fri"], formatdate("EEE", local.now))
  hour    = tonumber(formatdate("h", local.now))
  open    = local.weekday && local.hour >= 7 && local.hour < 19
}

variable "at" {
  description = "Another time than now, to see what would be done: terraform plan -var at=2026-11-21T22:00:00Z"
  type        = string
  default     = null
}

resource "mar_cluster" "staging" {
  name = "staging"
}

resource "mar_instance" "web" {
  cluster = mar_cluster.staging.name
  name    = "web"

  # agnhost runs as any user and writes to no file.
  image = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args  = ["netexec", "--http-port=8080"]

  cpu    = "500m"
  memory = "128Mi"

  # A stopped instance keeps its name and its configuration. It uses no CPU, no memory and nothing of the cluster's quota.
  # What is changed at night it takes up in the morning.
  desired_status = local.open ? "Running" : "Stopped"

  # agnhost's own user is root.
  security = {
    run_as_user = 1000
  }
}

output "status" {
  value = mar_instance.web.status
}
