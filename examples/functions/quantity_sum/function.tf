locals {
  volumes = {
    data  = "100Gi"
    logs  = "20Gi"
    cache = "512Mi"
  }
}

# "123392Mi"
output "storage" {
  value = provider::mar::quantity_sum(values(local.volumes))
}
