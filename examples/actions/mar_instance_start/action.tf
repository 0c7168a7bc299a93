resource "mar_instance" "worker" {
  cluster = "shop"
  name    = "worker"
  image   = "registry.k8s.io/pause:3.10"
}

# terraform apply -invoke=action.mar_instance_start.worker
action "mar_instance_start" "worker" {
  config {
    cluster  = mar_instance.worker.cluster
    name     = mar_instance.worker.name
    wait_for = "Running"
  }
}
