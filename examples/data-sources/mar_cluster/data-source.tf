# A cluster that is managed elsewhere, or by nobody's Terraform.
data "mar_cluster" "shared" {
  name = "shared"
}

# Checks are looked at in every plan and apply, and by health assessments. One that
# doesn't hold is a warning.
check "shared_is_healthy" {
  assert {
    condition     = contains(["ready", "scaling"], coalesce(data.mar_cluster.shared.status, "unknown"))
    error_message = "The cluster shared is ${coalesce(data.mar_cluster.shared.status, "unknown")}. ${coalesce(data.mar_cluster.shared.status_reason, "No reason is given.")}"
  }
}

check "shared_has_headroom" {
  assert {
    condition = alltrue([for use in data.mar_cluster.shared.usage : use.percent < 80])
    error_message = format("The quota of the cluster shared is nearly used up: %s.", join(", ", [
      for name, use in data.mar_cluster.shared.usage : "${name} ${use.used} of ${use.hard}" if use.percent >= 80
    ]))
  }
}

output "shared_region" {
  value = data.mar_cluster.shared.region
}

output "shared_memory_quota" {
  value = try(data.mar_cluster.shared.quota.memory, "unlimited")
}

output "shared_running_instances" {
  value = data.mar_cluster.shared.instance_counts["Running"]
}
