# This image brings a user that isn't root, but it writes to its own file system. And it reserves less than it may use.
resource "mar_instance" "proxy" {
  cluster = mar_cluster.dev.name
  name    = "proxy"
  image   = "docker.io/nginxinc/nginx-unprivileged:1.28"
  cpu     = "1"
  memory  = "256Mi"

  requests = {
    cpu    = "100m"
    memory = "128Mi"
  }

  security = {
    read_only_root_filesystem = false
  }
}
