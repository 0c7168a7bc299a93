# One environment: a cluster with quota, limits, network, access and Pod Security, and the instances in it.

locals {
  sizes = {
    small = {
      quota     = { cpu = "4", memory = "8Gi", instances = 10, services = 5, volumes = 5, storage = "50Gi" }
      default   = { cpu = "250m", memory = "256Mi" }
      container = { cpu = "2", memory = "4Gi" }
    }
    medium = {
      quota     = { cpu = "16", memory = "64Gi", instances = 50, services = 20, volumes = 20, storage = "500Gi" }
      default   = { cpu = "500m", memory = "512Mi" }
      container = { cpu = "4", memory = "16Gi" }
    }
    large = {
      quota     = { cpu = "64", memory = "256Gi", instances = 200, services = 50, volumes = 100, storage = "2Ti" }
      default   = { cpu = "500m", memory = "1Gi" }
      container = { cpu = "16", memory = "64Gi" }
    }
  }
  size = local.sizes[var.size]

  # What is said explicitly goes before the size.
  quota = {
    cpu       = coalesce(var.quota.cpu, local.size.quota.cpu)
    memory    = coalesce(var.quota.memory, local.size.quota.memory)
    instances = coalesce(var.quota.instances, local.size.quota.instances)
    services  = coalesce(var.quota.services, local.size.quota.services)
    volumes   = coalesce(var.quota.volumes, local.size.quota.volumes)
    storage   = coalesce(var.quota.storage, local.size.quota.storage)
    extra     = var.quota.extra
  }
  limits = {
    min = { cpu = "10m", memory = "16Mi" }
    default = {
      cpu    = coalesce(var.limits.default_cpu, local.size.default.cpu)
      memory = coalesce(var.limits.default_memory, local.size.default.memory)
    }
    max = {
      cpu    = coalesce(var.limits.max_cpu, local.size.container.cpu)
      memory = coalesce(var.limits.max_memory, local.size.container.memory)
    }
  }

  # Each instance by its name: web, web-2, web-3. The first has no number, so that more of them, or fewer,
  # replace none.
  instances = merge([
    for key, instance in var.instances : {
      for number in range(1, instance.replicas + 1) : number == 1 ? key : "${key}-${number}" => merge(instance, {
        group  = key
        cpu    = coalesce(instance.cpu, local.limits.default.cpu)
        memory = coalesce(instance.memory, local.limits.default.memory)
      })
    }
  ]...)

  # Amounts as numbers, in thousandths: local.amount["500m"] is 500, local.amount["2"] is 2000.
  units = {
    m  = 1
    "" = 1000, k = pow(1000, 2), M = pow(1000, 3), G = pow(1000, 4), T = pow(1000, 5), P = pow(1000, 6)
    Ki = 1000 * 1024, Mi = 1000 * pow(1024, 2), Gi = 1000 * pow(1024, 3), Ti = 1000 * pow(1024, 4), Pi = 1000 * pow(1024, 5)
  }
  amount = {
    for text in distinct(concat(
      [local.quota.cpu, local.quota.memory],
      values(local.limits.min), values(local.limits.max),
      flatten([for instance in local.instances : [instance.cpu, instance.memory]]),
    )) : text => tonumber(regex("^[0-9.]+", text)) * local.units[regex("[A-Za-z]*$", text)]
  }
  wanted = {
    cpu    = sum(concat([0], [for instance in local.instances : local.amount[instance.cpu]]))
    memory = sum(concat([0], [for instance in local.instances : local.amount[instance.memory]]))
  }

  # Kubernetes knows no stopped Pod: to start, stop and restart an instance takes the verbs that make and delete it.
  operations = [
    { api_groups = [""], resources = ["pods"], verbs = ["get", "list", "watch", "create", "patch", "delete"] },
    { api_groups = [""], resources = ["pods/log", "events"], verbs = ["get", "list", "watch"] },
    { api_groups = [""], resources = ["podtemplates"], verbs = ["get", "list", "watch", "create", "patch", "delete"] },
  ]
  # Those that have to be this environment's own.
  accounts = [
    for name in setunion(var.readers.service_accounts, var.operators.service_accounts, var.admins.service_accounts) : name if !strcontains(name, "/")
  ]
  access = {
    for key, entry in {
      readers = merge(var.readers, { role = "view", rules = null })
      # Kubernetes' own role admin doesn't have what a stopped instance is kept as.
      operators = {
        users            = setunion(var.operators.users, var.admins.users)
        groups           = setunion(var.operators.groups, var.admins.groups)
        service_accounts = setunion(var.operators.service_accounts, var.admins.service_accounts)
        role             = null
        rules            = toset(local.operations)
      }
      admins = merge(var.admins, { role = "admin", rules = null })
      } : key => merge(entry, {
        # A service account without a namespace is one of this environment.
        service_accounts = [for name in entry.service_accounts : strcontains(name, "/") ? name : "${var.name}/${name}"]
    }) if length(entry.users) + length(entry.groups) + length(entry.service_accounts) > 0
  }
}

