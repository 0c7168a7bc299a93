# Power isn't managed here: there is no desired_status, so that what is stopped
# by the action stays stopped.
resource "mar_instance" "worker" {
  cluster = "shop"
  name    = "worker"
  image   = "registry.k8s.io/pause:3.10"
}

# terraform apply -invoke=action.mar_instance_stop.worker
action "mar_instance_stop" "worker" {
  config {
    cluster = mar_instance.worker.cluster
    name    = mar_instance.worker.name

    # Its program may take so long to end.
    timeouts = {
      invoke = "15m"
    }
  }
}
