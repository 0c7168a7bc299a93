# A job. The apply waits until it has finished, and fails with the end of its log if it doesn't finish well.
resource "mar_instance" "migrate" {
  cluster        = mar_cluster.dev.name
  name           = "migrate"
  image          = "docker.io/library/busybox:1.37"
  command        = ["sh", "-c", "echo migrating; sleep 5"]
  cpu            = "250m"
  memory         = "64Mi"
  restart_policy = "Never"
  wait_for       = "Succeeded"

  security = {
    run_as_user = 1000
  }

  timeouts = {
    create = "30m"
  }
}
