# Variables whose values are known only in the cluster. The password is in no plan and in no state.
resource "mar_instance" "worker" {
  cluster = mar_cluster.dev.name
  name    = "worker"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["pause"]
  cpu     = "250m"
  memory  = "64Mi"

  env = {
    DATABASE_URL = "postgres://worker:$(DATABASE_PASSWORD)@db.example.com/shop"
  }

  env_value_from = {
    # optional: it starts without the Secret and the ConfigMap too.
    DATABASE_PASSWORD = { secret = "worker-db", key = "password", optional = true }
    LOG_LEVEL         = { config_map = "worker", key = "log-level", optional = true }
    POD_IP            = { field = "status.podIP" }
    MEMORY_MIB        = { resource = "limits.memory", divisor = "1Mi" }
  }

  security = {
    run_as_user = 1000
  }
}
