terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

# A store whose data outlives it. The data is on a PersistentVolumeClaim, which this provider uses but doesn't make: the cluster
# "shop" has one of the name "queue-data" already.
resource "mar_instance" "queue" {
  cluster = "shop"
  name    = "queue"

  # Valkey runs as any user, and writes to its data folder alone.
  image   = "docker.io/valkey/valkey:8.1"
  command = ["valkey-server"]
  args    = ["--dir", "/data", "--appendonly", "yes"]

  cpu    = "1"
  memory = "512Mi"

  ports = {
    valkey = { port = 6379 }
  }

  health_checks = {
    # To read its data takes a while after a start: up to five minutes.
    startup   = { tcp_port = "valkey", period = 5, failure_threshold = 60 }
    readiness = { command = ["sh", "-c", "valkey-cli ping | grep -q PONG"], timeout = 3 }
  }

  # A replacement is made only when the old instance is gone. So two never write to the claim.
  volumes = {
    data = { mount_path = "/data", claim = "queue-data" }
  }

  security = {
    run_as_user  = 999
    run_as_group = 999
    # The group that owns the files of the volume, or else the user couldn't write to it.
    fs_group = 999
  }

  pod = {
    # Time to write its data before it is ended: it is asked first, and killed after this many seconds.
    terminationGracePeriodSeconds = 120
  }
}
