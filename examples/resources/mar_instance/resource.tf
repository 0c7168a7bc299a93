resource "mar_cluster" "dev" {
  name = "dev"
}

resource "mar_instance" "web" {
  cluster = mar_cluster.dev.name
  name    = "web"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["netexec", "--http-port=8080"]
  cpu     = "500m"
  memory  = "256Mi"

  env = {
    LOG_LEVEL = "info"
  }

  ports = {
    http = { port = 8080 }
  }

  labels = {
    tier = "web"
  }

  # The image's own user is root, which instances aren't allowed to be unless they say so.
  security = {
    run_as_user = 1000
  }
}
