locals {
  # What a team may use, as the platform's owners have decided.
  budget = { cpu = "16", memory = "32Gi", instances = 10 }

  instances = {
    web    = { image = "registry.k8s.io/pause:3.10", cpu = "500m", memory = "512Mi" }
    api    = { image = "registry.k8s.io/pause:3.10", cpu = "1", memory = "1Gi" }
    worker = { image = "registry.k8s.io/pause:3.10", cpu = "2", memory = "4Gi" }
  }

  # All instances, and once more the largest, so that there is room to replace any
  # of them by a new one before the old one goes.
  wanted = provider::mar::quota_fits(local.budget, concat(values(local.instances), [local.instances.worker]))
}

resource "mar_cluster" "shop" {
  name = "shop"
  quota = {
    cpu       = local.wanted.needed.cpu
    memory    = local.wanted.needed.memory
    instances = local.wanted.needed.instances
  }

  lifecycle {
    precondition {
      condition     = local.wanted.fits
      error_message = "The shop's instances are more than its budget allows:\n${join("\n", local.wanted.problems)}"
    }
  }
}

resource "mar_instance" "shop" {
  for_each = local.instances
  cluster  = mar_cluster.shop.name
  name     = each.key
  image    = each.value.image
  cpu      = each.value.cpu
  memory   = each.value.memory
}
