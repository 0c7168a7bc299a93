terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

resource "mar_cluster" "research" {
  name = "research"
}

# A GPU of its own. Kubernetes knows GPUs by a device plugin on the nodes that have them; NVIDIA's counts them as nvidia.com/gpu.
resource "mar_instance" "training" {
  cluster = mar_cluster.research.name
  name    = "training"

  # nvidia-smi comes with the node's driver. It runs as any user, and only prints.
  image   = "nvcr.io/nvidia/cuda:12.8.1-base-ubuntu24.04"
  command = ["nvidia-smi", "--loop=60"]

  cpu    = "4"
  memory = "16Gi"

  # GPUs are given whole, and nobody else gets these. Another number is another instance.
  limits = {
    "nvidia.com/gpu" = "1"
  }

  pod = {
    # Nodes with GPUs are often kept for those who need them, by a taint that this tolerates.
    tolerations = [{ key = "nvidia.com/gpu", operator = "Exists", effect = "NoSchedule" }]

    # The kind of GPU, by a label that NVIDIA's GPU feature discovery gives to nodes.
    nodeSelector = { "nvidia.com/gpu.product" = "NVIDIA-L4" }
  }

  # The image's own user is root.
  security = {
    run_as_user = 1000
  }

  # A node with a GPU may have to be made first. wait_for = "None" wouldn't wait at all, for GPUs that are free tomorrow.
  timeouts = {
    create = "30m"
  }
}
