# Where it runs.
resource "mar_instance" "cache" {
  cluster = mar_cluster.dev.name
  name    = "cache"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["pause"]

  labels = {
    tier = "cache"
  }

  pod = {
    # Only on nodes with this label.
    nodeSelector = { "kubernetes.io/os" = "linux" }

    # Also on nodes that are kept for something; and not longer than 30 seconds on one that is lost.
    tolerations = [
      { key = "dedicated", operator = "Equal", value = "cache", effect = "NoSchedule" },
      { key = "node.kubernetes.io/unreachable", operator = "Exists", effect = "NoExecute", tolerationSeconds = 30 },
    ]

    affinity = {
      # Rather on a node with a fast disk.
      nodeAffinity = {
        preferredDuringSchedulingIgnoredDuringExecution = [{
          weight     = 10
          preference = { matchExpressions = [{ key = "disk", operator = "In", values = ["ssd", "nvme"] }] }
        }]
      }
      # Never on a node that has another one.
      podAntiAffinity = {
        requiredDuringSchedulingIgnoredDuringExecution = [{
          topologyKey   = "kubernetes.io/hostname"
          labelSelector = { matchLabels = { tier = "cache" } }
        }]
      }
    }

    # All of them evenly over the zones.
    topologySpreadConstraints = [{
      topologyKey       = "topology.kubernetes.io/zone"
      maxSkew           = 1
      whenUnsatisfiable = "ScheduleAnyway"
      labelSelector     = { matchLabels = { tier = "cache" } }
    }]

    # What has to give way if there is no room; a PriorityClass that the cluster has.
    priorityClassName = "system-cluster-critical"
  }

  security = {
    run_as_user = 1000
  }
}
