# The image's own files can't be written to, as by default; what the program writes goes into empty folders.
resource "mar_instance" "site" {
  cluster = mar_cluster.dev.name
  name    = "site"
  image   = "docker.io/nginxinc/nginx-unprivileged:1.28"
  cpu     = "500m"
  memory  = "128Mi"

  volumes = {
    tmp   = { mount_path = "/tmp", empty_dir = "Disk", size = "1Gi" }
    cache = { mount_path = "/var/cache/nginx", empty_dir = "Memory", size = "32Mi" }
    flags = {
      mount_path = "/etc/site"
      config_map = "site-flags"
      items      = { "flags.json" = "flags.json" }
      mode       = "0444"
      # It starts without the ConfigMap too.
      optional = true
    }
  }
}
