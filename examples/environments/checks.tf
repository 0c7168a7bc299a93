# How each environment fares, read after everything in it was made or changed.
data "mar_cluster" "environment" {
  for_each   = local.environments
  depends_on = [module.environment]

  name = "${var.prefix}-${each.key}"
}

# Checks are looked at in every plan and apply, and by health assessments. One that doesn't hold is a warning.
check "health" {
  assert {
    condition = alltrue([for cluster in data.mar_cluster.environment : contains(["ready", "scaling"], coalesce(cluster.status, "unknown"))])
    error_message = join("\n", [
      for cluster in data.mar_cluster.environment : "${cluster.name} is ${coalesce(cluster.status, "unknown")}: ${coalesce(cluster.status_reason, "no reason given")}"
      if !contains(["ready", "scaling"], coalesce(cluster.status, "unknown"))
    ])
  }
}

check "quota_headroom" {
  assert {
    condition = alltrue(flatten([for cluster in data.mar_cluster.environment : [for use in cluster.usage : use.percent <= 80]]))
    error_message = join("\n", flatten([
      for cluster in data.mar_cluster.environment : [
        for what, use in cluster.usage : "${cluster.name} has little left of its quota: ${use.used} of ${use.hard} ${what} are used (${use.percent}%)." if use.percent > 80
      ]
    ]))
  }
}
