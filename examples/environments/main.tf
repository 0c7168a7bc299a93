terraform {
  required_version = ">= 1.8"

  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

variable "prefix" {
  description = "Begins the clusters' names: shop-dev, shop-staging and shop-prod."
  type        = string
  default     = "shop"
}

variable "protected" {
  description = "Environments that no plan may destroy."
  type        = set(string)
  default     = ["prod"]
}

locals {
  # What runs in every environment.
  instances = {
    web = {
      image = "registry.k8s.io/e2e-test-images/agnhost:2.53"
      args  = ["netexec", "--http-port=8080"]
      ports = { http = { port = 8080 } }
      health_checks = {
        readiness = { http_path = "/healthz", http_port = "http", period = 5 }
        liveness  = { http_path = "/healthz", http_port = "http", failure_threshold = 5 }
      }
      security = { run_as_user = 1000 }
    }
    worker = {
      image    = "registry.k8s.io/e2e-test-images/agnhost:2.53"
      args     = ["pause"]
      security = { run_as_user = 1000 }
      # What has no attribute of its own, in Kubernetes' words.
      pod = <<-YAML
        terminationGracePeriodSeconds: 60
        topologySpreadConstraints:
        - topologyKey: kubernetes.io/hostname
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {app.kubernetes.io/name: worker}
      YAML
    }
  }

  # What differs between them.
  environments = {
    dev = {
      size      = "small"
      instances = { web = { cpu = "250m", memory = "128Mi" } }
      operators = ["shop-developers"]
    }
    staging = {
      size      = "small"
      instances = { web = { cpu = "500m", memory = "256Mi" }, worker = { replicas = 2 } }
      operators = ["shop-developers"]
    }
    prod = {
      size      = "medium"
      quota     = { cpu = "24" }
      instances = { web = { cpu = "2", memory = "1Gi", replicas = 3 }, worker = { cpu = "1", memory = "2Gi", replicas = 2 } }
      operators = ["on-call"]
    }
  }
}

module "environment" {
  source   = "../modules/environment"
  for_each = local.environments

  name   = "${var.prefix}-${each.key}"
  region = "us-east-1"
  labels = { team = "shop", stage = each.key }

  size  = each.value.size
  quota = try(each.value.quota, {})

  readers   = { groups = ["shop"] }
  operators = { groups = each.value.operators }
  admins    = { groups = ["platform"], service_accounts = ["deployer"] }

  service_accounts = ["deployer"]

  allowed_clusters = ["ingress-nginx"]
  egress           = [{ cidr = "203.0.113.0/24", ports = ["443", "5432"] }]

  instances = {
    for name, common in local.instances : name => merge(common, try(each.value.instances[name], {}), {
      env = { STAGE = each.key }
    })
  }

  deletion_protection = contains(var.protected, each.key)
}

output "instances" {
  description = "The addresses of all instances, by environment and name."
  value = {
    for stage, environment in module.environment : stage => { for name, instance in environment.instances : name => instance.ip }
  }
}
