terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

resource "mar_cluster" "quickstart" {
  name   = "quickstart"
  region = "us-east-1"

  labels = {
    team = "platform"
  }

  # What all instances may use together.
  quota = {
    cpu       = "4"
    memory    = "8Gi"
    instances = 10
    services  = 5
  }

  # What one container gets when it asks for nothing, and the least and most that it may ask for.
  limit_range = {
    container = {
      default = { cpu = "250m", memory = "256Mi" }
      min     = { cpu = "50m", memory = "32Mi" }
      max     = { cpu = "2", memory = "4Gi" }
    }
  }
}

resource "mar_instance" "web" {
  cluster = mar_cluster.quickstart.name
  name    = "web"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["netexec", "--http-port=8080"]
  cpu     = "500m"
  memory  = "128Mi"

  ports = {
    http = { port = 8080 }
  }

  # The image's own user is root, which instances aren't allowed to be unless they say so.
  security = {
    run_as_user = 1000
  }
}

# It sets neither cpu nor memory, so it gets the cluster's defaults.
resource "mar_instance" "worker" {
  cluster = mar_cluster.quickstart.name
  name    = "worker"
  image   = "docker.io/library/busybox:1.37"
  command = ["sh", "-c", "trap exit TERM; while true; do echo \"$GREETING\"; sleep $INTERVAL & wait; done"]

  env = {
    GREETING = "Hello from the worker"
    INTERVAL = "60"
  }

  security = {
    run_as_user = 1000
  }
}
