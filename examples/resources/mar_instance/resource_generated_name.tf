# Without a name of its own: a new instance runs before the one that it replaces goes.
resource "mar_instance" "api" {
  cluster = mar_cluster.dev.name
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["netexec", "--http-port=8080"]
  cpu     = "250m"
  memory  = "64Mi"

  security = {
    run_as_user = 1000
  }

  lifecycle {
    create_before_destroy = true
  }
}
