variable "name" {
  type = string
}

resource "mar_cluster" "test" {
  name        = var.name
  region      = "us-east-1"
  labels      = { team = "payments" }
  annotations = { "example.com/owner" = "payments" }

  quota = {
    cpu       = "8"
    memory    = "16Gi"
    instances = 20
    extra     = { "count/jobs.batch" = "4" }
  }
  scoped_quotas = {
    best-effort = { scopes = ["BestEffort"], instances = 5 }
  }
  limit_range = {
    container = { default = { cpu = "0.5", memory = "512Mi" }, max_limit_request_ratio = { cpu = "4" } }
    instance  = { max = { cpu = "4" } }
    volume    = { min = "1Gi", max = "10Gi" }
  }
  network = {
    ingress = {
      default = "deny"
      rules   = [{ cidr = "10.0.0.0/8", except = ["10.1.0.0/16"], ports = ["8080"] }]
    }
  }
  access = {
    viewers = { role = "view", groups = ["auditors"] }
    own     = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get"] }], users = ["jo"] }
  }
  service_accounts = ["ci"]
  pod_security     = { enforce = "baseline", warn = "restricted" }
  timeouts         = { delete = "20m" }
}

resource "mar_instance" "test" {
  cluster  = mar_cluster.test.name
  name     = "web"
  image    = "registry.k8s.io/pause:3.10"
  command  = ["/bin/web"]
  args     = ["-v"]
  env      = { LOG_LEVEL = "info" }
  cpu      = "500m"
  memory   = "0.25Gi"
  limits   = { ephemeral-storage = "1Gi" }
  requests = { cpu = "250m" }
  ports    = { http = { port = 8080 } }

  env_value_from = {
    NODE = { field = "spec.nodeName" }
  }
  health_checks = {
    readiness = { http_path = "/healthz", http_port = "http", period = 5 }
  }
  volumes = {
    tmp = { mount_path = "/tmp", empty_dir = "Memory", size = "64Mi" }
  }
  security = { run_as_user = 1000, capabilities_add = ["NET_BIND_SERVICE"] }
  pod      = { terminationGracePeriodSeconds = 5, tolerations = [{ key = "dedicated", operator = "Exists" }] }

  secret_env_wo         = { PASSWORD = "secret" }
  secret_env_wo_version = 1

  desired_status   = "Running"
  restart_triggers = { config = "1" }
  labels           = { tier = "front" }
  annotations      = { "example.com/owner" = "payments" }
  wait_for         = "Ready"
  replace_on       = ["Failed", "Unknown"]
  timeouts         = { create = "5m" }
}

resource "mar_instance" "bare" {
  cluster = mar_cluster.test.name
  image   = "registry.k8s.io/pause:3.10"
}