resource "mar_cluster" "this" {
  name        = var.name
  region      = var.region
  labels      = var.labels
  annotations = var.annotations

  quota = local.quota

  limit_range = {
    container = local.limits
  }

  network = {
    ingress = {
      default = "deny"
      rules   = concat(length(var.allowed_clusters) > 0 ? [{ clusters = var.allowed_clusters }] : [], var.ingress)
    }
    egress = {
      default = "deny"
      rules   = var.egress
      dns     = true
    }
    instance_to_instance = true
  }

  access           = local.access
  service_accounts = var.service_accounts
  pod_security     = var.pod_security

  deletion_protection = var.deletion_protection
  force_destroy       = var.force_destroy

  lifecycle {
    precondition {
      condition     = local.wanted.cpu <= local.amount[local.quota.cpu]
      error_message = "The instances of ${var.name} may use ${local.wanted.cpu / 1000} cores together, which is more than the quota of ${local.quota.cpu}. Set quota.cpu or a larger size, or give the instances less."
    }
    precondition {
      condition     = local.wanted.memory <= local.amount[local.quota.memory]
      error_message = "The instances of ${var.name} may use ${ceil(local.wanted.memory / local.units.Mi)}Mi of memory together, which is more than the quota of ${local.quota.memory}. Set quota.memory or a larger size, or give the instances less."
    }
    precondition {
      condition     = length(local.instances) <= local.quota.instances
      error_message = "${var.name} has ${length(local.instances)} instances, which is more than the quota of ${local.quota.instances}. Set quota.instances or a larger size, or fewer replicas."
    }
    precondition {
      condition     = length(setsubtract(local.accounts, var.service_accounts)) == 0
      error_message = "Access is given to service accounts that ${var.name} doesn't have: ${join(", ", setsubtract(local.accounts, var.service_accounts))}. Add them to service_accounts, or write namespace/name for those of another cluster."
    }
  }
}

resource "mar_instance" "this" {
  for_each = local.instances

  cluster = mar_cluster.this.name
  name    = each.key

  image    = each.value.image
  command  = each.value.command
  args     = each.value.args
  cpu      = each.value.cpu
  memory   = each.value.memory
  requests = each.value.requests

  env            = each.value.env
  env_value_from = each.value.env_value_from
  ports          = each.value.ports
  volumes        = each.value.volumes
  health_checks  = each.value.health_checks
  security       = each.value.security
  pod            = each.value.pod

  labels = merge(each.value.labels, {
    "app.kubernetes.io/name"    = each.value.group
    "app.kubernetes.io/part-of" = var.name
  })
  annotations = each.value.annotations

  service_account   = each.value.service_account
  restart_policy    = each.value.restart_policy
  restart_triggers  = each.value.restart_triggers
  desired_status    = each.value.desired_status
  wait_for          = each.value.wait_for
  min_ready_seconds = each.value.min_ready_seconds

  lifecycle {
    precondition {
      condition = alltrue([
        for what in ["cpu", "memory"] :
        local.amount[each.value[what]] >= local.amount[local.limits.min[what]] && local.amount[each.value[what]] <= local.amount[local.limits.max[what]]
      ])
      error_message = format("The instance %s has %s cores and %s of memory, but %s allows from %s and %s to %s and %s. Set limits.max_cpu and limits.max_memory or a larger size, or another cpu and memory.",
      each.key, each.value.cpu, each.value.memory, var.name, local.limits.min.cpu, local.limits.min.memory, local.limits.max.cpu, local.limits.max.memory)
    }
  }
}
