resource "mar_cluster" "team" {
  name        = %[1]q
  labels      = { team = "shop" }
  annotations = { "example.com/owner" = "shop" }

  quota = {
    cpu       = "4"
    memory    = "8Gi"
    instances = "20"
  }
  limit_range = {
    container = {
      default = { cpu = "500m", memory = "256Mi" }
    }
  }
}

resource "mar_instance" "web" {
  for_each = toset(["a"])

  cluster     = mar_cluster.team.name
  name        = "web-${each.key}"
  image       = "registry.k8s.io/pause:3.10"
  args        = ["-v"]
  env         = { LOG_LEVEL = "info" }
  cpu         = "500m"
  memory      = "256Mi"
  requests    = { cpu = "250m" }
  ports       = { http = { port = 8080 } }
  labels      = { app = "web", team = "shop", tier = "front" }
  annotations = { "example.com/owner" = "shop" }

  health_checks = {
    liveness = { http_path = "/healthz", http_port = "http", initial_delay = 5 }
  }
  volumes = {
    scratch = { empty_dir = "Disk", mount_path = "/tmp" }
  }
  pod = {
    tolerations = [{ key = "dedicated", operator = "Exists", effect = "NoSchedule" }]
  }

  # As the Pod runs: hashicorp/kubernetes mounts a token and restricts nothing.
  service_account = "default"
  security = {
    run_as_non_root            = false
    read_only_root_filesystem  = false
    allow_privilege_escalation = true
    capabilities_drop          = []
    seccomp_profile            = "Unconfined"
  }
}

resource "mar_cluster" "old" {
  name = %[2]q
}

resource "mar_instance" "job" {
  cluster        = mar_cluster.old.name
  name           = "job"
  image          = "registry.k8s.io/pause:3.10"
  command        = ["/bin/job"]
  restart_policy = "Never"
  pod            = { terminationGracePeriodSeconds = 5, enableServiceLinks = false }

  security = {
    run_as_non_root            = false
    read_only_root_filesystem  = false
    allow_privilege_escalation = true
    capabilities_drop          = []
    seccomp_profile            = "Unconfined"
  }
}

moved {
  from = kubernetes_namespace_v1.team
  to   = mar_cluster.team
}

moved {
  from = kubernetes_pod_v1.web
  to   = mar_instance.web
}

moved {
  from = kubernetes_namespace.old
  to   = mar_cluster.old
}

moved {
  from = kubernetes_pod.job
  to   = mar_instance.job
}

removed {
  from = kubernetes_resource_quota_v1.team
  lifecycle {
    destroy = false
  }
}

removed {
  from = kubernetes_limit_range_v1.team
  lifecycle {
    destroy = false
  }
}
