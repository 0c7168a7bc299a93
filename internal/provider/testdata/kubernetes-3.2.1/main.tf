# What hashicorp/kubernetes 3.2.1 made and recorded beside this: Pods with every block of
# its schema. The control plane plays the nodes, so no volume is mounted and no program runs.
terraform {
  required_providers {
    kubernetes = { source = "hashicorp/kubernetes" }
  }
}

variable "name" {
  type = string
}

locals {
  image = "registry.k8s.io/pause:3.10"
}

resource "kubernetes_namespace_v1" "team" {
  metadata {
    name        = var.name
    labels      = { team = "shop", "pod-security.kubernetes.io/warn" = "baseline" }
    annotations = { "example.com/owner" = "shop" }
  }
  wait_for_default_service_account = true
}

resource "kubernetes_namespace" "plain" {
  metadata {
    name = "${var.name}-plain"
  }
}

resource "kubernetes_service_account_v1" "robot" {
  metadata {
    name      = "robot"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
}

resource "kubernetes_priority_class_v1" "high" {
  metadata {
    name = "${var.name}-high"
  }
  value = 1000
}

resource "kubernetes_runtime_class_v1" "sandboxed" {
  metadata {
    name = "${var.name}-sandboxed"
  }
  handler = "runc"
}

resource "kubernetes_pod" "least" {
  metadata {
    name      = "least"
    namespace = kubernetes_namespace.plain.metadata[0].name
  }
  spec {
    container {
      name  = "least"
      image = local.image
    }
  }
}

resource "kubernetes_pod_v1" "volume" {
  metadata {
    name      = "volume"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    container {
      name  = "web"
      image = local.image
      volume_mount {
        name       = "scratch"
        mount_path = "/tmp"
      }
    }
    volume {
      name = "scratch"
      empty_dir {}
    }
  }
}

resource "kubernetes_pod_v1" "env" {
  metadata {
    name        = "env"
    namespace   = kubernetes_namespace_v1.team.metadata[0].name
    labels      = { app = "env", tier = "front" }
    annotations = { "example.com/note" = "x" }
  }
  spec {
    container {
      name        = "web"
      image       = local.image
      command     = ["/bin/web"]
      args        = ["--verbose", "$(LEVEL)"]
      working_dir = "/srv"
      env {
        name  = "LEVEL"
        value = "info"
      }
      env {
        name  = "EMPTY"
        value = ""
      }
      env {
        name  = "URL"
        value = "http://$(POD_IP):8080/"
      }
      env {
        name = "POD_IP"
        value_from {
          field_ref {
            field_path = "status.podIP"
          }
        }
      }
      env {
        name = "POD_NAME"
        value_from {
          field_ref {
            api_version = "v1"
            field_path  = "metadata.name"
          }
        }
      }
      env {
        name = "CPUS"
        value_from {
          resource_field_ref {
            resource = "limits.cpu"
          }
        }
      }
      env {
        name = "MEMORY"
        value_from {
          resource_field_ref {
            container_name = "web"
            resource       = "limits.memory"
            divisor        = "1Mi"
          }
        }
      }
      env {
        name = "PASSWORD"
        value_from {
          secret_key_ref {
            name     = "web"
            key      = "password"
            optional = true
          }
        }
      }
      env {
        name = "THEME"
        value_from {
          config_map_key_ref {
            name = "web"
            key  = "theme"
          }
        }
      }
      env_from {
        prefix = "CFG_"
        config_map_ref {
          name     = "web"
          optional = true
        }
      }
      env_from {
        secret_ref {
          name = "web"
        }
      }
      resources {
        limits   = { cpu = "500m", memory = "256Mi", "ephemeral-storage" = "1Gi" }
        requests = { cpu = "250m", memory = "128Mi", "ephemeral-storage" = "1Gi" }
      }
    }
  }
}

resource "kubernetes_pod_v1" "probes" {
  metadata {
    name      = "probes"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    container {
      name  = "web"
      image = local.image
      port {
        name           = "http"
        container_port = 8080
      }
      port {
        name           = "dns"
        container_port = 53
        protocol       = "UDP"
        host_port      = 30053
        host_ip        = "127.0.0.1"
      }
      port {
        container_port = 9090
      }
      liveness_probe {
        http_get {
          path   = "/healthz"
          port   = "http"
          scheme = "HTTPS"
          host   = "127.0.0.1"
          http_header {
            name  = "X-Probe"
            value = "1"
          }
        }
        initial_delay_seconds = 5
        period_seconds        = 3
        timeout_seconds       = 2
        failure_threshold     = 4
      }
      readiness_probe {
        tcp_socket {
          port = "8080"
        }
        success_threshold = 2
      }
      startup_probe {
        exec {
          command = ["/bin/true"]
        }
      }
      lifecycle {
        post_start {
          exec {
            command = ["/bin/start"]
          }
        }
        pre_stop {
          http_get {
            path = "/stop"
            port = "8080"
          }
        }
      }
    }
    container {
      name  = "rpc"
      image = local.image
      liveness_probe {
        grpc {
          port    = 9000
          service = "health"
        }
      }
      readiness_probe {
        http_get {
          port = "9001"
        }
      }
      lifecycle {
        pre_stop {
          tcp_socket {
            port = "9001"
          }
        }
      }
    }
  }
}

resource "kubernetes_pod_v1" "security" {
  metadata {
    name      = "security"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    automount_service_account_token = false
    security_context {
      run_as_user            = 1000
      run_as_group           = 1000
      run_as_non_root        = true
      fs_group               = 2000
      fs_group_change_policy = "OnRootMismatch"
      supplemental_groups    = [3000]
      se_linux_options {
        level = "s0:c123,c456"
      }
      seccomp_profile {
        type = "RuntimeDefault"
      }
      sysctl {
        name  = "net.ipv4.ip_unprivileged_port_start"
        value = "0"
      }
    }
    container {
      name  = "web"
      image = local.image
      security_context {
        allow_privilege_escalation = false
        privileged                 = false
        read_only_root_filesystem  = true
        run_as_user                = 1001
        run_as_group               = 1001
        run_as_non_root            = true
        capabilities {
          add  = ["NET_BIND_SERVICE"]
          drop = ["ALL"]
        }
        seccomp_profile {
          type              = "Localhost"
          localhost_profile = "profiles/web.json"
        }
        se_linux_options {
          level = "s0"
          role  = "r"
          type  = "t"
          user  = "u"
        }
      }
    }
    container {
      name  = "root"
      image = local.image
      security_context {
        run_as_user     = "0"
        run_as_non_root = false
        privileged      = true
        capabilities {
          add = ["SYS_ADMIN", "CAP_CHOWN"]
        }
      }
    }
  }
}

resource "kubernetes_pod_v1" "empty_security" {
  metadata {
    name      = "empty-security"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    security_context {
      run_as_non_root = false
    }
    container {
      name  = "web"
      image = local.image
      security_context {}
      resources {}
    }
  }
}

resource "kubernetes_pod_v1" "scheduling" {
  metadata {
    name      = "scheduling"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
    labels    = { app = "scheduling" }
  }
  spec {
    node_selector       = { "kubernetes.io/os" = "linux" }
    priority_class_name = kubernetes_priority_class_v1.high.metadata[0].name
    runtime_class_name  = kubernetes_runtime_class_v1.sandboxed.metadata[0].name
    scheduler_name      = "default-scheduler"
    toleration {
      key      = "dedicated"
      operator = "Equal"
      value    = "web"
      effect   = "NoSchedule"
    }
    toleration {
      key                = "slow"
      operator           = "Exists"
      effect             = "NoExecute"
      toleration_seconds = "30"
    }
    toleration {
      operator = "Exists"
    }
    topology_spread_constraint {
      max_skew             = 2
      topology_key         = "kubernetes.io/hostname"
      when_unsatisfiable   = "ScheduleAnyway"
      match_label_keys     = ["tier"]
      node_affinity_policy = "Honor"
      node_taints_policy   = "Ignore"
      label_selector {
        match_labels = { app = "scheduling" }
        match_expressions {
          key      = "zone"
          operator = "NotIn"
          values   = ["b", "a"]
        }
      }
    }
    topology_spread_constraint {
      topology_key       = "topology.kubernetes.io/zone"
      when_unsatisfiable = "ScheduleAnyway"
    }
    affinity {
      node_affinity {
        required_during_scheduling_ignored_during_execution {
          node_selector_term {
            match_expressions {
              key      = "kubernetes.io/os"
              operator = "In"
              values   = ["windows", "linux"]
            }
          }
        }
        preferred_during_scheduling_ignored_during_execution {
          weight = 5
          preference {
            match_expressions {
              key      = "disk"
              operator = "Exists"
            }
            match_fields {
              key      = "metadata.name"
              operator = "In"
              values   = ["mar-dev-1"]
            }
          }
        }
      }
      pod_affinity {
        preferred_during_scheduling_ignored_during_execution {
          weight = 1
          pod_affinity_term {
            topology_key = "kubernetes.io/hostname"
            namespaces   = ["b", "a"]
            label_selector {
              match_labels = { app = "db" }
            }
            namespace_selector {
              match_labels = { team = "shop" }
            }
          }
        }
      }
      pod_anti_affinity {
        required_during_scheduling_ignored_during_execution {
          topology_key = "kubernetes.io/hostname"
          label_selector {
            match_expressions {
              key      = "app"
              operator = "In"
              values   = ["other"]
            }
          }
        }
      }
    }
    container {
      name  = "web"
      image = local.image
    }
  }
}

resource "kubernetes_pod_v1" "network" {
  metadata {
    name      = "network"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    service_account_name             = kubernetes_service_account_v1.robot.metadata[0].name
    hostname                         = "web"
    subdomain                        = "shop"
    enable_service_links             = false
    dns_policy                       = "None"
    termination_grace_period_seconds = 5
    active_deadline_seconds          = 86400
    share_process_namespace          = true
    dns_config {
      nameservers = ["10.0.0.10"]
      searches    = ["shop.example.com"]
      option {
        name  = "ndots"
        value = "2"
      }
      option {
        name = "edns0"
      }
    }
    host_aliases {
      ip        = "10.0.0.1"
      hostnames = ["db", "cache"]
    }
    image_pull_secrets {
      name = "registry"
    }
    readiness_gate {
      condition_type = "example.com/ready"
    }
    os {
      name = "linux"
    }
    container {
      name                       = "web"
      image                      = local.image
      image_pull_policy          = "Always"
      stdin                      = true
      stdin_once                 = true
      tty                        = true
      termination_message_path   = "/dev/log"
      termination_message_policy = "FallbackToLogsOnError"
    }
  }
}

resource "kubernetes_pod_v1" "host" {
  metadata {
    name      = "host"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    host_ipc       = true
    host_network   = true
    host_pid       = true
    dns_policy     = "ClusterFirstWithHostNet"
    restart_policy = "OnFailure"
    container {
      name  = "web"
      image = local.image
      port {
        container_port = 18080
        host_port      = 18080
      }
    }
  }
}

resource "kubernetes_pod_v1" "several" {
  metadata {
    name      = "several"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    init_container {
      name           = "proxy"
      image          = local.image
      restart_policy = "Always"
      port {
        name           = "proxy"
        container_port = 15001
      }
      startup_probe {
        tcp_socket {
          port = 15001
        }
      }
    }
    init_container {
      name    = "prepare"
      image   = local.image
      command = ["/bin/prepare"]
      volume_mount {
        name       = "data"
        mount_path = "/data"
      }
    }
    container {
      name  = "app"
      image = local.image
      volume_mount {
        name              = "data"
        mount_path        = "/data"
        sub_path          = "a"
        read_only         = true
        mount_propagation = "HostToContainer"
      }
      volume_mount {
        name          = "data"
        mount_path    = "/more"
        sub_path_expr = "$(POD)"
      }
      env {
        name  = "POD"
        value = "x"
      }
    }
    container {
      name  = "sidecar"
      image = "registry.k8s.io/pause"
      volume_mount {
        name       = "data"
        mount_path = "/data"
      }
    }
    volume {
      name = "data"
      empty_dir {
        medium     = "Memory"
        size_limit = "64Mi"
      }
    }
  }
}

resource "kubernetes_pod_v1" "files" {
  metadata {
    name      = "files"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    container {
      name  = "web"
      image = local.image
      volume_mount {
        name       = "config"
        mount_path = "/config"
      }
      volume_mount {
        name       = "secret"
        mount_path = "/secret"
        read_only  = true
      }
      volume_mount {
        name       = "info"
        mount_path = "/info"
      }
      volume_mount {
        name       = "all"
        mount_path = "/all"
      }
      volume_mount {
        name       = "host"
        mount_path = "/host"
      }
      volume_mount {
        name       = "plain-secret"
        mount_path = "/plain-secret"
      }
      volume_mount {
        name       = "plain-config"
        mount_path = "/plain-config"
      }
    }
    volume {
      name = "config"
      config_map {
        name         = "web"
        default_mode = "0440"
        optional     = true
        items {
          key  = "a"
          path = "a.conf"
          mode = "0400"
        }
      }
    }
    volume {
      name = "secret"
      secret {
        secret_name  = "web"
        default_mode = "0400"
        optional     = true
        items {
          key  = "tls.key"
          path = "key"
          mode = "0400"
        }
      }
    }
    volume {
      name = "plain-secret"
      secret {
        secret_name = "web"
      }
    }
    volume {
      name = "plain-config"
      config_map {
        name = "web"
      }
    }
    volume {
      name = "info"
      downward_api {
        default_mode = "0444"
        items {
          path = "labels"
          field_ref {
            field_path = "metadata.labels"
          }
        }
        items {
          path = "name"
          mode = "0400"
          field_ref {
            api_version = "v1"
            field_path  = "metadata.name"
          }
        }
      }
    }
    volume {
      name = "all"
      projected {
        default_mode = "0444"
        sources {
          secret {
            name     = "web"
            optional = true
            items {
              key  = "a"
              path = "a"
            }
          }
        }
        sources {
          config_map {
            name = "web"
          }
        }
        sources {
          downward_api {
            items {
              path = "name"
              field_ref {
                field_path = "metadata.name"
              }
            }
          }
        }
        sources {
          service_account_token {
            audience           = "vault"
            expiration_seconds = 7200
            path               = "token"
          }
        }
      }
    }
    volume {
      name = "host"
      host_path {
        path = "/var/log"
        type = "DirectoryOrCreate"
      }
    }
  }
}

resource "kubernetes_pod_v1" "storage" {
  metadata {
    name      = "storage"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  spec {
    container {
      name  = "web"
      image = local.image
      volume_mount {
        name       = "nfs"
        mount_path = "/nfs"
      }
    }
    volume {
      name = "nfs"
      nfs {
        server    = "10.0.0.1"
        path      = "/export"
        read_only = true
      }
    }
    volume {
      name = "iscsi"
      iscsi {
        target_portal   = "10.0.0.1:3260"
        iqn             = "iqn.2001-04.com.example:storage.x"
        lun             = 0
        fs_type         = "ext4"
        iscsi_interface = "default"
      }
    }
    volume {
      name = "fc"
      fc {
        lun          = 1
        target_ww_ns = ["50060e801049cfd1"]
        fs_type      = "ext4"
      }
    }
    volume {
      name = "ceph"
      ceph_fs {
        monitors    = ["10.0.0.1:6789"]
        path        = "/"
        user        = "admin"
        secret_file = "/etc/ceph/secret"
        secret_ref {
          name = "ceph"
        }
      }
    }
    volume {
      name = "rbd"
      rbd {
        ceph_monitors = ["10.0.0.1:6789"]
        rbd_image     = "x"
        fs_type       = "ext4"
        secret_ref {
          name = "ceph"
        }
      }
    }
    volume {
      name = "cinder"
      cinder {
        volume_id = "x"
        fs_type   = "ext4"
      }
    }
    volume {
      name = "azure-file"
      azure_file {
        secret_name = "azure"
        share_name  = "x"
      }
    }
    volume {
      name = "azure-disk"
      azure_disk {
        caching_mode  = "None"
        data_disk_uri = "https://x.example.com/x.vhd"
        disk_name     = "x"
        kind          = "Dedicated"
      }
    }
    volume {
      name = "ebs"
      aws_elastic_block_store {
        volume_id = "vol-1"
        fs_type   = "ext4"
        partition = 1
      }
    }
    volume {
      name = "gce"
      gce_persistent_disk {
        pd_name = "x"
        fs_type = "ext4"
      }
    }
    volume {
      name = "flex"
      flex_volume {
        driver  = "example.com/x"
        options = { a = "b" }
        secret_ref {
          name = "flex"
        }
      }
    }
    volume {
      name = "glusterfs"
      glusterfs {
        endpoints_name = "x"
        path           = "x"
      }
    }
    volume {
      name = "flocker"
      flocker {
        dataset_name = "x"
      }
    }
    volume {
      name = "quobyte"
      quobyte {
        registry = "10.0.0.1:7861"
        volume   = "x"
      }
    }
    volume {
      name = "photon"
      photon_persistent_disk {
        pd_id   = "x"
        fs_type = "ext4"
      }
    }
    volume {
      name = "vsphere"
      vsphere_volume {
        volume_path = "x"
        fs_type     = "ext4"
      }
    }
    volume {
      name = "git"
      git_repo {
        repository = "https://git.example.com/x.git"
        revision   = "main"
        directory  = "x"
      }
    }
    volume {
      name = "csi"
      csi {
        driver            = "csi.example.com"
        fs_type           = "ext4"
        read_only         = true
        volume_attributes = { a = "b" }
        node_publish_secret_ref {
          name = "csi"
        }
      }
    }
  }
}

resource "kubernetes_pod_v1" "claims" {
  metadata {
    name      = "claims"
    namespace = kubernetes_namespace_v1.team.metadata[0].name
  }
  # Nothing provides the volumes.
  target_state = ["Pending"]
  spec {
    container {
      name  = "web"
      image = local.image
      volume_mount {
        name       = "claim"
        mount_path = "/claim"
      }
      volume_mount {
        name       = "own"
        mount_path = "/own"
      }
      volume_device {
        name        = "block"
        device_path = "/dev/xvda"
      }
    }
    volume {
      name = "claim"
      persistent_volume_claim {
        claim_name = "data"
        read_only  = true
      }
    }
    volume {
      name = "block"
      persistent_volume_claim {
        claim_name = "block"
      }
    }
    volume {
      name = "own"
      ephemeral {
        volume_claim_template {
          metadata {
            labels      = { a = "b" }
            annotations = { c = "d" }
          }
          spec {
            access_modes       = ["ReadWriteOnce"]
            storage_class_name = "none"
            resources {
              requests = { storage = "1Gi" }
            }
          }
        }
      }
    }
  }
}

resource "kubernetes_pod_v1" "job" {
  metadata {
    name        = "job"
    namespace   = kubernetes_namespace_v1.team.metadata[0].name
    annotations = { "devcluster.mar.headgym.com/behavior" = "succeeded" }
  }
  target_state = ["Succeeded"]
  spec {
    restart_policy = "Never"
    container {
      name    = "job"
      image   = local.image
      command = ["/bin/job"]
    }
  }
}
