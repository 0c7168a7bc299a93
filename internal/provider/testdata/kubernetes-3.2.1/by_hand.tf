locals {
  # hashicorp/kubernetes restricts nothing.
  unrestricted = {
    run_as_non_root            = false
    read_only_root_filesystem  = false
    allow_privilege_escalation = true
    capabilities_drop          = []
    seccomp_profile            = "Unconfined"
  }
}

resource "mar_cluster" "team" {
  name         = %[1]q
  labels       = { team = "shop" }
  annotations  = { "example.com/owner" = "shop" }
  pod_security = { warn = "baseline" }
}

resource "mar_instance" "volume" {
  cluster         = mar_cluster.team.name
  name            = "volume"
  image           = "registry.k8s.io/pause:3.10"
  service_account = "default"
  security        = local.unrestricted
  volumes         = { scratch = { empty_dir = "Disk", mount_path = "/tmp" } }
}

resource "mar_instance" "probes" {
  cluster         = mar_cluster.team.name
  name            = "probes"
  image           = "registry.k8s.io/pause:3.10"
  service_account = "default"
  security        = local.unrestricted
  ports = {
    http = { port = 8080 }
  }
  health_checks = {
    readiness = { tcp_port = 8080, success_threshold = 2 }
    startup   = { command = ["/bin/true"] }
  }
  pod = {
    containers = [
      {
        name = "app"
        ports = [
          { name = "dns", containerPort = 53, protocol = "UDP", hostPort = 30053, hostIP = "127.0.0.1" },
          { containerPort = 9090 },
        ]
        livenessProbe = {
          httpGet = {
            path        = "/healthz"
            port        = "http"
            scheme      = "HTTPS"
            host        = "127.0.0.1"
            httpHeaders = [{ name = "X-Probe", value = "1" }]
          }
          initialDelaySeconds = 5
          periodSeconds       = 3
          timeoutSeconds      = 2
          failureThreshold    = 4
        }
        lifecycle = {
          postStart = { exec = { command = ["/bin/start"] } }
          preStop   = { httpGet = { path = "/stop", port = 8080 } }
        }
      },
      {
        name           = "rpc"
        image          = "registry.k8s.io/pause:3.10"
        livenessProbe  = { grpc = { port = 9000, service = "health" } }
        readinessProbe = { httpGet = { port = 9001 } }
        lifecycle      = { preStop = { tcpSocket = { port = 9001 } } }
      },
    ]
  }
}

moved {
  from = kubernetes_namespace_v1.team
  to   = mar_cluster.team
}

moved {
  from = kubernetes_pod_v1.volume
  to   = mar_instance.volume
}

moved {
  from = kubernetes_pod_v1.probes
  to   = mar_instance.probes
}
