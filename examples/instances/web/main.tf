terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

# A cluster is a place for instances: a Namespace in Kubernetes.
resource "mar_cluster" "shop" {
  name = "shop"
}

# A web server.
resource "mar_instance" "web" {
  cluster = mar_cluster.shop.name
  name    = "web"

  # This image brings a user that isn't root (101), listens on 8080, and writes nowhere but to /tmp, where nginx has its
  # PID file and its caches. So it runs with the restrictions that instances have by default.
  image = "docker.io/nginxinc/nginx-unprivileged:1.28"

  # The most that it may use, which is reserved for it too. Both are changed while it runs.
  cpu    = "500m"
  memory = "128Mi"

  ports = {
    http = { port = 8080 }
  }

  health_checks = {
    # The apply ends when this has passed, and services send work from then on.
    readiness = { http_path = "/", http_port = "http", period = 2 }
    # After three failures the program is started again.
    liveness = { http_path = "/", http_port = "http", period = 10, failure_threshold = 3 }
  }

  # The apply counts it as ready once it has been so for three seconds. If it ends before that, the apply fails and says why.
  min_ready_seconds = 3

  # The only place to write to, in memory and empty whenever the instance is new.
  volumes = {
    tmp = { mount_path = "/tmp", empty_dir = "Memory", size = "32Mi" }
  }

  # By these a service finds it.
  labels = {
    tier = "web"
  }
}

output "address" {
  description = "Where it can be reached from within the Kubernetes cluster."
  value       = "http://${mar_instance.web.ip}:8080"
}
