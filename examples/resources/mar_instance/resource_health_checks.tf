# It gets work once /healthz answers, and is started again after 30 seconds without an answer.
resource "mar_instance" "shop" {
  cluster = mar_cluster.dev.name
  name    = "shop"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["netexec", "--http-port=8080"]
  cpu     = "250m"
  memory  = "64Mi"

  ports = {
    http = { port = 8080 }
  }

  health_checks = {
    # For up to a minute it may take to start.
    startup   = { tcp_port = "http", period = 2, failure_threshold = 30 }
    readiness = { http_path = "/healthz", http_port = "http", period = 5 }
    liveness  = { http_path = "/healthz", http_port = "http", failure_threshold = 3 }
  }

  security = {
    run_as_user = 1000
  }
}
