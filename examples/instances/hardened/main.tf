terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

resource "mar_cluster" "shop" {
  name = "shop"
}

# As little as it can do with. With nothing set an instance is at Kubernetes' level "restricted" already: not as root, without
# root's rights, with the container engine's usual system calls only, with its own files read-only, and with no token for the
# API server. Here those are written down, so that a reviewer finds them, and the rest is added.
resource "mar_instance" "payments" {
  cluster = mar_cluster.shop.name
  name    = "payments"

  # This image runs as any user, listens on 8080, for which no rights are needed, and writes nowhere but to /tmp.
  image  = "docker.io/nginxinc/nginx-unprivileged:1.28"
  cpu    = "500m"
  memory = "128Mi"

  # A program that fills the node's disk is ended instead.
  limits = {
    ephemeral-storage = "64Mi"
  }

  security = {
    # The defaults.
    run_as_non_root            = true
    read_only_root_filesystem  = true
    allow_privilege_escalation = false
    capabilities_drop          = ["ALL"]
    seccomp_profile            = "RuntimeDefault"

    # A user and a group that no other instance has.
    run_as_user  = 20001
    run_as_group = 20001
    # Who owns the files in its volumes.
    fs_group = 20001

    # For nodes that have AppArmor; on others it doesn't start. Leave it out there.
    app_armor_profile = "RuntimeDefault"
  }

  # The only place to write to: in memory, so that nothing of it stays on the node.
  volumes = {
    tmp = { mount_path = "/tmp", empty_dir = "Memory", size = "16Mi" }
  }

  # No service_account: no token is mounted.

  pod = {
    # User 20001 is another, powerless user outside of the instance. The node's kernel and container engine have to know
    # user namespaces.
    hostUsers = false

    # The addresses of the cluster's services aren't put into its environment.
    enableServiceLinks = false

    # Only the groups above, none that the image gives its users. The node's container engine has to know this.
    securityContext = {
      supplementalGroupsPolicy = "Strict"
    }
  }
}
