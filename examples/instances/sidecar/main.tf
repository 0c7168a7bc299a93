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

# A web server with a second program beside it, which reads its log. They share a folder, and the network: to each other they
# are localhost.
resource "mar_instance" "web" {
  cluster = mar_cluster.shop.name
  name    = "web"

  # It runs as its user 101, and writes to /tmp and its log alone.
  image  = "docker.io/nginxinc/nginx-unprivileged:1.28"
  cpu    = "500m"
  memory = "128Mi"

  ports = {
    http = { port = 8080 }
  }

  volumes = {
    tmp = { mount_path = "/tmp", empty_dir = "Memory", size = "32Mi" }
    log = { mount_path = "/var/log/nginx", empty_dir = "Disk", size = "256Mi" }
  }

  # What the other attributes can't say, in Kubernetes' own names.
  pod = {
    initContainers = [{
      name    = "log"
      image   = "docker.io/library/busybox:1.37"
      command = ["sh", "-c", "trap exit TERM; tail -F /log/access.log & wait"]

      # This makes it a sidecar: it starts before the web server, runs beside it, and ends after it.
      restartPolicy = "Always"

      # The folder of the volume "log" above, which this program only reads.
      volumeMounts = [{ name = "log", mountPath = "/log", readOnly = true }]

      # Its own share of CPU and memory, on top of the web server's.
      resources = {
        limits   = { cpu = "100m", memory = "32Mi" }
        requests = { cpu = "100m", memory = "32Mi" }
      }

      # The user and the seccomp profile hold for all containers of an instance. These each one says for itself.
      securityContext = {
        readOnlyRootFilesystem   = true
        allowPrivilegeEscalation = false
        capabilities             = { drop = ["ALL"] }
      }
    }]
  }

  # busybox's own user is root, so both run as nginx's.
  security = {
    run_as_user = 101
  }
}
